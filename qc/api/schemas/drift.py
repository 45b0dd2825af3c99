"""Drift: charts of collection points, week by week, with their limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from pydantic import BaseModel, Field

from qc.drift.charts import Group, Measure
from qc.drift.digest import WeekDigest
from qc.drift.judge import ALARM, Judged, PointChart, Rule, Side, Signal, State
from qc.drift.photos import point_weeks, showing, typical_of_baseline
from qc.drift.weeks import PATTERN, IsoWeek


class SignalOut(BaseModel):
    """A figure out of control."""

    rule: Rule = Field(description="What found it: the week alone, or the last four weeks together.")
    side: Side
    value: float = Field(description="The figure, of that week or of those weeks.")
    pieces: int = Field(description="How many it is of.")
    usual: float = Field(description="The baseline's figure.")
    low: float = Field(description="Below it, the figure is out of control.")
    high: float = Field(description="Above it, the figure is out of control.")
    fresh: bool = Field(description="Whether the chart gave no such signal in the week before.")

    @classmethod
    def of(cls, signal: Signal) -> SignalOut:
        """From what was judged."""
        band = signal.band
        return cls(
            rule=signal.rule, side=signal.side, value=signal.value, pieces=signal.pieces,
            usual=band.centre, low=band.low, high=band.high, fresh=signal.fresh,
        )  # fmt: skip


class ChartWeekOut(BaseModel):
    """A chart in one week."""

    week: str
    pieces: int = Field(description="How many the figure is of: pieces, inspections, decisions or phones' verdicts.")
    value: float | None = Field(description="Null where there were none.")
    state: State = Field(
        description="`learning` while the baseline is too short, `too_few` where there are too few pieces to judge."
    )
    usual: float | None = Field(description="The baseline's figure; null, as the limits, where nothing was judged.")
    low: float | None
    high: float | None
    signal: SignalOut | None = Field(description="Where the figure is out of control.")

    @classmethod
    def of(cls, judged: Judged) -> ChartWeekOut:
        """From what was judged."""
        band = judged.band
        return cls(
            week=str(judged.week), pieces=judged.pieces, value=judged.value, state=judged.state,
            usual=band.centre if band else None, low=band.low if band else None, high=band.high if band else None,
            signal=SignalOut.of(judged.signal) if judged.signal else None,
        )  # fmt: skip


class ChartOut(BaseModel):
    """One figure of one collection point."""

    chart: str = Field(description="`exposure`, `grade.A`, `defect.HOLE`, ...")
    kind: Literal["measure", "share"]
    group: Group = Field(description="Whether it tells of what comes in, or of what is said of it.")
    baseline: list[str] = Field(description="Weeks that limits are reckoned from.")
    weeks: list[ChartWeekOut] = Field(description="Oldest first.")
    photos: list[str] = Field(
        description="Of a signal: SHA-256 of photos of that week that show it best; at `/v1/photos/SHA256`."
    )


class PointOut(BaseModel):
    """One collection point."""

    collection_point: str
    inspections: int = Field(description="In the week asked for, by its model.")
    state: State = Field(description="`signal` where any chart is out of control.")
    typical: list[str] = Field(description="SHA-256 of photos that are most like the baseline's.")
    charts: list[ChartOut]


class DriftOut(BaseModel):
    """What changed, and where."""

    week: str = Field(pattern=PATTERN)
    model: str | None = Field(description="The model in service then; null where nothing was inspected.")
    alarm: float = Field(default=ALARM, description="Chance that a point where nothing changes is alarmed in a week.")
    points: list[PointOut]

    @classmethod
    def of(
        cls, week: IsoWeek, model: str | None, lines: Iterable[PointChart], digests: Collection[WeekDigest], weeks: int
    ) -> DriftOut:
        """From what was judged.

        Args:
            week: that was asked for.
            model: in service then.
            lines: charts.
            digests: of all weeks.
            weeks: how many are told, that week the last.
        """
        first = week.earlier(weeks - 1)
        by_point: dict[str, list[PointChart]] = {}
        for line in lines:
            by_point.setdefault(line.point, []).append(line)
        return cls(
            week=str(week),
            model=model,
            points=[_point(point, by_point[point], digests, week, first) for point in sorted(by_point)],
        )


def _point(
    point: str, lines: list[PointChart], digests: Collection[WeekDigest], week: IsoWeek, first: IsoWeek
) -> PointOut:
    here = point_weeks(digests, point, lines[0].model)
    now = here.get(str(week))
    states = {line.weeks[-1].state for line in lines if line.weeks[-1].week == week}
    order: tuple[State, ...] = ("signal", "in_control", "learning")
    return PointOut(
        collection_point=point,
        inspections=now.inspections if now else 0,
        state=next((state for state in order if state in states), "too_few"),
        typical=list(typical_of_baseline(lines[0], here)),
        charts=[
            ChartOut(
                chart=line.chart.key,
                kind="measure" if isinstance(line.chart, Measure) else "share",
                group=line.chart.group,
                baseline=[str(each) for each in line.baseline],
                weeks=[ChartWeekOut.of(each) for each in line.weeks if each.week >= first],
                photos=list(showing(line, line.weeks[-1], here)) if line.weeks[-1].week == week else [],
            )
            for line in lines
        ],
    )
