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
from qc.ledger.blindness import hidden_among

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", responses=answers())
def list_events(
    caller: CanReadEvents,
    station: StationDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Sequence of the last event you have.")] = 0,
    limit: Limit = 100,
) -> EventList:
    """Events after a sequence number. Sequences have no gaps: who has missed some sees it and asks again.

    Of pieces that you may have to judge blind, type, actor and data are withheld until they have been judged.
    """
    with station.database.read() as session:
        rows = events.after(session, caller.organisation_id, after, limit)
        hidden = hidden_among(session, caller, {event.subject_id for event in rows})
        items = [EventOut.of(event, withheld=event.subject_id in hidden) for event in rows]
    return EventList(items=items, next=items[-1].sequence if items else after)
