"""Weeks of collection points where nothing changes but what changes anyway; and the same with something planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from qc.drift.charts import MEASURES, Measure, charts
from qc.drift.digest import Count, Mean, PointWeek, WeekDigest
from qc.drift.weeks import IsoWeek

MODEL = "made-1.0.0"
FIRST = IsoWeek(2026, 1)
PIECE_SD = {"exposure": 0.08, "sharpness": 0.5, "novelty": 0.3, "megapixels": 0.2}
USUAL = {"exposure": 0.5, "sharpness": 6.0, "novelty": 0.6, "megapixels": 0.9}
"""On the charts' scales."""
RATES = {
    "not_woven": 0.02, "material_unsure": 0.1, "retake": 0.06, "referred": 0.15, "awaiting_checks": 0.01,
    "overruled": 0.03, "phone_disagreed": 0.05, "grade.A": 0.7, "grade.B": 0.08, "grade.rework": 0.12,
    "grade.reject": 0.02,
}  # fmt: skip
RARE = (0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005)
"""Shares of defects, one after another."""


@dataclass
class World:
    """Collection points with their own usual figures.

    Attributes:
        between: standard deviation between weeks: of a measure in standard deviations of a piece, of a share in log
            odds, thrice as much; by point where they differ.
        size: pieces a week and point, on average; each week's varies by a third.
        shift: by key of a chart, from week `from_week` on: added to a measure in standard deviations of a piece, to a
            share as it is.
    """

    points: int = 5
    between: tuple[float, ...] = (0.1,)
    size: int = 150
    shift: dict[str, float] = field(default_factory=dict)
    from_week: int = 10**6

    def weeks(self, count: int, seed: int) -> Iterator[WeekDigest]:
        rng = np.random.default_rng(seed)
        own = {(point, chart.key): self._usual(chart.key, rng) for point in range(self.points) for chart in charts()}
        week = FIRST
        for number in range(count):
            yield WeekDigest(
                week=str(week),
                points=tuple(self._point(point, number, own, rng) for point in range(self.points)),
            )
            week = week.following

    def _usual(self, key: str, rng: np.random.Generator) -> float:
        if key in USUAL:
            return float(USUAL[key] + PIECE_SD[key] * rng.normal())
        if key in RATES:
            return float(min(0.9, RATES[key] * rng.uniform(0.6, 1.4)))
        return float(rng.choice(RARE))

    def _point(self, point: int, number: int, own: dict[tuple[int, str], float], rng: np.random.Generator) -> PointWeek:
        between = self.between[point % len(self.between)]
        pieces = max(1, self.size // 3, int(rng.normal(self.size, self.size / 3)))
        shift = self.shift if number >= self.from_week else {}
        means, counts = {}, {}
        for measure in MEASURES:
            sd = PIECE_SD[measure.key]
            centre = own[point, measure.key] + sd * shift.get(measure.key, 0.0)
            mean = rng.normal(centre, sd * np.sqrt(between**2 + 1 / pieces))
            around = sd * np.sqrt(rng.chisquare(max(1, pieces - 1)) / max(1, pieces - 1))
            means[measure.key] = Mean(of=pieces, mean=float(mean), sd=float(around))
        for chart in charts():
            if not isinstance(chart, Measure):
                share = min(1 - 1e-9, max(1e-9, own[point, chart.key] + shift.get(chart.key, 0.0)))
                share = 1 / (1 + (1 / share - 1) * np.exp(3 * between * rng.normal()))
                counts[chart.key] = Count(found=int(rng.binomial(pieces, share)), of=pieces)
        return PointWeek(point=f"P-{point}", model=MODEL, inspections=pieces, means=means, counts=counts)
