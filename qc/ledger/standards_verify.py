"""Proof that standards are as they were proposed, and in force as somebody decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.events import rfc3339
from qc.ledger.standards_edited import read_edition
from qc.ledger.tables import Event, StandardEdition, StandardRelease

PROPOSED, RELEASED = "standard.proposed", "standard.put_into_force"


def faults_of_standard_event(
    session: Session, event: Event, data: Mapping[str, Any], vouched: dict[str, int]
) -> list[str]:
    """What is wrong with the rows that an event about a standard vouches for; other events vouch for none here."""
    if event.type not in {PROPOSED, RELEASED}:
        return []
    name = f"event {event.sequence}"
    edition = session.get(StandardEdition, event.subject_id)
    if edition is None:
        return [f"{name}: version {data['version']} of {data['name']} is missing"]
    faults = []
    if _facts(edition) != (data["name"], data["version"], data["fingerprint"]):
        faults.append(f"{name}: version {data['version']} of {data['name']} was changed")
    if event.type == RELEASED:
        vouched["release"] += 1
        release = session.get(StandardRelease, UUID(data["release"]))
        if release is None or not _release_facts(release).items() <= data.items():
            faults.append(f"{name}: the release of {data['name']} {data['version']} is missing or was changed")
    return faults


def release_rows(session: Session, organisation_id: UUID) -> int:
    """How many releases the chain must vouch for."""
    kept = select(func.count()).select_from(StandardRelease).where(StandardRelease.organisation_id == organisation_id)
    return session.scalar(kept) or 0


def _facts(edition: StandardEdition) -> tuple[str, int, str] | None:
    """What a kept document says of itself, its fingerprint worked out anew; None where it is no standard any more."""
    try:
        standard = read_edition(edition)
    except ValidationError:
        return None
    if (standard.name, standard.version, standard.fingerprint) != (edition.name, edition.version, edition.fingerprint):
        return None
    return standard.name, standard.version, standard.fingerprint


def _release_facts(release: StandardRelease) -> dict[str, Any]:
    return {
        "name": release.name,
        "version": release.edition.version,
        "effective_from": rfc3339(release.effective_from),
        "decided_by": release.decided_by,
        "reason": release.reason,
    }
