"""`qc standard propose`, `preview`, `release`: another version of a standard, tried on past pieces, put into force."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc.commands import demo
from qc.errors import BadRequest, Conflict, UnknownStandard
from tests.commands.conftest import Run

NAME = "demo-basket"

pytestmark = pytest.mark.usefixtures("demo_pictures")


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The demo's standard as version 2, which wants larger photos than the demo's."""
    text = (demo.FOLDER / "demo-basket.yaml").read_text()
    place = tmp_path / "stricter.yaml"
    place.write_text(text.replace("version: 1", "version: 2").replace("min_side_px: 240", "min_side_px: 1000"))
    return place


def test_a_version_is_proposed_tried_on_past_pieces_and_put_into_force(run: Run, stricter: Path) -> None:
    run("demo")
    assert f"{NAME} version 2 is proposed" in run("standard", "propose", str(stricter)).output
    tried = run("standard", "preview", NAME, "2").output
    assert f"{NAME}: 2 of 3 pieces would be judged otherwise by version 2 than by version 1" in tried
    assert "A -> retake" in tried
    released = run("standard", "release", NAME, "2", "--by", "supervisor-1", "--reason", "the buyer asks for it").output
    assert f"{NAME} version 2 is in force from" in released
    assert f"{NAME}: 0 of 3 pieces" in run("standard", "preview", NAME, "2").output
    again = run("standard", "release", NAME, "2", "--by", "supervisor-1", "--reason", "again")
    assert isinstance(again.exception, Conflict)


def test_what_cannot_be_is_refused(run: Run, stricter: Path) -> None:
    run("demo")
    assert isinstance(run("standard", "preview", NAME, "9").exception, UnknownStandard)
    run("standard", "propose", str(stricter))
    stricter.write_text(stricter.read_text().replace("min_side_px: 1000", "min_side_px: 900"))
    assert isinstance(run("standard", "propose", str(stricter)).exception, Conflict)
    late = run("standard", "release", NAME, "2", "--by", "s", "--reason", "r", "--from", "2026-12-01T00:00:00")
    assert isinstance(late.exception, BadRequest)
