"""Proof that nothing was changed, dropped or moved: the chain is walked and the rows behind it are hashed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from qc.ledger import decisions, inspections
from qc.ledger.contents_replay import Told
from qc.ledger.contents_verify import faults_of_contents
from qc.ledger.events import GENESIS, after, rfc3339
from qc.ledger.labels_verify import faults_of_label_event, label_rows
from qc.ledger.lot_verify import faults_of_lot_event, lot_rows
from qc.ledger.standards_verify import faults_of_standard_event, release_rows
from qc.ledger.tables import ChainHead, Decision, Event, Inspection, Organisation

_AT_A_TIME = 500


@dataclass(frozen=True)
class ChainReport:
    """What was found in one organisation's chain."""

    organisation: str
    events: int
    faults: tuple[str, ...]


def verify(session: Session) -> list[ChainReport]:
    """Walk every organisation's chain, from its first event to its head, and hash what the events vouch for."""
    return [
        _verify_organisation(session, organisation)
        for organisation in session.scalars(select(Organisation).order_by(Organisation.slug))
    ]


def _verify_organisation(session: Session, organisation: Organisation) -> ChainReport:
    faults: list[str] = []
    previous, sequence = GENESIS, 0
    told = Told()
    vouched: dict[str, int] = {"inspection": 0, "decision": 0, "lot": 0, "reinspection": 0, "release": 0, "label": 0}
    for event in _walk(session, organisation.id):
        sequence += 1
        faults += _faults_of_event(event, sequence, previous)
        previous, sequence = event.hash, event.sequence
        try:
            data = json.loads(event.body)["data"]
        except (ValueError, KeyError, TypeError):
            continue  # its hash is wrong, and that stands in the list already
        faults += _faults_of_row(session, event, data, vouched)
        faults += faults_of_lot_event(session, event, data, vouched)
        faults += faults_of_standard_event(session, event, data, vouched)
        faults += faults_of_label_event(session, event, data, vouched)
        faults += _follow(told, event, data)
    faults += _faults_of_head(session, organisation.id, sequence, previous)
    faults += faults_of_contents(session, organisation.id, told)
    kept = lot_rows(session, organisation.id) | label_rows(session, organisation.id)
    kept["release"] = release_rows(session, organisation.id)
    for kind, table in (("inspection", Inspection), ("decision", Decision)):
        rows = session.scalar(select(func.count()).select_from(table).where(table.organisation_id == organisation.id))
        kept[kind] = rows or 0
    for kind, rows in kept.items():
        if rows != vouched[kind]:
            faults.append(f"{rows} {kind} rows, but the chain vouches for {vouched[kind]}")
    return ChainReport(organisation.slug, sequence, tuple(faults))


def _walk(session: Session, organisation_id: UUID) -> Iterator[Event]:
    sequence = 0
    while events := after(session, organisation_id, sequence, _AT_A_TIME):
        yield from events
        sequence = events[-1].sequence
        session.expunge_all()


def _faults_of_event(event: Event, sequence: int, previous: str) -> list[str]:
    name = f"event {event.sequence}"
    if event.sequence != sequence:
        return [f"{name}: events {sequence} to {event.sequence - 1} are missing"]
    if sha256(event.body.encode()).hexdigest() != event.hash:
        return [f"{name}: its text is not what was hashed"]
    try:
        body = json.loads(event.body)
        columns = {"sequence": event.sequence, "previous": previous, "organisation": str(event.organisation_id),
                   "type": event.type, "subject": str(event.subject_id), "at": rfc3339(event.at)}  # fmt: skip
        wrong = [key for key, value in columns.items() if body[key] != value]
    except (ValueError, KeyError, TypeError):
        return [f"{name}: its text is no event"]
    return [f"{name}: {', '.join(wrong)} not as in its text"] if wrong else []


def _faults_of_row(session: Session, event: Event, data: dict[str, str], vouched: dict[str, int]) -> list[str]:
    if event.type == "piece.inspected":
        vouched["inspection"] += 1
        row = session.scalar(
            select(Inspection).where(Inspection.id == UUID(data["inspection"])).options(undefer(Inspection.evidence))
        )
        if row is None:
            return [f"event {event.sequence}: inspection {data['inspection']} is missing"]
        if inspections.fingerprint_of_row(row) != data["sha256"]:
            return [f"event {event.sequence}: inspection {row.id} was changed"]
    elif "decision" in data:
        vouched["decision"] += 1
        decision = session.get(Decision, UUID(data["decision"]))
        if decision is None:
            return [f"event {event.sequence}: decision {data['decision']} is missing"]
        if decisions.fingerprint_of_row(decision) != data["sha256"]:
            return [f"event {event.sequence}: decision {decision.id} was changed"]
    return []


def _follow(told: Told, event: Event, data: dict[str, Any]) -> list[str]:
    try:
        told.follow(event.type, event.subject_id, data)
    except (KeyError, TypeError, ValueError):
        return [f"event {event.sequence}: {event.type} lacks what it should say"]
    return []


def _faults_of_head(session: Session, organisation_id: UUID, sequence: int, previous: str) -> list[str]:
    head = session.get(ChainHead, organisation_id)
    if head is None:
        return ["the chain has no head"]
    if head.sequence != sequence or head.hash != previous:
        return [f"the chain ends at event {sequence}, its head says {head.sequence}: events are missing at the end"]
    return []
