"""Models: which serves, since when and by whose word; which challenges it, and where the two differ."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from qc.api.deps import StationDep
from qc.api.models import Models
from qc.api.paging import Cursor, Limit, write_cursor
from qc.api.problems import answers
from qc.api.schemas.models import (
    ChangeOut,
    ComparisonOut,
    DisagreementOut,
    ModelOut,
    ModelsOut,
    RefusalOut,
    ShadowOut,
)
from qc.api.security import CanReadModels
from qc.errors import BadBundle
from qc.ledger import shadow_verdicts
from qc.ledger.events import now
from qc.ledger.retention import SHADOW_KEPT
from qc.model.promotions import Change
from qc.model.registry import Registry
from qc.serving.watching import last_promotion

router = APIRouter(prefix="/v1/models", tags=["models"])

MOST_CHANGES = 50


@router.get("", responses=answers())
def get_models(request: Request, caller: CanReadModels, station: StationDep) -> ModelsOut:
    """What serves, since when, by whose word; what challenges it; and what served before."""
    models: Models = request.app.state.models
    serving, challenger = station.serving.present, models.shadow.challenger
    changes, fault = _history(models.registry)
    promotion = last_promotion(changes, serving)
    return ModelsOut(
        serving=ModelOut.of(serving),
        promotion=None if promotion is None else ChangeOut.of(promotion),
        refused=RefusalOut.of(station.serving.refused),
        challenger=None if challenger is None else ModelOut.of(challenger),
        challenger_refused=RefusalOut.of(models.shadow.refused),
        follows_registry=models.registry is not None,
        bundles=[] if models.registry is None else models.registry.bundles(),
        history_fault=fault,
        history=[ChangeOut.of(change) for change in reversed(changes[-MOST_CHANGES:])],
    )


@router.get("/shadow", responses=answers())
def get_shadow(
    caller: CanReadModels,
    station: StationDep,
    before: Cursor,
    limit: Limit = 50,
    days: Annotated[int, Query(ge=1, le=SHADOW_KEPT.days, description="How far back rates are counted.")] = 30,
    model: Annotated[
        str | None, Query(max_length=100, pattern=r"^[A-Za-z0-9._-]+$", description="Only this challenger.")
    ] = None,
) -> ShadowOut:
    """How often challengers differ from what served, with 95 % intervals, and the inspections on which they do.

    A challenger judges when there is time, so the rates are those of the quieter moments. A piece that waits for a
    blind re-inspection is left out for whoever may record it.
    """
    with station.database.snapshot() as session:
        comparisons = shadow_verdicts.compare(session, caller, now() - timedelta(days=days), model)
        page = shadow_verdicts.list_disagreements(session, caller, limit, before, model)
        return ShadowOut(
            comparisons=[ComparisonOut.of(comparison) for comparison in comparisons],
            items=[DisagreementOut.of(row) for row in page.rows],
            next=write_cursor(page.next),
        )


def _history(registry: Registry | None) -> tuple[list[Change], str | None]:
    """Every change, oldest first; or what is wrong with the history."""
    if registry is None:
        return [], None
    try:
        return registry.history(), None
    except BadBundle as altered:
        return [], altered.detail.replace(f"{registry.folder}/", "")
