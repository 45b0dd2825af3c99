"""A chart's figure of one week, and of several weeks together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, pi, sqrt
from statistics import median

from qc.drift.charts import Chart, Measure
from qc.drift.digest import PointWeek
from qc.drift.weeks import IsoWeek


@dataclass(frozen=True)
class Figure:
    """One chart in one week: a mean on its scale with the spread of single pieces, or a share of `found` among `of`."""

    week: IsoWeek
    of: int
    value: float
    sd: float = 0.0
    found: int = 0

    def shown(self, chart: Chart) -> float:
        """As people read it."""
        return chart.shown(self.value) if isinstance(chart, Measure) else self.value


@dataclass(frozen=True)
class Together:
    """One chart over several weeks.

    Attributes:
        of: pieces.
        found: of a share: how many.
        mean: of all pieces, on the chart's scale.
        centre: long-run figure that these weeks tell of: of a measure the median of weeks, of a share that of all.
        unit: what residuals are counted in, so that points are alike: of a measure the standard deviation of one piece
            within a week, of a share p * (1 - p).
        piece: variance of one piece within a week, in units squared.
        concentration: by how much variation between weeks stays in the mean: sum of squared weights of the weeks; 1 for
            one week, 1/k for k equal ones.
        penalty: variance of the centre against that of the mean: a median of weeks varies more, by pi/2 at most.
    """

    of: int
    found: int
    mean: float
    centre: float
    unit: float
    piece: float
    concentration: float
    penalty: float


def figure_of(chart: Chart, week: IsoWeek, seen: PointWeek) -> Figure | None:
    """The chart's figure of a point's week; None where there was nothing to count."""
    if isinstance(chart, Measure):
        mean = seen.means.get(chart.key)
        return None if mean is None else Figure(week, mean.of, mean.mean, mean.sd)
    count = seen.counts.get(chart.key)
    return None if count is None else Figure(week, count.of, count.found / count.of, found=count.found)


def together(chart: Chart, figures: Sequence[Figure]) -> Together:
    """Several weeks of one chart as one; at least one."""
    of = sum(figure.of for figure in figures)
    found = sum(figure.found for figure in figures)
    concentration = fsum((figure.of / of) ** 2 for figure in figures)
    if isinstance(chart, Measure):
        mean = fsum(figure.of * figure.value for figure in figures) / of
        within = sqrt(fsum(figure.of * figure.sd**2 for figure in figures) / of)
        centre = median(figure.value for figure in figures)
        return Together(of, found, mean, centre, max(within, chart.finest), 1.0, concentration, pi / 2)
    share = (found + 0.5) / (of + 1)
    unit = share * (1 - share)
    return Together(of, found, found / of, share, unit, 1 / unit, concentration, 1.0)
