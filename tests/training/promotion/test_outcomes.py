"""What counts as found on a frozen photo: a claim where a person pointed, and nothing of what nobody spoke of."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from qc.model.bundle import Bundle
from tests.model.tiny_bundle import write_tiny_bundle
from tests.serving.models import BLIND_TO_STAINS, Picture, good, stained
from tests.training.promotion.test_field import Said, snapshot
from training.feedback.snapshot import Snapshot
from training.promotion import outcomes
from training.promotion.outcomes import ANY, on_photos
from training.sample import CHANNELS

ON, OFF = (220.0, 170.0, 300.0, 230.0), (400.0, 300.0, 600.0, 460.0)
"""Boxes on the stain of a stained picture, and far from it."""
STAIN = "STAIN"


@pytest.fixture(autouse=True)
def _kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "seeing")


def frozen(into: Path, *photos: tuple[bool | None, Said]) -> Snapshot:
    """The first photo is good, all others are stained; no two are the same."""

    def picture(number: int) -> Picture:
        made = stained() if number else good()
        made[:4, :4] = 10 * number
        return made

    return snapshot(into, list(photos), picture)


def found(bundle: Bundle, of: Snapshot, code: str = STAIN) -> list[tuple[str, bool, bool]]:
    """Piece, whether it is there, whether it is found."""
    return [(o.unit, o.there, o.found) for o in on_photos(bundle, of, None).outcomes if o.code == code]


def test_a_defect_is_found_where_a_person_pointed_and_a_denial_is_broken_only_there(
    seeing: Bundle, tmp_path: Path
) -> None:
    boxes = [(ON, True), (OFF, True), (None, True), (ON, False), (OFF, False), (None, False)]
    said = [(False, [(STAIN, box, present)]) for box, present in boxes]
    of = frozen(tmp_path / "s", (True, []), *said)
    hit = [True, False, True, True, False, True]
    assert found(seeing, of) == [
        ("piece-0", False, False),
        *((f"piece-{k}", present, h) for k, ((_, present), h) in enumerate(zip(boxes, hit, strict=True), 1)),
    ]
    assert found(seeing, of, "HOLE") == [("piece-0", False, False)], "of a hole nobody spoke but on the good piece"
    assert found(seeing, of, ANY) == [("piece-0", False, False), *((f"piece-{k}", True, True) for k in range(1, 7))]
    counted = on_photos(seeing, of, None).outcomes
    assert {o.code for o in counted if o.unit == "piece-0"} == {ANY, *CHANNELS}
    assert all((o.score > 0.9) == (o.unit != "piece-0") for o in counted if o.code == STAIN), "wherever it is"


def test_a_stain_on_a_piece_that_was_found_good_is_a_false_alarm_but_not_where_a_person_says_it_is_there(
    seeing: Bundle, tmp_path: Path
) -> None:
    of = frozen(tmp_path / "s", (None, []), (True, []), (True, [(STAIN, ON, True)]))
    assert found(seeing, of) == [("piece-1", False, True), ("piece-2", True, True)]
    assert found(seeing, of, ANY) == [("piece-1", False, True), ("piece-2", False, True)]


def test_what_was_learnt_from_and_what_nobody_spoke_of_counts_for_nothing(seeing: Bundle, tmp_path: Path) -> None:
    of = frozen(tmp_path / "s", (None, []), (True, []), (False, [(STAIN, ON, True)]))
    photos = {piece.piece: row.photo for piece, row, _ in of.photos(None)}
    units = {o.unit for o in on_photos(seeing, of, None).outcomes}
    assert units == {"piece-1", "piece-2"}
    left = on_photos(seeing, of, None, frozenset({photos["piece-1"]})).outcomes
    assert {o.unit for o in left} == {"piece-2"}
    assert on_photos(seeing, of, "test").outcomes == ()


def test_a_frozen_set_is_judged_once_by_a_bundle(
    seeing: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = frozen(tmp_path / "s", (True, []), (False, [(STAIN, ON, True)]))
    blind = write_tiny_bundle(tmp_path / "blind", version="0.0.2", calibration=BLIND_TO_STAINS)
    first = on_photos(seeing, of, None)
    assert [hit for _, _, hit in found(blind, of)] == [False, False]
    monkeypatch.setattr(outcomes, "Grader", Mock(side_effect=AssertionError("judged anew")))
    assert on_photos(seeing, of, None) == first
    with pytest.raises(AssertionError, match="judged anew"):
        on_photos(seeing, of, "train")
