"""Appeals: a returned or rejected piece is judged again at once, by a second person who has not seen the first verdict.

An appeal is an inspection of the same attempt: the piece was not mended. Both judgements are kept. Until it is decided,
new photos of the piece belong to the appeal.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import Conflict, NotAllowed
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.states import APPEALABLE, UNDECIDED
from qc.ledger.tables import Appeal, Decision, Inspection, Piece


def see_that_appealable(session: Session, piece: Piece) -> None:
    """See that a piece can be appealed for, or is being.

    Raises:
        Conflict: It is neither returned nor rejected.
    """
    if piece.state not in APPEALABLE and not (piece.state in UNDECIDED and _open_appeal(session, piece) is not None):
        raise Conflict(
            f"piece {piece.id} is {piece.state}; an appeal is for a piece that is "
            f"{' or '.join(sorted(APPEALABLE))}, or whose appeal is not decided yet",
            state=piece.state,
        )


def begin_appeal(session: Session, caller: Caller, piece: Piece) -> None:
    """Let a returned or rejected piece be judged again. Whoever calls holds the chain.

    Raises:
        Conflict: As `see_that_appealable`.
    """
    see_that_appealable(session, piece)
    if piece.state in APPEALABLE:
        note(session, caller.organisation_id, "piece.appealed", piece.id, caller.name, now(),
             attempt=piece.attempt, state=piece.state, grade=piece.grade)  # fmt: skip
        piece.grade = None


def enter_appeal(session: Session, inspection: Inspection, appealed: bool) -> Appeal | None:
    """Mark an inspection that was just entered as an appeal, if it is one or carries an open one on."""
    piece = inspection.piece
    earlier = _open_appeal(session, piece, before=inspection.number)
    if not appealed and earlier is None:
        return None
    against = earlier.against_decision_id if earlier is not None else _last_decision(session, piece).id
    appeal = Appeal(inspection_id=inspection.id, against_decision_id=against, appealed_at=inspection.inspected_at)
    session.add(appeal)
    session.flush()
    return appeal


def see_that_second_person(session: Session, inspection: Inspection, decided_by: str) -> None:
    """See that an appeal is decided by somebody who has not decided on the piece before.

    Raises:
        NotAllowed: They have.
    """
    if session.get(Appeal, inspection.id) is None:
        return
    before = select(Decision.id).where(
        Decision.piece_id == inspection.piece_id,
        Decision.inspection_id != inspection.id,
        Decision.decided_by == decided_by,
    )
    if session.scalar(select(before.exists())):
        raise NotAllowed(f"{decided_by!r} has decided on this piece before: an appeal is judged by somebody else")


def _open_appeal(session: Session, piece: Piece, before: int | None = None) -> Appeal | None:
    """The appeal that the piece's last inspection is, while nobody has decided on it.

    Args:
        session: A session.
        piece: Whose.
        before: Look at the inspections below this number.
    """
    inspections = select(Inspection).where(Inspection.piece_id == piece.id)
    if before is not None:
        inspections = inspections.where(Inspection.number < before)
    last = session.scalars(inspections.order_by(Inspection.number.desc()).limit(1)).first()
    return None if last is None or last.decisions else session.get(Appeal, last.id)


def _last_decision(session: Session, piece: Piece) -> Decision:
    return session.scalars(
        select(Decision)
        .where(Decision.piece_id == piece.id)
        .order_by(Decision.decided_at.desc(), Decision.number.desc())
        .limit(1)
    ).one()
