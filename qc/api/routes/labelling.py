"""What to label next: where a label teaches the next model most, and a fixed share chosen by chance."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.schemas.labelling import QueuedOut, QueueOut
from qc.api.schemas.words import Name
from qc.api.security import CanLabel
from qc.ledger.events import now
from qc.ledger.labelling import queue

router = APIRouter(prefix="/v1/labelling", tags=["labels"])


@router.get("/queue", responses=answers())
def show_queue(
    caller: CanLabel,
    station: StationDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many photos.")] = 20,
    days: Annotated[int, Query(ge=1, le=3650, description="Of pieces registered within so many days.")] = 90,
    sku: Annotated[Name | None, Query(description="Of this SKU only.")] = None,
) -> QueueOut:
    """The photos to label next, each with why. Every fifth is chosen by chance, accepted and refused pieces alike.

    Labels go to `POST /v1/inspections/ID/labels`. A piece that waits for a blind re-inspection is left out for
    whoever may record one.
    """
    with station.database.read() as session:
        return QueueOut(items=[QueuedOut.of(row) for row in queue(session, caller, limit, now(), days=days, sku=sku)])
