"""Proof that labels are as they were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.labels import LABELLED, fingerprint_of_row
from qc.ledger.tables import Event, PhotoLabels


def faults_of_label_event(
    session: Session, event: Event, data: Mapping[str, str], vouched: dict[str, int]
) -> list[str]:
    """What is wrong with the labels that an event vouches for; other events vouch for none."""
    if event.type != LABELLED:
        return []
    vouched["label"] += 1
    row = session.get(PhotoLabels, UUID(data["labels"]))
    if row is None:
        return [f"event {event.sequence}: labels {data['labels']} are missing"]
    return (
        [] if fingerprint_of_row(row) == data["sha256"] else [f"event {event.sequence}: labels {row.id} were changed"]
    )


def label_rows(session: Session, organisation_id: UUID) -> dict[str, int]:
    """How many rows of labels the chain must vouch for."""
    owned = PhotoLabels.organisation_id == organisation_id
    return {"label": session.scalar(select(func.count()).select_from(PhotoLabels).where(owned)) or 0}
