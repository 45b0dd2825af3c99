"""The decision on a lot: made by its plan, once every piece of the sample has been judged, in the same transaction."""

from __future__ import annotations

from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger import switching
from qc.ledger.accounts import Caller
from qc.ledger.events import digest, note, now, rfc3339
from qc.ledger.lot_draw import sample_of
from qc.ledger.states import BatchState, LotState, Purpose, ReinspectionState
from qc.ledger.tables import Lot, Reinspection
from qc.standards.sampling import DefectClass, Plan, judge_lot


def open_count(session: Session, lot: Lot, purpose: Purpose) -> int:
    """How many pieces of a lot are still to be judged."""
    return (
        session.scalar(
            select(func.count()).where(
                Reinspection.lot_id == lot.id,
                Reinspection.purpose == purpose,
                Reinspection.state == ReinspectionState.OPEN,
            )
        )
        or 0
    )


def decide_when_complete(session: Session, caller: Caller, lot: Lot, *, reduced_allowed: bool) -> bool:
    """Accept or reject a lot whose sample is complete; let it move the switching states. Whoever calls holds the chain.

    A rejected lot rejects its batch: it is not sealed before the lot was screened, resubmitted and accepted.

    Returns:
        Whether the lot was decided; False while pieces of its sample are still to be judged.
    """
    if lot.state is not LotState.SAMPLING or open_count(session, lot, Purpose.SAMPLE):
        return False
    found = [cast("DefectClass | None", row.worst) for row in sample_of(session, lot)]
    decision = judge_lot(Plan.model_validate(lot.plan), found)
    lot.state = LotState.ACCEPTED if decision.accepted else LotState.REJECTED
    lot.decision = decision.model_dump(mode="json")
    lot.decided_at = now()
    lot.switching = switching.advance(session, caller, lot, decision, reduced_allowed)
    if not decision.accepted:
        lot.batch.state = BatchState.REJECTED
    lot.batch.version += 1
    session.flush()
    note(
        session, caller.organisation_id, f"lot.{lot.state}", lot.id, caller.name, lot.decided_at,
        sha256=decision_digest(lot), number=lot.number, batch=str(lot.batch_id), batch_number=lot.batch.number,
        sku=lot.sku, edition=lot.plan["edition"],
        classes=[
            {"defect_class": r.defect_class, "d": r.d, "n": r.plan.n, "ac": r.plan.ac, "re": r.plan.re,
             "aql": r.plan.aql, "letter": r.plan.letter, "inspection": r.plan.inspection, "accepted": r.accepted}
            for r in decision.classes
        ],
    )  # fmt: skip
    return True


def decision_digest(lot: Lot) -> str:
    """What the chain remembers of a lot's decision."""
    return digest(
        {
            "lot": str(lot.id),
            "decision": lot.decision,
            "switching": lot.switching,
            "at": rfc3339(lot.decided_at) if lot.decided_at else None,
        }
    )
