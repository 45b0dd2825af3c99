"""Who or what disagrees about a piece: two people, a person and the verdict, phone and server, or a challenger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.labelling_value import Why
from qc.ledger.states import Outcome, Purpose, ReinspectionState
from qc.ledger.tables import Appeal, Decision, Inspection, PhoneVerdict, Reinspection, ShadowVerdict


def disagreements_of(session: Session, pieces: Sequence[UUID]) -> dict[UUID, tuple[Why, ...]]:
    """The disagreements about each of these pieces, each kind once."""
    found: dict[UUID, dict[str, Why]] = defaultdict(dict)
    again = select(Reinspection.piece_id, Reinspection.purpose, Reinspection.meets_standard).where(
        Reinspection.piece_id.in_(pieces),
        Reinspection.state == ReinspectionState.RECORDED,
        Reinspection.purpose != Purpose.SCREENING,
    )
    for piece, purpose, meets in session.execute(again):
        if meets is (purpose is Purpose.REFUSED):
            found[piece]["people"] = Why("inspectors_disagree", {})
    appealed = (
        select(Decision.piece_id)
        .join(Appeal, Appeal.inspection_id == Decision.inspection_id)
        .where(Decision.piece_id.in_(pieces), Decision.outcome.in_([Outcome.ACCEPT, Outcome.OVERRULE]))
    )
    for piece in session.scalars(appealed):
        found[piece]["people"] = Why("inspectors_disagree", {})
    overruled = select(Decision.piece_id).where(Decision.piece_id.in_(pieces), Decision.outcome == Outcome.OVERRULE)
    for piece in session.scalars(overruled):
        found[piece]["overruled"] = Why("overruled", {})
    phones = (
        select(Inspection.piece_id, PhoneVerdict.status, PhoneVerdict.grade)
        .join(PhoneVerdict, PhoneVerdict.inspection_id == Inspection.id)
        .where(Inspection.piece_id.in_(pieces), PhoneVerdict.agrees.is_(False))
    )
    for piece, status, grade in session.execute(phones):
        found[piece]["phone"] = Why("phone_disagrees", {"said": grade or status})
    shadows = select(ShadowVerdict.piece_id, ShadowVerdict.model).where(
        ShadowVerdict.piece_id.in_(pieces), ShadowVerdict.disagrees.is_(True)
    )
    for piece, model in session.execute(shadows):
        found[piece]["challenger"] = Why("challenger_disagrees", {"model": model})
    return {piece: tuple(kinds.values()) for piece, kinds in found.items()}
