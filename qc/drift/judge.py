"""Which weeks were out of control, by collection point and chart.

The baseline is the weeks in which the same model judged, from its first on: up to `BASELINE_WEEKS`, less those that
were out of control themselves. A week among these is judged against the ones before it, a later one against all. Two
rules, each on every chart: the week alone, and the last `WINDOW` weeks together, which finds small changes that stay.
The variation between weeks is estimated over all collection points, and from the point alone where that is more.

The weeks of one point make one set of charts; `ALARM` is shared out among them (Bonferroni), so that a point where
nothing changes gives an alarm in one week of a hundred, or more rarely.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import sqrt
from typing import Literal

from qc.drift.charts import Chart, Measure, charts
from qc.drift.digest import PointWeek, WeekDigest
from qc.drift.figures import Figure, Together, figure_of, together
from qc.drift.limits import Spread, between, of_measure, of_share
from qc.drift.weeks import IsoWeek

ALARM = 0.01
"""Probability that a point's set of charts gives a false alarm in a week."""
BASELINE_WEEKS = 12
LEAST_WEEKS = 4
"""Weeks of baseline before anything is judged."""
LEAST_BASELINE = 100
"""Pieces in the baseline before anything is judged."""
LEAST_OF_WEEK = 5
"""Pieces that a week must have to be one of the baseline."""
LEAST_PIECES = 20
"""Fewer are too few to judge: nothing is said, and no alarm is given."""
WINDOW = 4
LEAST_FREEDOM = 3
NEAR = 2.0
"""A share that is nearer than so many binomial standard deviations is in control, whatever the limits are."""

State = Literal["in_control", "signal", "learning", "too_few"]
Rule = Literal["week", "window"]
Side = Literal["above", "below"]


@dataclass(frozen=True)
class Band:
    """The baseline's figure, and limits below and above which a figure is out of control."""

    centre: float
    low: float
    high: float


@dataclass(frozen=True)
class Signal:
    """A figure out of control.

    Attributes:
        rule: what found it: the week alone, or the last weeks together.
        side: on which side.
        value: the figure, of that week or of those weeks.
        pieces: how many it is of.
        band: what it was held against.
        fresh: whether the chart gave no such signal in the week before.
    """

    rule: Rule
    side: Side
    value: float
    pieces: int
    band: Band
    fresh: bool = True


@dataclass(frozen=True)
class Judged:
    """One chart of one point in one week. Figures are as people read them: shares as shares, measures unscaled.

    Attributes:
        pieces: how many the figure is of.
        value: the week's figure; None where there were no pieces.
        band: of the week alone, or of the last weeks together where it alone has too few pieces; None where nothing
            was judged, or no limits were asked for.
        signal: where the week is out of control.
    """

    week: IsoWeek
    pieces: int
    value: float | None
    state: State
    band: Band | None = None
    signal: Signal | None = None


@dataclass(frozen=True)
class PointChart:
    """One chart of one point, week after week."""

    point: str
    chart: Chart
    model: str
    baseline: tuple[IsoWeek, ...]
    weeks: tuple[Judged, ...]


@dataclass
class _Line:
    """A chart of a point while its weeks are gone through."""

    point: str
    seen: list[Figure] = field(default_factory=list)  # every week so far that had pieces
    learnt: list[Figure] = field(default_factory=list)  # the baseline
    counted: int = 0  # weeks that could be of the baseline, also those that were out of control
    full_at: IsoWeek | None = None  # the last of them, once there are enough
    judged: list[Judged] = field(default_factory=list)
    last_signal: tuple[IsoWeek, Side] | None = None


def judge(
    weeks: Iterable[WeekDigest],
    model: str,
    until: IsoWeek,
    *,
    since: IsoWeek | None = None,
    bands_from: IsoWeek | None = None,
    only: Collection[str] | None = None,
) -> list[PointChart]:
    """Charts of every point, through all weeks of a model.

    Args:
        weeks: digests, in order of time.
        model: whose inspections are looked at.
        until: the last week to judge.
        since: the baseline begins here: a stated reference period. With the model's first week when not given.
        bands_from: limits are told from this week on; before it, for the sake of speed, only of signals. Of every week
            when not given.
        only: keys of the charts that are wanted; all when not given.
    """
    points: dict[str, list[tuple[IsoWeek, PointWeek]]] = defaultdict(list)
    for digest in weeks:
        week = IsoWeek.parse(digest.week)
        if week <= until and (since is None or week >= since):
            for point in digest.points:
                if point.model == model:
                    points[point.point].append((week, point))
    return [
        PointChart(line.point, chart, model, tuple(figure.week for figure in line.learnt), tuple(line.judged))
        for chart in charts()
        if only is None or chart.key in only
        for line in _lines(chart, points, bands_from)
    ]


def _lines(
    chart: Chart, points: dict[str, list[tuple[IsoWeek, PointWeek]]], bands_from: IsoWeek | None
) -> Iterator[_Line]:
    lines = {point: _Line(point) for point in points}
    of_week = sorted(
        ((week, point, figure_of(chart, week, seen)) for point, weeks in points.items() for week, seen in weeks),
        key=lambda entry: entry[:2],
    )
    spreads: dict[str, Spread] = {}
    for week, entries in groupby(of_week, key=lambda entry: entry[0]):
        learnt, banded = 0, bands_from is None or week >= bands_from
        for _, point, figure in entries:
            learnt += _step(chart, lines[point], week, figure, spreads.get(point), banded)
        if learnt:
            spreads = _spreads(chart, lines.values())
    yield from lines.values()


