"""Proof that lots are as they were sampled and decided, and re-inspections as they were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from qc.ledger import lot_draw, reinspections
from qc.ledger.lot_decisions import decision_digest
from qc.ledger.states import ReinspectionState
from qc.ledger.tables import Event, Lot, Reinspection

LOT_SAMPLED, RECORDED, MISSED = "lot.sampled", "reinspection.recorded", "reinspection.missed"
LOT_DECIDED = frozenset({"lot.accepted", "lot.rejected"})


def faults_of_lot_event(session: Session, event: Event, data: Mapping[str, str], vouched: dict[str, int]) -> list[str]:
    """What is wrong with the rows that an event of lot acceptance vouches for; other events vouch for none here."""
    name = f"event {event.sequence}"
    if event.type == RECORDED or (event.type == MISSED and "lot" in data):
        vouched["reinspection"] += 1
        row = session.get(Reinspection, event.subject_id)
        if row is None:
            return [f"{name}: re-inspection {event.subject_id} is missing"]
        return (
            []
            if reinspections.fingerprint_of_row(row) == data["sha256"]
            else [f"{name}: re-inspection {row.id} was changed"]
        )
    if event.type != LOT_SAMPLED and event.type not in LOT_DECIDED:
        return []
    lot = session.get(Lot, event.subject_id)
    if event.type == LOT_SAMPLED:
        vouched["lot"] += 1
    if lot is None:
        return [f"{name}: lot {event.subject_id} is missing"]
    if event.type in LOT_DECIDED:
        return (
            [] if decision_digest(lot) == data["sha256"] else [f"{name}: the decision on lot {lot.number} was changed"]
        )
    if lot_draw.fingerprint_of_row(lot) != data["sha256"]:
        return [f"{name}: lot {lot.number} was changed"]
    if not lot_draw.draw_is_genuine(session, lot):
        return [f"{name}: content or sample of lot {lot.number} are not those that its seed draws"]
    return []


def lot_rows(session: Session, organisation_id: UUID) -> dict[str, int]:
    """How many rows of lot acceptance the chain must vouch for."""
    lots = session.scalar(select(func.count()).select_from(Lot).where(Lot.organisation_id == organisation_id))
    recorded = session.scalar(
        select(func.count())
        .select_from(Reinspection)
        .where(
            Reinspection.organisation_id == organisation_id,
            or_(
                Reinspection.state == ReinspectionState.RECORDED,
                and_(Reinspection.state == ReinspectionState.MISSED, Reinspection.lot_id.is_not(None)),
            ),
        )
    )
    return {"lot": lots or 0, "reinspection": recorded or 0}
