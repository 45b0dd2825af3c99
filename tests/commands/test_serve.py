"""`qc serve` as a process: it says where it is, answers, stops when told to, and names a taken port in one line."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from qc.commands import welcome
from qc.commands.opened import DEMO
from qc.settings import Settings
from tests.commands.conftest import Run
from tests.parts.ports import free_port

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
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service did not answer in 120 s")


def test_it_serves_and_stops_when_told_to(home: Path) -> None:
    port = free_port()
    with started(home, port) as service:
        assert b"tiny-0.0.1" in answers(port, "/readyz")
        service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=120)
    assert service.returncode == 0, err
    assert f"Serving on http://127.0.0.1:{port}" in out
    assert "Traceback" not in out + err


@pytest.mark.usefixtures("demo_pictures")
def test_it_says_how_to_get_in_with_commands_that_work(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.parent / "index.html").touch()
    monkeypatch.setattr(welcome, "STATIC", home.parent)
    assert "No API key here yet: `qc demo`" in welcome.welcome(Settings(), "http://here")
    run("demo")
    told = welcome.welcome(Settings(), "http://here")
    assert f"The inspectors' app: http://here/ (organisation {DEMO})" in told
    for words in re.findall(r"qc (user (?:add|enrol) NAME[\w -]*\b)", told):
        done = run(*words.replace("NAME", "p-1" if "--password" in words else "p-2").split(), input="long enough\n" * 2)
        assert done.exit_code == 0, done.output
    assert done.output.startswith("code ")
    (home.parent / "index.html").unlink()
    assert "The inspectors' app" not in welcome.welcome(Settings(), "http://here")


@pytest.mark.parametrize(("installed", "called"), [(True, "qc"), (False, ".venv/bin/qc")])
def test_commands_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, called: str) -> None:
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "qc").touch(0o755)
    (tmp_path / ".qc").mkdir()
    (tmp_path / ".qc" / "api-key").touch()
    (tmp_path / "index.html").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(welcome, "STATIC", tmp_path)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", str(programs) if installed else "")
    monkeypatch.setenv("QC_HOME", ".qc")
    assert f"\n  {called} user add NAME --role" in welcome.welcome(Settings(), "http://here")
    (tmp_path / ".qc").rename(tmp_path / "my data")
    monkeypatch.setenv("QC_HOME", "my data")
    assert f"\n  QC_HOME='my data' {called} user add NAME --role" in welcome.welcome(Settings(), "http://here")


def test_a_taken_port_is_one_clear_line(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(home, port) as service:
            out, err = service.communicate(timeout=120)
    assert (service.returncode, out) == (2, "")
    assert err.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be served" in err
    assert "QC_PORT=" in err


def test_a_model_that_is_gone_is_one_clear_line(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "current").symlink_to("anyaman-9.9.9")
    monkeypatch.setenv("QC_MODELS", str(models))
    with started(home, free_port()) as service:
        out, err = service.communicate(timeout=120)
    assert (service.returncode, out) == (1, "")
    assert err.count("\n") == 1
    assert f"{models / 'current'} points to anyaman-9.9.9, which is not there; copy anyaman-9.9.9 back whole" in err
    assert "qc model rollback --to NAME" in err
