"""What lies in a carton: pieces of its batch, each in one carton at most, packed and taken out by name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import leave_carton
from qc.ledger.batches import see_that_packable
from qc.ledger.corrections import Correction
from qc.ledger.events import note, now
from qc.ledger.states import CartonState
from qc.ledger.tables import Batch, BatchPiece, Carton, CartonPiece, Piece


def pack(session: Session, caller: Caller, carton: Carton, piece_ids: Sequence[UUID]) -> int:
    """Put pieces into an open carton that `hold_carton` gave, all or none. Those that lie in it already stay.

    Returns:
        How many went in.

    Raises:
        BadRequest: A piece is named twice.
        Conflict: The carton is closed, the batch past packing, or a piece is not in the carton's batch or lies in
            another carton.
        NotFound: A piece of that id is not there, or it belongs to another organisation.
    """
    _see_that_open(session, carton)
    pieces = _pieces(session, caller, piece_ids)
    batched = set(
        session.scalars(
            select(BatchPiece.piece_id).where(
                BatchPiece.piece_id.in_(piece_ids), BatchPiece.batch_id == carton.batch_id
            )
        )
    )
    elsewhere = [str(piece.id) for piece in pieces if piece.id not in batched]
    if elsewhere:
        raise Conflict(f"{len(elsewhere)} pieces are not in the carton's batch: {_some(elsewhere)}", pieces=elsewhere)
    packed = {
        row.piece_id: row.carton_id
        for row in session.scalars(select(CartonPiece).where(CartonPiece.piece_id.in_(piece_ids)))
    }
    others = [str(piece) for piece, where in packed.items() if where != carton.id]
    if others:
        raise Conflict(f"{len(others)} pieces lie in another carton: {_some(others)}", pieces=others)
    last = session.scalar(select(func.max(CartonPiece.position)).where(CartonPiece.carton_id == carton.id)) or 0
    coming = [piece for piece in pieces if piece.id not in packed]
    at = now()
    for position, piece in enumerate(coming, start=last + 1):
        session.add(CartonPiece(piece_id=piece.id, carton_id=carton.id, position=position, packed_at=at))
        note(
            session, caller.organisation_id, "piece.packed", piece.id, caller.name, at,
            carton=str(carton.id), carton_number=carton.number, sscc=carton.sscc, position=position,
        )  # fmt: skip
    carton.pieces += len(coming)
    carton.version += len(coming)
    session.flush()
    return len(coming)


def unpack(session: Session, caller: Caller, carton: Carton, piece_ids: Sequence[UUID], why: Correction) -> int:
    """Take pieces out of an open carton that `hold_carton` gave, all or none. They stay in the batch.

    Returns:
        How many came out.

    Raises:
        BadRequest: A piece is named twice.
        Conflict: The carton is closed, the batch past packing, or a piece does not lie in it.
        NotFound: A piece of that id is not there, or it belongs to another organisation.
    """
    _see_that_open(session, carton)
    pieces = _pieces(session, caller, piece_ids)
    inside = set(
        session.scalars(
            select(CartonPiece.piece_id).where(CartonPiece.piece_id.in_(piece_ids), CartonPiece.carton_id == carton.id)
        )
    )
    foreign = [str(piece.id) for piece in pieces if piece.id not in inside]
    if foreign:
        raise Conflict(f"{len(foreign)} pieces do not lie in carton {carton.number}: {_some(foreign)}", pieces=foreign)
    for piece in pieces:
        leave_carton(session, caller, piece, why)
    return len(pieces)


def pieces_in_carton(session: Session, carton: Carton, limit: int, after: int = 0) -> list[tuple[CartonPiece, Piece]]:
    """Pieces of a carton in the order they were packed, after a position."""
    rows = session.execute(
        select(CartonPiece, Piece)
        .join(Piece, Piece.id == CartonPiece.piece_id)
        .where(CartonPiece.carton_id == carton.id, CartonPiece.position > after)
        .order_by(CartonPiece.position)
        .limit(limit)
    )
    return [(place, piece) for place, piece in rows]


def _see_that_open(session: Session, carton: Carton) -> None:
    see_that_packable(session.get_one(Batch, carton.batch_id))
    if carton.state is not CartonState.OPEN:
        raise Conflict(f"carton {carton.number} is closed: open it again first", state=carton.state)


def _pieces(session: Session, caller: Caller, piece_ids: Sequence[UUID]) -> list[Piece]:
    """The pieces in the order asked, as they are now."""
    if len(set(piece_ids)) != len(piece_ids):
        raise BadRequest("a piece is named twice; name each piece once")
    found = {
        piece.id: piece
        for piece in session.scalars(
            select(Piece)
            .where(Piece.organisation_id == caller.organisation_id, Piece.id.in_(piece_ids))
            .execution_options(populate_existing=True)
        )
    }
    unknown = [str(piece_id) for piece_id in piece_ids if piece_id not in found]
    if unknown:
        raise NotFound(f"{len(unknown)} pieces are not in your organisation: {_some(unknown)}", pieces=unknown)
    return [found[piece_id] for piece_id in piece_ids]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
