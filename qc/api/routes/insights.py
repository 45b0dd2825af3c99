"""What inspections show over weeks, for the desk; and what a weaver may be told of their own pieces."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.schemas.insights import InsightsOut, MakerFeedbackOut, MakerRef, MakerRefList, WeekOut
from qc.api.schemas.words import Name, Pseudonym
from qc.api.security import CanReadBatches
from qc.errors import NotFound
from qc.ledger import insights

router = APIRouter(prefix="/v1/insights", tags=["insights"])


@router.get("", responses=answers())
def get_insights(
    caller: CanReadBatches,
    station: StationDep,
    weeks: Annotated[int, Query(ge=1, le=insights.MOST_WEEKS, description="How many, this one included.")] = 8,
    sku: Annotated[Name | None, Query(description="Only pieces of this SKU.")] = None,
) -> InsightsOut:
    """Defects by code and week, retakes, referrals, and how far phones and server agree, with 95 % intervals."""
    with station.database.read() as session:
        figures = insights.by_week(session, caller.organisation_id, weeks, sku)
    codes = insights.code_counts(figures)
    return InsightsOut(codes=codes, weeks=[WeekOut.of(week, codes) for week in figures])


@router.get("/makers", responses=answers())
def list_makers(caller: CanReadBatches, station: StationDep) -> MakerRefList:
    """Weavers of whom at least 20 pieces were inspected, by pseudonym. Nobody is ranked."""
    with station.database.read() as session:
        found = insights.makers_with_enough(session, caller.organisation_id)
    return MakerRefList(items=[MakerRef(maker_ref=ref, pieces=pieces) for ref, pieces in found])


@router.get("/makers/{maker_ref}", responses=answers(errors.NotFound))
def get_maker_feedback(
    maker_ref: Annotated[Pseudonym, Path(description="The weaver.")], caller: CanReadBatches, station: StationDep
) -> MakerFeedbackOut:
    """How often each defect was found on the weaver's last 100 pieces; nothing while there are fewer than 20."""
    with station.database.read() as session:
        figures = insights.of_maker(session, caller.organisation_id, maker_ref)
    if figures is None:
        raise NotFound(f"no weaver {maker_ref!r} in your organisation")
    return MakerFeedbackOut.of(figures, insights.LEAST_PIECES)
