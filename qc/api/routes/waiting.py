"""Accepted pieces that wait, because no open batch needs their SKU."""

from __future__ import annotations

from fastapi import APIRouter

from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.schemas.waiting import WaitingList, WaitingSku
from qc.api.security import CanReadBatches
from qc.ledger.batch_contents import waiting_by_sku

router = APIRouter(prefix="/v1/waiting", tags=["batches"])


@router.get("", responses=answers())
def list_waiting(caller: CanReadBatches, station: StationDep) -> WaitingList:
    """How many accepted pieces of each SKU wait for a batch, and since when; open one and they enter it.

    The pieces themselves: `GET /v1/pieces?state=accepted&sku=...`.
    """
    with station.database.read() as session:
        rows = waiting_by_sku(session, caller.organisation_id)
        return WaitingList(items=[WaitingSku(sku=row.sku, pieces=row.pieces, since=row.since) for row in rows])
