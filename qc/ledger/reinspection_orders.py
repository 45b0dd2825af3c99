"""Ordering re-inspections: which pieces a person shall judge again, each once for one occasion."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from qc.ledger.events import now
from qc.ledger.ids import uuid7
from qc.ledger.states import Purpose, ReinspectionState
from qc.ledger.tables import Lot, LotPiece, Piece, Reinspection


def order_for_lot(session: Session, lot: Lot, purpose: Purpose, pieces: Sequence[UUID]) -> None:
    """Order the re-inspection of pieces of a lot, in the order given. Whoever calls holds the chain."""
    in_lot = (
        select(Piece.id, Piece.attempt).join(LotPiece, LotPiece.piece_id == Piece.id).where(LotPiece.lot_id == lot.id)
    )
    attempts = dict(session.execute(in_lot).all())
    first, at = next_sequence(session, lot.organisation_id), now()
    rows = [
        {
            "id": uuid7(),
            "organisation_id": lot.organisation_id,
            "sequence": first + index,
            "piece_id": piece,
            "lot_id": lot.id,
            "standard_version_id": lot.standard_version_id,
            "purpose": purpose,
            "occasion": f"{'lot' if purpose is Purpose.SAMPLE else purpose}:{lot.id}",
            "position": index + 1,
            "attempt": attempts[piece],
            "state": ReinspectionState.OPEN,
            "ordered_at": at,
        }
        for index, piece in enumerate(pieces)
    ]
    if rows:
        session.execute(insert(Reinspection), rows)


def next_sequence(session: Session, organisation_id: UUID) -> int:
    """The next place in the organisation's list of re-inspections."""
    last = session.scalar(
        select(func.max(Reinspection.sequence)).where(Reinspection.organisation_id == organisation_id)
    )
    return (last or 0) + 1


def miss_earlier_attempts(session: Session, piece: Piece) -> None:
    """Close what chance ordered of a piece that is presented again: what it was cannot be judged any more."""
    for row in session.scalars(
        select(Reinspection).where(
            Reinspection.piece_id == piece.id,
            Reinspection.state == ReinspectionState.OPEN,
            Reinspection.purpose.in_([Purpose.ACCEPTED, Purpose.REFUSED]),
            Reinspection.attempt < piece.attempt,
        )
    ).unique():
        row.state, row.closed_at, row.remark = ReinspectionState.MISSED, now(), "the piece was presented again"
