"""SIGTERM to a real process: what has begun is finished, nothing new is taken, and the worker leaves nothing leased."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from qc.ledger.accounts import organisation_called
from qc.ledger.database import Database
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.tables import ApiKey, Batch, WebhookDelivery
from qc.ledger.tables.webhooks import DeliveryState
from qc.ledger.webhooks import add_endpoint
from qc.settings import Settings
from tests.api.conftest import make_key, seed
from tests.ledger.conftest import caller_of
from tests.parts.ports import free_port
from tests.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.real

EVENTS = 12
SLOW = 1.5


@pytest.fixture
def slow_receiver() -> Iterator[Receiver]:
    def dawdle(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(SLOW)
        handler.send_response(204)
        handler.end_headers()

    with receiving() as receiver:
        receiver.handle = dawdle
        yield receiver


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(Settings(home=tmp_path).database)
    seed(opened)
    (tmp_path / "standards").mkdir()
    yield opened
    opened.close()


@pytest.fixture
def server(tmp_path: Path, database: Database) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.api.kill_server", str(tmp_path), str(port)],
        env=os.environ | {"QC_WEBHOOK_NETWORKS": "127.0.0.0/8"},
        stderr=subprocess.DEVNULL,
    )
    yield process, port
    process.kill()
    process.wait()


def wait_until_ready(port: int) -> None:
    for _ in range(1200):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service did not come up")


class HalfSent:
    """A request of which the head and half the body were sent."""

    BODY = b'{"number": "B-1", "lines": [{"sku": "WB-WH-01", "quantity": 5}]}'

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        head = (
            "POST /v1/batches HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {key}\r\nContent-Length: {len(self.BODY)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + self.BODY[:20])

    def finish(self) -> bytes:
        """Send the rest; returns the status line."""
        self._socket.sendall(self.BODY[20:])
        with self._socket, self._socket.makefile("rb") as answer:
            return answer.readline()


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return True
    return False


def test_a_replica_that_is_told_to_stop_finishes_what_it_began(
    server: tuple[subprocess.Popen[bytes], int], database: Database, slow_receiver: Receiver
) -> None:
    process, port = server
    with database.write() as session:
        caller = caller_of(organisation_called(session, "weavers").id)
        add_endpoint(session, caller, slow_receiver.url(), ["piece.*"])
    key = make_key(database, "weavers")
    wait_until_ready(port)
    with database.write() as session:
        for _ in range(EVENTS):
            note(session, caller.organisation_id, "piece.accepted", uuid7(), "test", now())
    half = HalfSent(port, key)
    slow_receiver.wait_for(1, seconds=60)

    process.send_signal(signal.SIGTERM)
    until = time.monotonic() + 20
    while not is_refused(port) and time.monotonic() < until:
        time.sleep(0.05)
    assert is_refused(port), "it takes nothing new"
    assert process.poll() is None, "it waits for what has begun"
    assert half.finish().startswith(b"HTTP/1.1 201")
    assert process.wait(60) in {0, -signal.SIGTERM}

    told = len(slow_receiver.received)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 1, "answered and kept"
        leased = select(func.count()).where(WebhookDelivery.lease.is_not(None))
        assert session.scalar(leased) == 0, "nothing waits for a lease to end"
        states = list(session.scalars(select(WebhookDelivery.state)))
        assert states.count(DeliveryState.DELIVERED) == told, "what was sent is known to be sent"
        assert states.count(DeliveryState.PENDING) == len(states) - told > 0
        used: dict[UUID, object] = {row.id: row.last_used_at for row in session.scalars(select(ApiKey))}
        assert any(used.values()), "what was in memory was written down"
