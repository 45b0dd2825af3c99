"""After the decision: defective pieces leave the batch, and a rejected lot is screened and resubmitted.

A rejected lot is screened: every piece that was not in the sample is looked at too. Then it may be resubmitted: what is
bad has been taken out, pieces that waited take the places, and the lot is drawn anew under tightened inspection. It
stays in its batch, whose number stands on cartons and papers; the new lot names the old one and never counts for
switching (ISO 2859-1:1999, 9.3: only lots on original inspection do).

Which pieces leave: those below the standard, and those with a defect of a class that rejected the lot. A piece of the
export grade with a small fault may stay in a lot that passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger import switching
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import take_out, take_waiting
from qc.ledger.corrections import Correction
from qc.ledger.events import note, now
from qc.ledger.lot_decisions import open_count
from qc.ledger.lot_draw import acceptance_of, draw_lot
from qc.ledger.lots import StandardOf, hold_lot
from qc.ledger.reinspection_orders import order_for_lot
from qc.ledger.states import BatchState, LotState, PieceState, Purpose, ReinspectionState
from qc.ledger.tables import Batch, BatchLine, BatchPiece, Lot, LotPiece, Piece, Reinspection
from qc.standards.sampling import CLASSES


def start_screening(session: Session, caller: Caller, lot_id: UUID, decided_by: str) -> Lot:
    """Begin the inspection of every piece of a rejected lot; those of its sample have been judged already.

    Raises:
        Conflict: The lot is not rejected.
        NotFound: No such lot.
    """
    lot = hold_lot(session, caller, lot_id)
    if lot.state is not LotState.REJECTED:
        raise Conflict(f"lot {lot.number} is {lot.state}: only a rejected lot is screened", state=lot.state)
    sampled = select(Reinspection.piece_id).where(Reinspection.lot_id == lot.id)
    rest = session.scalars(
        select(LotPiece.piece_id)
        .where(LotPiece.lot_id == lot.id, LotPiece.piece_id.not_in(sampled))
        .order_by(LotPiece.position)
    ).all()
    lot.state = LotState.SCREENING
    order_for_lot(session, lot, Purpose.SCREENING, rest)
    note(session, caller.organisation_id, "lot.screening_began", lot.id, caller.name, now(),
         number=lot.number, pieces=len(rest), decided_by=decided_by)  # fmt: skip
    finish_when_screened(session, caller, lot)
    return lot


def finish_when_screened(session: Session, caller: Caller, lot: Lot) -> None:
    """Note that a lot is screened, once every piece has been looked at. Whoever calls holds the chain."""
    if lot.state is not LotState.SCREENING or open_count(session, lot, Purpose.SCREENING):
        return
    lot.state = LotState.SCREENED
    session.flush()
    note(session, caller.organisation_id, "lot.screened", lot.id, caller.name, now(),
         number=lot.number, to_take_out=[str(row.id) for row in to_take_out(session, lot)])  # fmt: skip


def to_take_out(session: Session, lot: Lot) -> Sequence[Piece]:
    """Pieces of a decided lot that were found bad or lost, in its sample, in screening or by chance, still inside."""
    if lot.decision is None:
        return []
    failed = [r["defect_class"] for r in lot.decision["classes"] if not r["accepted"]]
    of_lot = and_(
        Reinspection.lot_id == lot.id, or_(Reinspection.meets_standard.is_(False), Reinspection.worst.in_(failed))
    )
    chosen = _found(or_(of_lot, _ESCAPED)).where(BatchPiece.batch_line_id == lot.batch_line_id)
    return session.scalars(chosen).unique().all()


def escapes_inside(session: Session, batch: Batch) -> Sequence[Piece]:
    """Pieces of a batch that were found below standard when chance had them judged again, and are still inside."""
    return session.scalars(_found(_ESCAPED).where(BatchPiece.batch_id == batch.id)).unique().all()


_ESCAPED = and_(
    Reinspection.purpose == Purpose.ACCEPTED,
    Reinspection.meets_standard.is_(False),
    Reinspection.closed_at > Piece.accepted_at,  # nobody has looked and accepted it since
)


def _found(bad: ColumnElement[bool]) -> Select[Piece]:
    return (
        select(Piece)
        .join(Reinspection, Reinspection.piece_id == Piece.id)
        .join(BatchPiece, BatchPiece.piece_id == Piece.id)
        .where(Reinspection.state.in_([ReinspectionState.RECORDED, ReinspectionState.MISSED]), bad)
        .order_by(BatchPiece.position)
    )


def remove_defective(session: Session, caller: Caller, lot_id: UUID, decided_by: str) -> list[UUID]:
    """Take the pieces that were found bad out of the batch; a person looks at each of them next.

    Returns:
        Their ids.

    Raises:
        Conflict: The lot is not accepted or screened, or a piece lies in a closed carton.
        NotFound: No such lot.
    """
    lot = hold_lot(session, caller, lot_id)
    if lot.state not in {LotState.ACCEPTED, LotState.SCREENED}:
        raise Conflict(
            f"lot {lot.number} is {lot.state}: defective pieces are taken out of an accepted or a screened lot",
            state=lot.state,
        )
    return _take_out(session, caller, lot, decided_by)


def resubmit(session: Session, caller: Caller, lot_id: UUID, standard_of: StandardOf, decided_by: str) -> Lot:
    """Resubmit a screened lot: bad pieces leave, waiting ones take their places, and a new sample is drawn, tightened.

    Returns:
        The new lot.

    Raises:
        Conflict: The lot is not screened, nothing of it is left, sampling is discontinued, or a piece lies in a closed
            carton.
        NotFound: No such lot.
    """
    lot = hold_lot(session, caller, lot_id)
    if lot.state is not LotState.SCREENED:
        raise Conflict(f"lot {lot.number} is {lot.state}: only a screened lot is resubmitted", state=lot.state)
    standard = standard_of(lot.sku)
    states = switching.states_for(session, caller, lot.sku, acceptance_of(standard), reduced_allowed=True)
    for row in states.values():
        switching.inspection_to_use(row)  # refuses while sampling is discontinued
    _take_out(session, caller, lot, decided_by)
    line = session.get_one(BatchLine, lot.batch_line_id, populate_existing=True)
    take_waiting(session, caller, lot.batch, line)
    if not line.filled:
        raise Conflict(
            f"nothing of lot {lot.number} is left and no piece of {lot.sku} waits: there is no lot to resubmit"
        )
    lot.state = LotState.RESUBMITTED
    session.flush()
    new = draw_lot(
        session, caller, lot.batch, line, standard, decided_by, dict.fromkeys(CLASSES, "tightened"), previous=lot
    )
    others = session.scalars(
        select(Lot.id).where(
            Lot.batch_id == lot.batch_id,
            Lot.state.in_([LotState.REJECTED, LotState.SCREENING, LotState.SCREENED]),
        )
    ).first()
    lot.batch.state = BatchState.SAMPLING if others is None else BatchState.REJECTED
    lot.batch.version += 1
    session.flush()
    return new


def _take_out(session: Session, caller: Caller, lot: Lot, decided_by: str) -> list[UUID]:
    correction = Correction(decided_by, f"found below standard in lot {lot.number}")
    bad = to_take_out(session, lot)
    for piece in bad:
        take_out(
            session, caller, piece, correction, PieceState.REFERRED,
            from_states=frozenset({BatchState.SAMPLING, BatchState.REJECTED}),
        )  # fmt: skip
        piece.grade, piece.accepted_at = None, None
    session.flush()
    if bad:
        note(session, caller.organisation_id, "lot.defective_removed", lot.id, caller.name, now(),
             number=lot.number, pieces=[str(piece.id) for piece in bad], decided_by=decided_by)  # fmt: skip
    return [piece.id for piece in bad]
