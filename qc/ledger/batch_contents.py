"""What is in a batch: pieces enter, move and are taken out, and each step says who did it and why.

All of it holds the organisation's chain (`events.lock_chain`), so a piece is in one place at a time, on either
database. What a batch holds can be told from the chain alone: `piece.batched`, `piece.moved` and `piece.removed` carry
batch and position, and `qc ledger verify` compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.corrections import Correction
from qc.ledger.events import lock_chain, note, now
from qc.ledger.states import BatchState, CartonState, PieceState
from qc.ledger.tables import Batch, BatchLine, BatchPiece, Carton, CartonPiece, Piece


@dataclass(frozen=True)
class Waiting:
    """Accepted pieces of a SKU that no open batch takes, and since when the first of them waits."""

    sku: str
    pieces: int
    since: datetime


def place(session: Session, caller: Caller, piece: Piece) -> Batch | None:
    """Put an accepted piece into the oldest open batch that still needs its SKU.

    Returns:
        The batch, or None: no open batch needs it, and it waits as accepted.
    """
    lock_chain(session, caller.organisation_id)
    oldest = (
        select(Batch, BatchLine)
        .join(BatchLine, BatchLine.batch_id == Batch.id)
        .where(
            Batch.organisation_id == caller.organisation_id,
            Batch.state == BatchState.OPEN,
            BatchLine.sku == piece.sku,
            BatchLine.filled < BatchLine.target,
        )
        .order_by(Batch.opened_at, Batch.id)
        .limit(1)
        .options(lazyload(Batch.lines), lazyload(Batch.order))
        .execution_options(populate_existing=True)
    )
    with session.no_autoflush:  # what waits to be written is the piece, which is written once, with its place
        found = session.execute(oldest).first()
    if found is None:
        return None
    batch, line = found
    _put(session, caller, piece, batch, line)
    return batch


def take_waiting(session: Session, caller: Caller, batch: Batch, only: BatchLine | None = None) -> int:
    """Let pieces in that were accepted before and wait for a SKU that the batch still needs, oldest first.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Which.
        only: Fill this line alone: its lot is resubmitted, and the batch's other lots stand.

    Returns:
        How many came in.
    """
    lock_chain(session, caller.organisation_id)
    came = 0
    for line in batch.lines if only is None else [only]:
        for piece in _waiting(session, caller.organisation_id, line):
            _put(session, caller, piece, batch, line)
            came += 1
    return came


def waiting_by_sku(session: Session, organisation_id: UUID) -> list[Waiting]:
    """What waits for a batch, by SKU, the longest wait first."""
    since = func.min(Piece.accepted_at)
    rows = session.execute(
        select(Piece.sku, func.count(), since)
        .where(
            Piece.organisation_id == organisation_id, Piece.state == PieceState.ACCEPTED, Piece.accepted_at.is_not(None)
        )
        .group_by(Piece.sku)
        .order_by(since, Piece.sku)
    )
    return [Waiting(sku, pieces, first) for sku, pieces, first in rows if sku is not None and first is not None]


def remove_piece(session: Session, caller: Caller, piece: Piece, correction: Correction) -> Batch | None:
    """Undo an acceptance: the piece leaves its batch, if it is in one, and a person must look at it again.

    Its state is `referred`: it can be decided anew, or photographed again. A piece that waits may take its place.

    Returns:
        The batch that it left.

    Raises:
        Conflict: It is not accepted, it lies in a closed carton, or its batch is past `open`.
    """
    lock_chain(session, caller.organisation_id)
    session.refresh(piece)
    if piece.state not in {PieceState.ACCEPTED, PieceState.IN_BATCH}:
        raise Conflict(
            f"piece {piece.id} is {piece.state}: only an accepted piece can be removed from its batch",
            state=piece.state,
        )
    batch = take_out(session, caller, piece, correction, PieceState.REFERRED)
    piece.grade, piece.accepted_at = None, None
    session.flush()
    if batch is not None:
        take_waiting(session, caller, batch)
    return batch


def take_out(
    session: Session,
    caller: Caller,
    piece: Piece,
    correction: Correction,
    state: PieceState,
    *,
    from_states: frozenset[BatchState] = frozenset({BatchState.OPEN}),
) -> Batch | None:
    """Take an accepted piece out of its batch and note `piece.removed`. Whoever calls holds the chain.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        piece: Accepted, or in a batch.
        correction: Who orders it, and why.
        state: The piece's state afterwards.
        from_states: States of a batch out of which it may be taken. Lot acceptance takes pieces out of rejected lots;
            nobody takes any out of a sealed one.

    Returns:
        The batch that it left; None where it waited without one.

    Raises:
        Conflict: The batch's state does not allow it, or the piece lies in a closed carton.
    """
    place = session.get(BatchPiece, piece.id)
    batch = None
    if place is not None:
        batch = session.get_one(Batch, place.batch_id, populate_existing=True)
        if batch.state not in from_states:
            raise Conflict(
                f"piece {piece.id} is in batch {batch.number}, which is {batch.state}: pieces are removed "
                f"while it is {', '.join(sorted(from_states))}",
                batch=str(batch.id), state=batch.state,
            )  # fmt: skip
        leave_carton(session, caller, piece, correction, even_closed=batch.state is not BatchState.OPEN)
        line = session.get_one(BatchLine, place.batch_line_id, populate_existing=True)
        line.filled -= 1
        batch.version += 1
        session.delete(place)
    piece.state = state
    note(
        session, caller.organisation_id, "piece.removed", piece.id, caller.name, now(),
        batch=str(batch.id) if batch else None, number=batch.number if batch else None,
        position=place.position if place else None, sku=piece.sku, state=state,
        reason=correction.reason, decided_by=correction.decided_by,
    )  # fmt: skip
    session.flush()
    return batch


def move_piece(session: Session, caller: Caller, piece: Piece, to: Batch, correction: Correction) -> None:
    """Move a piece from its open batch into another open one that needs its SKU.

    Raises:
        Conflict: It is in no batch, a batch is past `open`, the other does not need its SKU, or the piece lies in a
            closed carton.
    """
    lock_chain(session, caller.organisation_id)
    place = session.get(BatchPiece, piece.id, populate_existing=True)
    if place is None:
        raise Conflict(f"piece {piece.id} is in no batch, so it cannot be moved; it is {piece.state}")
    source = session.get_one(Batch, place.batch_id, populate_existing=True)
    session.refresh(to)
    if source.id == to.id:
        raise Conflict(f"piece {piece.id} is in batch {to.number} already")
    for batch in (source, to):
        if batch.state is not BatchState.OPEN:
            raise Conflict(
                f"batch {batch.number} is {batch.state}: pieces move between open batches only", state=batch.state
            )
    line = session.scalar(
        select(BatchLine)
        .where(BatchLine.batch_id == to.id, BatchLine.sku == piece.sku)
        .execution_options(populate_existing=True)
    )
    if line is None or line.filled >= line.target:
        raise Conflict(f"batch {to.number} needs no further {piece.sku}: choose another batch")
    leave_carton(session, caller, piece, correction)
    session.get_one(BatchLine, place.batch_line_id, populate_existing=True).filled -= 1
    before, at = place.position, now()
    place.batch_id, place.batch_line_id, place.position, place.added_at = to.id, line.id, _next(session, to), at
    line.filled += 1
    source.version += 1
    to.version += 1
    note(
        session, caller.organisation_id, "piece.moved", piece.id, caller.name, at,
        from_batch=str(source.id), from_number=source.number, from_position=before,
        batch=str(to.id), number=to.number, position=place.position, sku=piece.sku,
        reason=correction.reason, decided_by=correction.decided_by,
    )  # fmt: skip
    session.flush()
    take_waiting(session, caller, source)


def batch_of_piece(session: Session, piece_id: UUID) -> Batch | None:
    """The batch that a piece is in, if it is in one."""
    return session.scalar(
        select(Batch).join(BatchPiece, BatchPiece.batch_id == Batch.id).where(BatchPiece.piece_id == piece_id)
    )


def leave_carton(
    session: Session, caller: Caller, piece: Piece, correction: Correction, *, even_closed: bool = False
) -> None:
    """Take a piece out of its carton, if it lies in one, and note it.

    Args:
        session: A session of `Database.write()`, holding the chain.
        caller: For whom.
        piece: Which.
        correction: Who orders it, and why.
        even_closed: Out of a closed carton too: all of a rejected lot is unpacked.

    Raises:
        Conflict: The carton is closed.
    """
    packed = session.get(CartonPiece, piece.id, populate_existing=True)
    if packed is None:
        return
    carton = session.get_one(Carton, packed.carton_id, populate_existing=True)
    if carton.state is not CartonState.OPEN and not even_closed:
        raise Conflict(
            f"piece {piece.id} lies in carton {carton.number}, which is closed: open the carton again first",
            carton=str(carton.id),
        )
    carton.pieces -= 1
    carton.version += 1
    session.delete(packed)
    note(
        session, caller.organisation_id, "piece.unpacked", piece.id, caller.name, now(),
        carton=str(carton.id), carton_number=carton.number, position=packed.position,
        reason=correction.reason, decided_by=correction.decided_by,
    )  # fmt: skip
    session.flush()


def _waiting(session: Session, organisation_id: UUID, line: BatchLine) -> Sequence[Piece]:
    return session.scalars(
        select(Piece)
        .where(Piece.organisation_id == organisation_id, Piece.state == PieceState.ACCEPTED, Piece.sku == line.sku)
        .order_by(Piece.accepted_at, Piece.id)
        .limit(line.target - line.filled)
    ).all()


def _put(session: Session, caller: Caller, piece: Piece, batch: Batch, line: BatchLine) -> None:
    at = now()
    with session.no_autoflush:
        position = _next(session, batch)
    place = BatchPiece(piece_id=piece.id, batch_id=batch.id, batch_line_id=line.id, position=position, added_at=at)
    session.add(place)
    line.filled += 1
    batch.version += 1
    piece.state = PieceState.IN_BATCH
    note(
        session, caller.organisation_id, "piece.batched", piece.id, caller.name, at,
        batch=str(batch.id), number=batch.number, position=place.position, sku=piece.sku,
    )  # fmt: skip
    session.flush()


def _next(session: Session, batch: Batch) -> int:
    last = session.scalar(select(func.max(BatchPiece.position)).where(BatchPiece.batch_id == batch.id))
    return (last or 0) + 1
