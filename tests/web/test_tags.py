"""Tags that are printed beforehand are read by the app's own reader's kin, each text once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from qc.cli import app
from qc.commands.tags import tag_names, tags_pdf


def test_tags_go_on_where_the_last_print_ended() -> None:
    assert tag_names("BTL1", 27, 3) == ["BTL1-000027", "BTL1-000028", "BTL1-000029"]


def test_the_command_writes_a_pdf_and_says_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "tags.pdf"
    done = CliRunner().invoke(app, ["tags", "--count", "60", "--start", "5", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "T-000005 to T-000064" in done.output
    assert "--start 65" in done.output
    assert out.read_bytes().count(b"/Type /Page\n") == 3


@pytest.mark.parametrize(("option", "value"), [("--prefix", "a b"), ("--prefix", "../x"), ("--start", "999999")])
def test_a_number_that_cannot_be_is_refused(tmp_path: Path, option: str, value: str) -> None:
    done = CliRunner().invoke(app, ["tags", option, value, "--count", "5", "--out", str(tmp_path / "tags.pdf")])
    assert done.exit_code != 0
    assert not (tmp_path / "tags.pdf").exists()


def test_the_same_tags_give_the_same_bytes() -> None:
    assert tags_pdf(tag_names("T", 1, 30)) == tags_pdf(tag_names("T", 1, 30))
