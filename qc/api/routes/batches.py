"""Batches: open one, see what is in it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Cursor, Limit, cut, write_cursor
from qc.api.problems import BODY, answers
from qc.api.schemas.batches import BatchIn, BatchList, BatchOut, BatchPieceList, BatchPieceOut
from qc.api.security import CanOpenBatches, CanReadBatches
from qc.ledger import batches
from qc.ledger.batches import NewBatchLine
from qc.ledger.blindness import hidden_pieces, is_blind
from qc.ledger.orders import order_called
from qc.ledger.states import BatchState

router = APIRouter(prefix="/v1/batches", tags=["batches"])


@router.post(
    "",
    status_code=201,
    response_model=BatchOut,
    responses=answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def open_batch(request: Request, body: BatchIn, caller: CanOpenBatches, key: KeyHeader = None) -> Response:
    """Open a batch. Accepted pieces that wait for its SKUs enter it at once, oldest first."""

    def work(session: Session) -> tuple[int, BatchOut, str]:
        order = order_called(session, caller.organisation_id, body.po_number) if body.po_number else None
        lines = [NewBatchLine(line.sku, line.quantity) for line in body.lines]
        batch = batches.open_batch(session, caller, body.number, lines, order)
        return 201, BatchOut.of(batch), f"/v1/batches/{batch.id}"

    return carry_out_once(request, caller, key, body, work)


@router.get("", responses=answers())
def list_batches(
    caller: CanReadBatches,
    station: StationDep,
    before: Cursor,
    limit: Limit = 50,
    state: Annotated[BatchState | None, Query(description="Only batches in this state.")] = None,
) -> BatchList:
    """Batches, newest first."""
    with station.database.read() as session:
        page = batches.list_batches(session, caller.organisation_id, limit, before, state)
        return BatchList(items=[BatchOut.of(batch) for batch in page.rows], next=write_cursor(page.next))


@router.get("/{batch_id}", response_model=BatchOut, responses=tagged_answers(errors.NotFound))
def get_batch(request: Request, batch_id: UUID, caller: CanReadBatches, station: StationDep) -> Response:
    """A batch: state, lines, how full. Its ETag changes with everything that goes in or out."""
    with station.database.read() as session:
        batch = batches.batch_of_id(session, caller.organisation_id, batch_id)
        return tagged(request, BatchOut.of(batch), batch.version)


@router.get("/{batch_id}/pieces", responses=answers(errors.NotFound))
def list_batch_pieces(
    batch_id: UUID,
    caller: CanReadBatches,
    station: StationDep,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Position after which the page begins.")] = 0,
) -> BatchPieceList:
    """Pieces of a batch, in the order they came."""
    with station.database.read() as session:
        batch = batches.batch_of_id(session, caller.organisation_id, batch_id)
        hidden = hidden_pieces(caller) if is_blind(caller) else None
        rows, following = cut(
            batches.pieces_in(session, batch, limit + 1, after, without=hidden), limit, lambda row: row[0].position
        )
        return BatchPieceList(items=[BatchPieceOut.of(place, piece) for place, piece in rows], next=following)
