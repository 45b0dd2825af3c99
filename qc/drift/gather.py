"""From inspections, decisions and phones' verdicts of one week to its digest, one row after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import fsum, sqrt
from typing import Any

from qc.drift.charts import DEFECT, GRADE, MEASURES, Measure, charts
from qc.drift.digest import PHOTOS, Count, Mean, PointWeek, WeekDigest
from qc.drift.weeks import IsoWeek

NOT_WOVEN = 0.5
"""A photo whose probability of showing something woven is below this shows nothing woven."""

_GRADES = tuple((c.key, c.key.removeprefix(GRADE)) for c in charts() if c.key.startswith(GRADE))
_DEFECTS = tuple((c.key, c.key.removeprefix(DEFECT)) for c in charts() if c.key.startswith(DEFECT))


@dataclass(frozen=True)
class Seen:
    """What an inspection found, as far as drift asks. `piece` names piece and attempt; `evidence` is raw JSON."""

    piece: Hashable
    status: str
    grade: str | None
    codes: Collection[str]
    evidence: Mapping[str, Any]


@dataclass
class _Point:
    inspections: int = 0
    values: list[tuple[float, ...]] = field(default_factory=list)  # by inspection: the mean of each measure, scaled
    first: list[str] = field(default_factory=list)  # by inspection: its first photo
    extremes: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    of: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    photos: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pieces: dict[Hashable, tuple[str, str | None, Collection[str], dict[str, str]]] = field(default_factory=dict)

    def count(self, key: str, found: bool, photo: str | None = None) -> None:
        self.of[key] += 1
        self.found[key] += found
        if found and photo is not None:
            kept = self.photos[key]
            kept.add(photo)
            if len(kept) > PHOTOS:
                kept.remove(max(kept))  # the least hashes stay: as good as drawn by chance, and the same every time


class Gathering:
    """A week that is being added up: give it every row, in order of time, then ask for the digest."""

    def __init__(self, week: IsoWeek) -> None:
        self._week = week
        self._points: dict[tuple[str, str], _Point] = defaultdict(_Point)

    def inspected(self, point: str, model: str, seen: Seen) -> None:
        """Add an inspection. A piece counts once an attempt, by its last one that was no retake."""
        here = self._points[point, model]
        here.inspections += 1
        photos: Sequence[Mapping[str, Any]] = seen.evidence.get("photos") or ()
        first = photos[0]["sha256"] if photos else None
        here.count("retake", seen.status == "retake", first)
        if seen.status != "retake":
            here.pieces[seen.piece] = (seen.status, seen.grade, seen.codes, _shown(photos, seen.codes))
        if not photos:
            return
        blank = next((photo["sha256"] for photo in photos if photo["woven"] < NOT_WOVEN), None)
        here.count("not_woven", blank is not None, blank)
        here.count("material_unsure", all(photo["material"] is None for photo in photos), first)
        here.first.append(photos[0]["sha256"])
        means = []
        for measure in MEASURES:
            values = [(measure.scaled(_figure(measure, photo)), photo["sha256"]) for photo in photos]
            means.append(sum([value for value, _ in values]) / len(values))
            _push(here.extremes[f"below.{measure.key}"], min(values))
            high, name = max(values)
            _push(here.extremes[f"above.{measure.key}"], (-high, name))
        here.values.append(tuple(means))

    def decided(self, point: str, model: str, overruled: bool) -> None:
        """Add an inspection that was decided on: whether a person gave another grade than the rules did."""
        self._points[point, model].count("overruled", overruled)

    def phone_said(self, point: str, model: str, agrees: bool) -> None:
        """Add a phone's verdict."""
        self._points[point, model].count("phone_disagreed", not agrees)

    def digest(self) -> WeekDigest:
        """What there was, in few numbers."""
        return WeekDigest(
            week=str(self._week),
            points=tuple(_digest(point, model, here) for (point, model), here in sorted(self._points.items())),
        )


def _figure(measure: Measure, photo: Mapping[str, Any]) -> float:
    if measure.key == "megapixels":
        return float(photo["width"] * photo["height"]) / 1e6
    return float(photo["novelty"] if measure.key == "novelty" else photo["quality"][measure.key])


def _shown(photos: Sequence[Mapping[str, Any]], codes: Collection[str]) -> dict[str, str]:
    """By what a piece may be counted for, the photo that shows it best; the first photo under the empty key."""
    shown = {"": photos[0]["sha256"]} if photos else {}
    for code in codes:
        sure = [
            (detection["probability"], photo["sha256"])
            for photo in photos
            for detection in photo["detections"]
            if detection["code"] == code
        ]
        if sure:
            shown[code] = max(sure)[1]
    return shown


def _push(kept: list[tuple[float, str]], value: tuple[float, str]) -> None:
    if len(kept) < PHOTOS or value < kept[-1]:
        kept.append(value)
        kept.sort()
        del kept[PHOTOS:]


def _digest(point: str, model: str, here: _Point) -> PointWeek:
    for status, grade, codes, shown in here.pieces.values():
        first = shown.get("")
        for word in ("referred", "awaiting_checks"):
            here.count(word, status == word, first)
        for key, wanted in _GRADES:
            here.count(key, grade == wanted, first)
        for key, code in _DEFECTS:
            here.count(key, code in codes, shown.get(code, first))
    means = {measure.key: _mean([row[n] for row in here.values]) for n, measure in enumerate(MEASURES) if here.values}
    photos = {key: tuple(name for _, name in kept) for key, kept in here.extremes.items()}
    photos |= {key: tuple(sorted(kept)) for key, kept in here.photos.items()}
    if here.values:
        photos["typical"] = _typical(here, means)
    return PointWeek(
        point=point,
        model=model,
        inspections=here.inspections,
        means=means,
        counts={key: Count(found=here.found[key], of=of) for key, of in sorted(here.of.items())},
        photos=photos,
    )


def _mean(values: list[float]) -> Mean:
    mean = fsum(values) / len(values)
    return Mean(of=len(values), mean=mean, sd=sqrt(fsum((x - mean) ** 2 for x in values) / max(1, len(values) - 1)))


def _typical(here: _Point, means: Mapping[str, Mean]) -> tuple[str, ...]:
    """First photos of the inspections that are nearest to the week's means in all measures together."""
    centre = [(means[measure.key].mean, max(means[measure.key].sd, measure.finest)) for measure in MEASURES]

    def far(n: int) -> float:
        return sum(((value - mean) / sd) ** 2 for value, (mean, sd) in zip(here.values[n], centre, strict=True))

    return tuple(here.first[n] for n in nsmallest(PHOTOS, range(len(here.first)), far))
