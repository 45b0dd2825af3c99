"""What people found while they screened a rejected lot, for many pieces at once: all of it is recorded, or none."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger import reinspections
from qc.ledger.accounts import Caller
from qc.ledger.lots import hold_lot
from qc.ledger.reinspections import Result
from qc.ledger.states import LotState, Purpose
from qc.ledger.tables import Lot, Reinspection

MOST_PIECES = 500
"""Pieces of one request: each is some milliseconds under the organisation's lock."""


def record_screening(session: Session, caller: Caller, lot_id: UUID, results: Mapping[UUID, Result]) -> Lot:
    """Record what was found on pieces of a lot that is screened; the last of them ends the screening.

    The same results again change nothing.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        lot_id: Which lot.
        results: What was found, by piece.

    Raises:
        AlreadyDecided: Another result stands for one of them.
        BadRequest: No or too many pieces, or one that is not screened in this lot.
        ChecksMissing: A required check of one is neither recorded nor waived.
        Conflict: The lot is not being screened, or one of the pieces was lost.
        NotFound: No such lot.
    """
    if not 1 <= len(results) <= MOST_PIECES:
        raise BadRequest(f"got results of {len(results)} pieces, wanted 1 to {MOST_PIECES}", pointer="/body/pieces")
    lot = hold_lot(session, caller, lot_id)
    if lot.state not in {LotState.SCREENING, LotState.SCREENED}:
        raise Conflict(f"lot {lot.number} is {lot.state}: it is not being screened", state=lot.state)
    ordered = session.execute(
        select(Reinspection.piece_id, Reinspection.id)
        .where(
            Reinspection.lot_id == lot.id,
            Reinspection.purpose == Purpose.SCREENING,
            Reinspection.piece_id.in_(list(results)),
        )
        .order_by(Reinspection.position)
    ).all()
    strange = results.keys() - {piece for piece, _ in ordered}
    if strange:
        raise BadRequest(
            f"piece {min(strange)} is none that is screened in lot {lot.number}; GET /v1/reinspections?lot_id= lists "
            "those that are",
            pointer="/body/pieces",
        )
    for piece, reinspection in ordered:
        reinspections.record(session, caller, reinspection, results[piece])
    return lot
