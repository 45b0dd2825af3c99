"""Pieces chosen by chance when they were decided on, and what becomes of one that is judged otherwise again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import remove_piece
from qc.ledger.corrections import Correction
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.reinspection_orders import next_sequence
from qc.ledger.sampling_policy import policy_of
from qc.ledger.states import PieceState, Purpose, ReinspectionState
from qc.ledger.tables import Inspection, Piece, Reinspection
from qc.standards.chance import chosen

STRATUM = {
    PieceState.ACCEPTED: Purpose.ACCEPTED,
    PieceState.IN_BATCH: Purpose.ACCEPTED,
    PieceState.RETURNED: Purpose.REFUSED,
    PieceState.REJECTED: Purpose.REFUSED,
}


def order_by_chance(session: Session, caller: Caller, piece: Piece, inspection: Inspection) -> Reinspection | None:
    """Order a re-inspection of a piece that was just decided on, if chance chooses it. Whoever calls holds the chain.

    Once an attempt: overruling a decision does not draw again.
    """
    policy = policy_of(session, piece.organisation_id)
    stratum = STRATUM.get(piece.state)
    if policy is None or stratum is None:
        return None
    rate = policy.accepted_rate if stratum is Purpose.ACCEPTED else policy.refused_rate
    if not chosen(str(piece.id), piece.attempt, policy.seed, rate):
        return None
    occasion = f"attempt:{piece.attempt}"
    drawn = select(Reinspection.id).where(Reinspection.piece_id == piece.id, Reinspection.occasion == occasion)
    if session.scalar(drawn) is not None:
        return None
    row = Reinspection(
        id=uuid7(),
        organisation_id=piece.organisation_id,
        sequence=next_sequence(session, piece.organisation_id),
        piece=piece,
        lot_id=None,
        standard=inspection.standard,
        purpose=stratum,
        occasion=occasion,
        position=1,
        attempt=piece.attempt,
        state=ReinspectionState.OPEN,
        ordered_at=now(),
        photos=[],
    )
    session.add(row)
    session.flush()
    # The subject is the piece: while it is hidden from a caller, so is this event, which would tell its stratum.
    note(session, caller.organisation_id, "reinspection.ordered", piece.id, caller.name, row.ordered_at,
         reinspection=str(row.id), stratum=stratum, attempt=piece.attempt, rate=rate)  # fmt: skip
    return row


def follow_up(session: Session, caller: Caller, row: Reinspection) -> None:
    """Refer a piece whose two judgements disagree, so that a person looks: an escape leaves its open batch."""
    if row.meets_standard is (row.purpose is Purpose.ACCEPTED):
        return
    piece = row.piece
    session.refresh(piece)
    found = "below standard" if row.purpose is Purpose.ACCEPTED else "good"
    kept: str | None = None
    if row.purpose is Purpose.ACCEPTED:
        correction = Correction(
            str(row.inspected_by), "found below standard when judged again without the first verdict"
        )
        try:
            remove_piece(session, caller, piece, correction)
        except Conflict as refusal:
            kept = refusal.detail  # sealed or shipped meanwhile: what was found stands in the chain and in the rates
    elif piece.state in {PieceState.RETURNED, PieceState.REJECTED}:
        piece.state, piece.grade = PieceState.REFERRED, None
    session.flush()
    note(session, caller.organisation_id, "reinspection.disagreed", row.id, caller.name, now(),
         piece=str(piece.id), first=row.purpose, found=found, state=piece.state, kept=kept)  # fmt: skip


def list_disagreements(
    session: Session, organisation_id: UUID, limit: int, before: int | None = None
) -> list[Reinspection]:
    """Recorded re-inspections that disagree with the first decision, newest first, below a sequence number."""
    accepted = Reinspection.purpose.in_([Purpose.ACCEPTED, Purpose.SAMPLE])
    chosen_rows = select(Reinspection).where(
        Reinspection.organisation_id == organisation_id,
        Reinspection.state == ReinspectionState.RECORDED,
        or_(
            accepted & Reinspection.meets_standard.is_(False),
            (Reinspection.purpose == Purpose.REFUSED) & Reinspection.meets_standard.is_(True),
        ),
    )
    if before is not None:
        chosen_rows = chosen_rows.where(Reinspection.sequence < before)
    return list(session.scalars(chosen_rows.order_by(Reinspection.sequence.desc()).limit(limit)).unique())
