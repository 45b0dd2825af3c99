"""Labels that are probably wrong: the model is surer of the opposite than it usually is where people say so.

Confident learning, stated simply (Northcutt, Jiang and Chuang, JAIR 70, 2021). For each code, `there` is the mean
probability that the model gives it on photos where people say that it is there, `absent` that on photos where they say
that it is not. A label "not there" with a probability of at least `there`, and a label "there" with one of at most
`absent`, are doubtful; the farther beyond, the more so. The model may be wrong instead: a person looks, nothing is
changed here.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from training.feedback.rows import LabelRow, PhotoRow
from training.feedback.snapshot import Snapshot

LEAST_PHOTOS = 5
"""Photos of each kind, there and absent, below which a mean tells nothing of a code."""


@dataclass(frozen=True, order=True)
class DoubtfulLabel:
    """A label that the model surely disagrees with; `reason` in words."""

    margin: float
    photo: str
    code: str
    piece: str
    present: bool
    source: str
    probability: float
    reason: str


@dataclass
class _Mean:
    total: float = 0.0
    photos: int = 0

    def add(self, value: float) -> None:
        self.total += value
        self.photos += 1

    @property
    def mean(self) -> float:
        return self.total / self.photos


@dataclass
class _Code:
    there: _Mean = field(default_factory=_Mean)
    absent: _Mean = field(default_factory=_Mean)

    def usable(self) -> bool:
        enough = min(self.there.photos, self.absent.photos) >= LEAST_PHOTOS
        return enough and self.there.mean > self.absent.mean


def doubtful_labels(snapshot: Snapshot, most: int) -> tuple[list[DoubtfulLabel], int]:
    """The most doubtful labels, the most doubtful first, and how many there are. Two passes; memory for `most`."""
    codes: dict[str, _Code] = {}
    for _, photo, labels in snapshot.photos():
        for code, label, probability in _votes(photo, labels):
            of = codes.setdefault(code, _Code())
            (of.there if label is not None and label.present else of.absent).add(probability)
    found: list[DoubtfulLabel] = []
    number = 0
    for _, photo, labels in snapshot.photos():
        for code, label, probability in _votes(photo, labels):
            doubtful = _doubt(codes[code], photo, code, label, probability)
            if doubtful is not None:
                number += 1
                heapq.heappush(found, doubtful)
                if len(found) > most:
                    heapq.heappop(found)
    return sorted(found, key=lambda doubt: (-doubt.margin, doubt.photo, doubt.code)), number


def probabilities(photo: PhotoRow) -> dict[str, float]:
    """What the model gives each code on a photo: its surest detection; a code that is not in it has none above 0.05."""
    seen: dict[str, float] = {}
    for detection in json.loads(photo.evidence).get("detections", ()):
        seen[detection["code"]] = max(seen.get(detection["code"], 0.0), detection["probability"])
    return seen


def _votes(photo: PhotoRow, labels: tuple[LabelRow, ...]) -> Iterator[tuple[str, LabelRow | None, float]]:
    """Code, label and the model's probability, once a code; of a good photo also of what the model sees on it."""
    seen = probabilities(photo)
    by_code: dict[str, LabelRow] = {}
    for label in labels:
        if label.present or label.box is None or label.code not in by_code:
            by_code[label.code] = label
    for code, label in by_code.items():
        yield code, label, seen.get(code, 0.0)
    if photo.good:
        for code in sorted(seen.keys() - by_code.keys()):
            yield code, None, seen[code]


def _doubt(of: _Code, photo: PhotoRow, code: str, label: LabelRow | None, probability: float) -> DoubtfulLabel | None:
    if not of.usable():
        return None
    present = label is not None and label.present
    margin = of.absent.mean - probability if present else probability - of.there.mean
    if margin < 0:
        return None
    if present:
        why = (
            f"a person says that {code} is there; the model gives it {probability:.2f}, no more than the "
            f"{of.absent.mean:.2f} of photos where people say that it is not"
        )
    else:
        says = f"that {code} is not there" if label is not None else "that the photo shows nothing"
        why = (
            f"a person says {says}; the model gives {code} {probability:.2f}, no less than the "
            f"{of.there.mean:.2f} of photos where people say that it is there"
        )
    source = photo.source if label is None else label.source
    return DoubtfulLabel(round(margin, 6), photo.photo, code, photo.piece, present, source, probability, why)
