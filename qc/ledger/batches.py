"""Batches: opened for an order and found again. What is in them: batch_contents.py.

Whoever places pieces holds the organisation's chain (`events.lock_chain`), so a piece that is accepted while a batch is
being opened is seen by one of the two, on either database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import take_waiting
from qc.ledger.events import lock_chain, note, now
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.states import BatchState
from qc.ledger.tables import Batch, BatchLine, BatchPiece, Order, Piece


@dataclass(frozen=True)
class NewBatchLine:
    """How many pieces of a SKU the batch shall take."""

    sku: str
    target: int


def open_batch(
    session: Session, caller: Caller, number: str, lines: Sequence[NewBatchLine], order: Order | None = None
) -> Batch:
    """Open a batch, and let pieces in that were accepted before and wait for their SKU, oldest first.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        number: The batch's own number, unique in the organisation.
        lines: SKUs and how many of each. When empty, all lines of the order in full.
        order: The order that it serves.

    Raises:
        BadRequest: No SKU, a SKU twice, or one that the order does not have.
        Conflict: The number is taken.
    """
    wanted = list(lines) or [NewBatchLine(x.sku, x.quantity) for x in (order.lines if order else ())]
    if not wanted:
        raise BadRequest("a batch needs at least one SKU line, or an order to take them from")
    if len({line.sku for line in wanted}) != len(wanted):
        raise BadRequest("a batch names each SKU once: add the quantities of lines with the same SKU")
    of_order = {line.sku: line.id for line in order.lines} if order else {}
    foreign = [line.sku for line in wanted if order is not None and line.sku not in of_order]
    if foreign:
        raise BadRequest(f"the order has no line for {', '.join(foreign)}; it has {', '.join(of_order)}")
    lock_chain(session, caller.organisation_id)
    if find_batch(session, caller.organisation_id, number) is not None:
        raise Conflict(f"there is a batch {number!r} already; choose another number")
    batch = Batch(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        order=order,
        number=number,
        state=BatchState.OPEN,
        version=1,
        particulars={},
        opened_at=now(),
        lines=[
            BatchLine(id=uuid7(), order_line_id=of_order.get(x.sku), position=n, sku=x.sku, target=x.target, filled=0)
            for n, x in enumerate(wanted, start=1)
        ],
    )
    session.add(batch)
    session.flush()
    note(
        session, caller.organisation_id, "batch.opened", batch.id, caller.name, batch.opened_at,
        number=number, order=order.po_number if order else None,
        lines=[{"sku": x.sku, "target": x.target} for x in wanted],
    )  # fmt: skip
    take_waiting(session, caller, batch)
    return batch


def find_batch(session: Session, organisation_id: UUID, number: str) -> Batch | None:
    """The organisation's batch of that number, if there is one."""
    return session.scalar(select(Batch).where(Batch.organisation_id == organisation_id, Batch.number == number))


def hold_batch(session: Session, caller: Caller, batch_id: UUID) -> Batch:
    """Hold the organisation's chain until the transaction ends, and see the batch as it is now.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    lock_chain(session, caller.organisation_id)
    batch = batch_of_id(session, caller.organisation_id, batch_id)
    session.refresh(batch)
    return batch


def see_that_packable(batch: Batch) -> None:
    """See that cartons of the batch may still change: while pieces come in, and while the lot is sampled.

    Raises:
        Conflict: The batch is sealed, shipped or rejected.
    """
    if batch.state not in {BatchState.OPEN, BatchState.SAMPLING}:
        raise Conflict(
            f"batch {batch.number} is {batch.state}: its cartons stand as they are", batch=str(batch.id),
            state=batch.state,
        )  # fmt: skip


def batch_of_id(session: Session, organisation_id: UUID, batch_id: UUID) -> Batch:
    """The organisation's batch of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Batch, organisation_id, batch_id, "batch")


def list_batches(
    session: Session, organisation_id: UUID, limit: int, before: Position | None, state: BatchState | None = None
) -> Page[Batch]:
    """Batches, newest first, a page at a time."""
    chosen = select(Batch).where(Batch.organisation_id == organisation_id)
    if state is not None:
        chosen = chosen.where(Batch.state == state)
    return newest_first(session, chosen, Batch.opened_at, Batch.id, limit, before)


def pieces_in(
    session: Session, batch: Batch, limit: int, after: int = 0, without: Select[UUID] | None = None
) -> list[tuple[BatchPiece, Piece]]:
    """Pieces of a batch in the order they came, after a position; `without` selects ids to leave out."""
    chosen = (
        select(BatchPiece, Piece)
        .join(Piece, Piece.id == BatchPiece.piece_id)
        .where(BatchPiece.batch_id == batch.id, BatchPiece.position > after)
        .order_by(BatchPiece.position)
        .limit(limit)
    )
    if without is not None:
        chosen = chosen.where(Piece.id.not_in(without))
    return [(place, piece) for place, piece in session.execute(chosen)]
