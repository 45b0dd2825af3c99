"""The command line as a whole: every command is found, errors of ours are one line, a quick command stays quick."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from qc import __version__, cli
from qc.errors import BadPhoto, QcError, Unavailable


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "qc", *arguments], capture_output=True, text=True, check=False)


def test_help_lists_every_command_and_no_shared_module() -> None:
    shown = run("--help").stdout
    listed = set(re.findall(r"^│ (\w+) ", shown, re.M))
    assert {"batch", "demo", "grade", "key", "ledger", "serve", "user"} <= listed
    assert not {"graded_photos", "opened"} & listed


def test_the_version_is_told() -> None:
    assert run("--version").stdout == f"anyaman-qc {__version__}\n"


def test_an_unknown_command_is_bad_input() -> None:
    done = run("grad")
    assert done.returncode == 2
    assert "No such command" in done.stderr


@pytest.mark.parametrize(("error", "code"), [(BadPhoto("the file is empty"), 2), (Unavailable("no disk"), 1)])
def test_an_error_of_ours_is_one_line(
    error: QcError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code
    assert capsys.readouterr().err == f"qc: {error.detail}\n"


def test_grading_waits_for_no_web_server() -> None:
    code = "import sys, qc.commands.grade; print({'fastapi', 'sqlalchemy', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
