"""Who may judge a piece again does not see how it was judged before.

While a re-inspection of a piece is open, its first verdict, decision, inspector, photos and state are hidden from every
caller who may record re-inspections (scope `reinspections:write`), whatever other scopes they have. A signed-in person
who inspected, decided on or labelled the piece knows already, and may not judge it again: nothing is hidden from them.
Screening is no estimate and hides nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, true
from sqlalchemy.orm import Session

from qc.errors import Blinded
from qc.ledger.accounts import Caller, Scope
from qc.ledger.states import Purpose, ReinspectionState
from qc.ledger.tables import (
    BatchPiece,
    CameraOriginal,
    Decision,
    Event,
    Inspection,
    InspectionPhoto,
    PhotoLabels,
    Reinspection,
)

PERSON = "person:"
"""How the name of a signed-in person begins; programs' keys are shared by many people."""


def is_blind(caller: Caller) -> bool:
    """Whether anything may be hidden from a caller."""
    return Scope.REINSPECT in caller.scopes


def hidden_pieces(caller: Caller) -> Select[UUID]:
    """Ids of the pieces that are hidden from a blind caller, as a subquery."""
    hidden = select(Reinspection.piece_id).where(
        Reinspection.organisation_id == caller.organisation_id,
        Reinspection.state == ReinspectionState.OPEN,
        Reinspection.purpose != Purpose.SCREENING,
    )
    known = known_to(caller)
    return hidden if known is None else hidden.where(~known)


def known_to(caller: Caller) -> ColumnElement[bool] | None:
    """The condition that a signed-in person inspected a re-inspection's piece, decided on it or labelled its photos.

    None for programs.
    """
    if not caller.name.startswith(PERSON):
        return None
    inspected = exists().where(Inspection.piece_id == Reinspection.piece_id, Inspection.actor == caller.name)
    person = caller.name.removeprefix(PERSON)
    decided = exists().where(Decision.piece_id == Reinspection.piece_id, Decision.decided_by == person)
    labelled = exists().where(PhotoLabels.piece_id == Reinspection.piece_id, PhotoLabels.labelled_by == person)
    return inspected | decided | labelled


def hidden_among(session: Session, caller: Caller, subjects: Collection[UUID]) -> set[UUID]:
    """Which of these are pieces that are hidden from the caller."""
    if not is_blind(caller) or not subjects:
        return set()
    return set(session.scalars(hidden_pieces(caller).where(Reinspection.piece_id.in_(subjects))))


def hidden_events(session: Session, caller: Caller, sequences: Collection[int]) -> set[int]:
    """Which of these events tell of pieces that are hidden from the caller."""
    if not is_blind(caller) or not sequences:
        return set()
    return set(
        session.scalars(
            select(Event.sequence).where(
                Event.organisation_id == caller.organisation_id,
                Event.sequence.in_(sequences),
                Event.subject_id.in_(hidden_pieces(caller)),
            )
        )
    )


def see_that_all_shown(session: Session, caller: Caller, what: str) -> None:
    """See that no piece is hidden from the caller.

    Args:
        session: Any session.
        caller: Who asks.
        what: That which tells of every piece, such as `the ledger's export`.

    Raises:
        Blinded: One is.
    """
    if _hides(session, caller, true()):
        raise Blinded(
            f"pieces wait for a blind re-inspection, which you may record, and {what} tells how they were judged: ask "
            "once they are recorded, or with a key that has no scope reinspections:write"
        )


def see_that_batch_shown(session: Session, caller: Caller, batch_id: UUID) -> None:
    """See that no piece of a batch is hidden from the caller: papers of a batch tell grades.

    Raises:
        Blinded: One is.
    """
    inside = select(BatchPiece.piece_id).where(BatchPiece.batch_id == batch_id)
    if _hides(session, caller, Reinspection.piece_id.in_(inside)):
        raise Blinded(
            f"pieces of batch {batch_id} wait for a blind re-inspection, which you may record: its papers are shown "
            "once they are recorded, or to somebody who may not record any"
        )


def _hides(session: Session, caller: Caller, pieces: ColumnElement[bool]) -> bool:
    return is_blind(caller) and bool(session.scalar(select(hidden_pieces(caller).where(pieces).exists())))


def see_that_shown(session: Session, caller: Caller, piece_id: UUID) -> None:
    """See that a piece's first verdict is not hidden from the caller.

    Raises:
        Blinded: It is.
    """
    if _hides(session, caller, Reinspection.piece_id == piece_id):
        raise Blinded(
            f"piece {piece_id} waits for a blind re-inspection, which you may record: what was found before is shown "
            "once it is recorded"
        )


def see_that_photo_shown(session: Session, caller: Caller, sha256: str) -> None:
    """See that a photo is none of a piece whose first verdict is hidden from the caller.

    Raises:
        Blinded: It is.
    """
    if not is_blind(caller):
        return
    of_hidden = select(Inspection.id).where(Inspection.piece_id.in_(hidden_pieces(caller)))
    shots = select(InspectionPhoto.inspection_id).where(
        InspectionPhoto.inspection_id.in_(of_hidden),
        or_(
            InspectionPhoto.original_sha256 == sha256,
            InspectionPhoto.judged_sha256 == sha256,
            InspectionPhoto.marked_sha256 == sha256,
        ),
    )
    originals = select(CameraOriginal.inspection_id).where(
        CameraOriginal.inspection_id.in_(of_hidden), CameraOriginal.original_sha256 == sha256
    )
    if session.scalar(select(or_(shots.exists(), originals.exists()))):
        raise Blinded("this photo belongs to a piece that waits for a blind re-inspection, which you may record")


def people_who_know(session: Session, piece_id: UUID) -> set[str]:
    """Pseudonyms of everybody who inspected a piece while signed in, decided on it or labelled its photos."""
    actors = session.scalars(select(Inspection.actor).where(Inspection.piece_id == piece_id)).all()
    deciders = session.scalars(select(Decision.decided_by).where(Decision.piece_id == piece_id)).all()
    labellers = session.scalars(select(PhotoLabels.labelled_by).where(PhotoLabels.piece_id == piece_id)).all()
    signed_in = {name.removeprefix(PERSON) for name in actors if name.startswith(PERSON)}
    return signed_in | {x for x in deciders if x} | set(labellers)
