"""However large the month, what a run learnt is held against what serves on a bounded draw of its photos."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qc.model.bundle import Bundle
from tests.training.feedback.records import record
from training.feedback.snapshot import Snapshot
from training.feedback.writing import SnapshotWriter
from training.promotion import learnt
from training.promotion.outcomes import Judged, Outcome


@pytest.fixture
def month(tmp_path: Path) -> Snapshot:
    with SnapshotWriter(tmp_path, organisation="demo", filters={}, licence="CC0", consent=()) as writer:
        for number in range(60):  # every third is learnt: good, or a stain is there, or one is and another is not
            made, data = record(number, labels=number // 3 % 3)
            writer.add(made, lambda _, data=data: data)  # type: ignore[misc]
        return writer.finish()


def kinds(snapshot: Snapshot, photos: set[str]) -> Counter[str]:
    """How many of these photos are good, show a stain, are said not to have one."""
    found: Counter[str] = Counter()
    for _, row, labels in snapshot.photos():
        if row.photo in photos:
            found["good"] += bool(row.good)
            found.update({"there" if label.present else "absent" for label in labels})
    return found


def looked_at(month: Snapshot, released: Bundle, monkeypatch: pytest.MonkeyPatch, most: int) -> set[str]:
    """The photos of which outcomes are asked, when so many of a kind are enough."""

    def on_photos(bundle: Bundle, snapshot: Snapshot, split: Any, but: frozenset[str]) -> Judged:
        photos = (row.photo for _, row, _ in snapshot.photos(split) if row.photo not in but)
        return Judged(tuple(Outcome(photo, "STAIN", True, True, 0.9) for photo in photos))

    monkeypatch.setattr(learnt, "on_photos", on_photos)
    monkeypatch.setattr(learnt, "MOST", most)
    return {outcome.unit for outcome in learnt.seen_of_learnt(released, [month])}


def test_enough_of_every_kind_and_no_more_is_looked_at(
    month: Snapshot, released: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt_from = {row.photo for _, row, _ in month.photos("train")}
    assert kinds(month, learnt_from) == {"good": 7, "there": 13, "absent": 6}
    few = looked_at(month, released, monkeypatch, most=3)
    assert few < learnt_from, "photos that are kept for val and test taught nothing"
    assert len(few) <= 3 * 3
    assert min(kinds(month, few).values()) >= 3
    assert few == looked_at(month, released, monkeypatch, most=3), "drawn by hash, not by chance"
    assert looked_at(month, released, monkeypatch, most=60) == learnt_from
