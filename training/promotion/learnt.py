"""What the bundle in service sees on the photos that a run learnt from, by the labels that were learnt."""

from __future__ import annotations

from collections.abc import Sequence

from qc.model.bundle import Bundle
from training.feedback.snapshot import Snapshot
from training.promotion.outcomes import Outcome, on_photos

MOST = 60
"""Photos of each code and kind that are looked at: enough to tell an AUROC from a half, however large the snapshot."""


def seen_of_learnt(champion: Bundle, snapshots: Sequence[Snapshot]) -> list[Outcome]:
    """Outcomes on the `train` split of snapshots, `MOST` photos of each code and kind: there, not there, good."""
    found: list[Outcome] = []
    for snapshot in snapshots:
        found += on_photos(champion, snapshot, "train", _beyond(snapshot)).outcomes
    return found


def _beyond(snapshot: Snapshot) -> frozenset[str]:
    """The photos that are not looked at: their hashes are as good as a draw."""
    kinds: dict[tuple[str, bool], list[str]] = {}
    photos: set[str] = set()
    for _, row, labels in snapshot.photos("train"):
        photos.add(row.photo)
        for kind in {(label.code, label.present) for label in labels} | ({("", False)} if row.good else set()):
            kinds.setdefault(kind, []).append(row.photo)
    return frozenset(photos.difference(*(sorted(of_kind)[:MOST] for of_kind in kinds.values())))
