"""Events: what happened, in the order of the chain."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qc.api.deps import StationDep
from qc.api.paging import Limit
from qc.api.problems import answers
from qc.api.schemas.events import EventList, EventOut
from qc.api.security import CanReadEvents
from qc.ledger import events

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", responses=answers())
def list_events(
    caller: CanReadEvents,
    station: StationDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Sequence of the last event you have.")] = 0,
    limit: Limit = 100,
) -> EventList:
    """Events after a sequence number. Sequences have no gaps: who has missed some sees it and asks again."""
    with station.database.read() as session:
        items = [EventOut.of(event) for event in events.after(session, caller.organisation_id, after, limit)]
    return EventList(items=items, next=items[-1].sequence if items else after)