def _spreads(chart: Chart, lines: Iterable[_Line]) -> dict[str, Spread]:
    """Variation between weeks, by point: pooled over all, or the point's own where that is more."""
    own = {line.point: _residuals(chart, line.learnt) for line in lines if len(line.learnt) >= LEAST_WEEKS}
    if not own:
        return {}
    pooled = between([week for weeks in own.values() for week in weeks], lost=len(own))
    if len(own) == 1:
        return dict.fromkeys(own, pooled)
    alone = {point: between(weeks, lost=1) for point, weeks in own.items()}
    return {point: replace(pooled, variance=max(pooled.variance, each.variance)) for point, each in alone.items()}


def _residuals(chart: Chart, learnt: Sequence[Figure]) -> list[tuple[float, float]]:
    """By week of the baseline: its figure less the centre, and the variance that chance gives it; in the unit."""
    base = together(chart, learnt)
    return [((figure.value - base.centre) / base.unit, base.piece / figure.of) for figure in learnt]


def _step(chart: Chart, line: _Line, week: IsoWeek, figure: Figure | None, spread: Spread | None, banded: bool) -> bool:
    """Judge a week, and learn from it where the baseline still grows.

    Returns:
        Whether the baseline grew.
    """
    if figure is None:
        line.judged.append(Judged(week, 0, None, "too_few"))
        return False
    line.seen.append(figure)
    judged = _judge(chart, line, figure, spread, banded)
    if judged.signal is not None:
        known = line.last_signal == (week.before, judged.signal.side)
        line.last_signal = (week, judged.signal.side)
        judged = replace(judged, signal=replace(judged.signal, fresh=not known))
    line.judged.append(judged)
    if line.full_at is not None or figure.of < LEAST_OF_WEEK:
        return False
    line.counted += 1
    line.full_at = week if line.counted == BASELINE_WEEKS else None
    if judged.signal is not None:
        return False
    line.learnt.append(figure)
    return True


def _judge(chart: Chart, line: _Line, figure: Figure, spread: Spread | None, banded: bool) -> Judged:
    learning = line.full_at is None and figure.of >= LEAST_OF_WEEK
    shown = Judged(figure.week, figure.of, figure.shown(chart), "learning" if learning else "too_few")
    if spread is None or spread.freedom < LEAST_FREEDOM or sum(each.of for each in line.learnt) < LEAST_BASELINE:
        return shown
    base, weeks = together(chart, line.learnt), len(line.learnt)
    verdicts = [
        _verdict(chart, rule, base, weeks, now, spread, banded)
        for rule, now in _windows(chart, line, figure)
        if now.of >= LEAST_PIECES
    ]
    if not verdicts:
        return replace(shown, state="too_few")
    signal = next((signal for _, signal in verdicts if signal is not None), None)
    return replace(shown, state="signal" if signal else "in_control", band=verdicts[0][0], signal=signal)


def _windows(chart: Chart, line: _Line, figure: Figure) -> Iterator[tuple[Rule, Together]]:
    """What is judged: the week alone, and the last weeks together as far as they come after the baseline."""
    yield "week", together(chart, [figure])
    if line.full_at is not None:
        first = max(line.full_at.following, figure.week.earlier(WINDOW - 1))
        last = [each for each in line.seen[-WINDOW:] if each.week >= first]
        if len(last) > 1:
            yield "window", together(chart, last)


def _verdict(
    chart: Chart, rule: Rule, base: Together, weeks: int, now: Together, spread: Spread, banded: bool
) -> tuple[Band | None, Signal | None]:
    alarm = ALARM / len(charts()) / 2  # two rules
    if isinstance(chart, Measure):
        lowest, highest = of_measure(
            base.centre, base.unit, spread.variance * now.concentration + 1 / now.of,
            base.penalty * (spread.variance + weeks / base.of) / weeks, spread.freedom, alarm,
        )  # fmt: skip
        low, high = min(lowest, base.centre - chart.least), max(highest, base.centre + chart.least)
        side: Side | None = "below" if now.mean < low else "above" if now.mean > high else None
        band, value = Band(chart.shown(base.centre), chart.shown(low), chart.shown(high)), chart.shown(now.mean)
    else:
        if not banded and _surely_in_control(base, now, spread.freedom, alarm):
            return None, None
        # A standard error more than the estimate: that of a share is known badly where counts are small.
        from_weeks = (spread.variance + spread.error) * (now.concentration + base.concentration)
        share, least, most = of_share(base.found, base.of, now.of, from_weeks, spread.freedom, alarm)
        side = "below" if now.found < least else "above" if now.found > most else None
        band, value = Band(share, least / now.of, most / now.of), now.mean
    return band, Signal(rule, side, value, now.of, band) if side else None


def _surely_in_control(base: Together, now: Together, freedom: float, alarm: float) -> bool:
    """Whether a share is within even the limits of weeks that differ by chance alone: quick, and most are."""
    if abs(now.mean - base.centre) < NEAR * sqrt(base.unit / now.of):
        return True
    _, least, most = of_share(base.found, base.of, now.of, 0.0, freedom, alarm)
    return least <= now.found <= most
