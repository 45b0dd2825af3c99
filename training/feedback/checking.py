"""What is to be known of a snapshot before anything is trained on it."""

from __future__ import annotations

from dataclasses import dataclass

from training.feedback.agreement import Agreements
from training.feedback.alike import AlikePhotos, alike_across_splits
from training.feedback.doubts import DoubtfulLabel, doubtful_labels
from training.feedback.snapshot import Snapshot


@dataclass(frozen=True)
class Check:
    """What was found; the lists hold the worst, the numbers all."""

    snapshot: str
    agreements: Agreements
    doubtful: list[DoubtfulLabel]
    doubtful_in_all: int
    alike: list[AlikePhotos]
    alike_in_all: int


def check_snapshot(snapshot: Snapshot, most: int) -> Check:
    """Agreement between inspectors, doubtful labels and near-duplicates across splits.

    Args:
        snapshot: Of which.
        most: Labels and pairs listed.
    """
    agreements = Agreements()
    for record in snapshot.records():
        agreements.count(record.judgements)
    agreements.reckon()
    doubtful, doubtful_in_all = doubtful_labels(snapshot, most)
    alike, alike_in_all = alike_across_splits(snapshot, most)
    return Check(snapshot.folder.name, agreements, doubtful, doubtful_in_all, alike, alike_in_all)
