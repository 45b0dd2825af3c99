"""Whether what comes in, and what is said of it, still is as it was when the model in service began."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from qc.api.deps import StationDep
from qc.api.judgements import Judgements
from qc.api.problems import answers
from qc.api.schemas.drift import DriftOut
from qc.api.security import CanReadDrift
from qc.drift.charts import chart_called, charts
from qc.drift.judge import PointChart, judge
from qc.drift.weeks import PATTERN, week_or_none
from qc.errors import BadRequest
from qc.ledger.drift import kept_weeks, week_asked

router = APIRouter(prefix="/v1/drift", tags=["insights"])

WeekText = Annotated[str, Query(pattern=PATTERN, description="An ISO week, such as 2026-W47.")]


@router.get("", responses=answers())
def get_drift(
    caller: CanReadDrift,
    station: StationDep,
    request: Request,
    week: WeekText | None = None,
    weeks: Annotated[int, Query(ge=1, le=26, description="How many are told, that one the last.")] = 1,
    chart: Annotated[str | None, Query(max_length=64, description="Only this chart, such as `exposure`.")] = None,
    collection_point: Annotated[str | None, Query(max_length=32, description="Only this one, by its code.")] = None,
    since: WeekText | None = None,
) -> DriftOut:
    """Charts of every collection point: the figure, its limits, and which are out of control.

    The last week that is over is judged when none is named. The baseline is the first twelve weeks of the model that
    was in service then, or of those since `since`.
    """
    asked, began = week_asked(week), week_or_none(since or request.app.state.settings.drift_since)
    if chart is not None and chart_called(chart) is None:
        raise BadRequest(f"got the chart {chart!r}, wanted one of {', '.join(known.key for known in charts())}")
    judgements: Judgements = request.app.state.judgements

    def judged() -> DriftOut:
        digests = kept_weeks(station.database, caller.organisation_id, asked)
        model = digests[-1].model() if digests else None
        lines: list[PointChart] = []
        if model is not None:
            only = None if chart is None else {chart}
            lines = judge(digests, model, asked, since=began, bands_from=asked.earlier(weeks - 1), only=only)
        return DriftOut.of(asked, model, lines, digests, weeks)

    answer = judgements.of((caller.organisation_id, asked, began, weeks, chart), judged)
    if collection_point is None:
        return answer
    there = [point for point in answer.points if point.collection_point == collection_point]
    return answer.model_copy(update={"points": there})
