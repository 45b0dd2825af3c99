"""`qc-train snapshot | coco | queue` on the ledger that the settings name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qc.errors import BadInput
from qc.ledger.states import Outcome
from tests.pictures import DOUBTFUL, GOOD
from tests.training.feedback.scene import SLUG, Scene, opened
from training.cli import app


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("QC_HOME", str(tmp_path))
    monkeypatch.setenv("QC_ORGANISATION", SLUG)
    monkeypatch.chdir(tmp_path)
    with opened(tmp_path, str(tmp_path / "photos")) as made:
        made.decide(made.inspect(GOOD, 1), Outcome.ACCEPT)
        made.inspect(DOUBTFUL, 2)
        yield made


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_from_the_ledger_to_a_snapshot_its_check_and_coco(scene: Scene, tmp_path: Path) -> None:
    told = json.loads(run("snapshot", "--consent", "2026-11", "--licence", "CC0", "--json"))
    assert (told["counts"]["pieces"], told["licence"], told["counts"]["left_out"]) == (
        1, "CC0", {"nobody said anything of it": 1},
    )  # fmt: skip
    assert "1 pieces, 1 photos (1 good" in run("snapshot", "--consent", "2026-11", "--licence", "CC0")
    assert "0 doubtful labels" in run("snapshot", "check", told["folder"])
    assert json.loads(run("snapshot", "check", told["folder"], "--json"))["alike_in_all"] == 0
    assert "1 images" in run("coco", "export", told["folder"], "labels.json")
    assert "1 pieces" in run("coco", "import", "labels.json", told["folder"], "--into", "back")


def test_nobody_is_taken_for_willing(scene: Scene) -> None:
    with pytest.raises(BadInput, match="--consent"):
        run("snapshot")
    with pytest.raises(BadInput, match="wanted one such as"):
        run("snapshot", "--consent", "2026-11", "--since", "yesterday")


def test_the_queue_says_why_and_where_the_photo_is(scene: Scene) -> None:
    told = run("queue")
    assert "a person must look" in told
    assert str(scene.station.photos.where("")).rstrip("/") in told
    rows = [json.loads(line) for line in run("queue", "--json").splitlines()]
    assert [row["chosen"] for row in rows] == ["value", "random"]
