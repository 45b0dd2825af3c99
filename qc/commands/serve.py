"""`qc serve`: the HTTP service, until it is told to stop."""

from __future__ import annotations

import signal
import socket

import typer
import uvicorn

from qc.api import logs
from qc.api.app import create_app
from qc.commands.allocator import give_large_buffers_back
from qc.commands.welcome import welcome
from qc.errors import BadInput
from qc.inspection import Station
from qc.settings import Settings


def serve() -> None:
    """Serve on QC_HOST and QC_PORT until interrupted; requests that have begun are answered first."""
    give_large_buffers_back()
    settings = Settings()
    listening = listen(settings)
    for told in (signal.SIGINT, signal.SIGTERM):
        # The server stops gracefully and then raises the signal again; by then all is done, and nothing is left to end.
        signal.signal(told, lambda *_: None)
    station = Station.open(settings)
    try:
        url = f"http://{settings.host}:{settings.port}"
        typer.echo(welcome(settings, url))
        logs.take_over_libraries()
        config = uvicorn.Config(
            create_app(settings, station),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=30,
            forwarded_allow_ips=settings.trusted_proxies,
        )
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        station.close()


def listen(settings: Settings) -> socket.socket:
    """A socket that listens already, so that a taken port is known before the model is loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is. With it on, an answer waits
    # 40 ms for the receiver to acknowledge its headers.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise BadInput(
            f"{settings.host}:{settings.port} cannot be served ({error.strerror}); choose another port: QC_PORT=8001"
        ) from error
    return listening
