"""`qc serve` as a process: it says where it is, answers, stops when told to, and names a taken port in one line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.postgres import free_port

pytestmark = pytest.mark.real


def started(home: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("qc")), "serve"],
        env={**os.environ, "QC_HOME": str(home), "QC_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(port: int, path: str) -> bytes:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service did not answer in 30 s")


def test_it_serves_and_stops_when_told_to(home: Path) -> None:
    port = free_port()
    with started(home, port) as service:
        assert b"tiny-0.0.1" in answers(port, "/readyz")
        service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=30)
    assert service.returncode == 0, err
    assert f"Serving on http://127.0.0.1:{port}" in out
    assert "Traceback" not in out + err


def test_a_taken_port_is_one_clear_line(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(home, port) as service:
            out, err = service.communicate(timeout=30)
    assert (service.returncode, out) == (2, "")
    assert err.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be served" in err
    assert "QC_PORT=" in err
