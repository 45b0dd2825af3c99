"""Short ways to say in a test: this piece was inspected, that one accepted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.decisions import Ruling, decide
from qc.ledger.ids import uuid7
from qc.ledger.inspections import Findings, InspectedPhoto, enter_inspection
from qc.ledger.photos import StoredPhoto
from qc.ledger.pieces import PieceFacts, present
from qc.ledger.standards_used import remember_standard
from qc.ledger.states import Outcome
from qc.ledger.tables import Decision, Inspection
from qc.ledger.verify import verify

SKU = "WB-30"


def faults(database: Database) -> list[str]:
    """What `verify` finds wrong, of all organisations."""
    with database.read() as session:
        return [fault for report in verify(session) for fault in report.faults]


def inspect(
    session: Session,
    caller: Caller,
    piece_id: UUID | None = None,
    *,
    sku: str | None = SKU,
    status: str = "graded",
    grade: str | None = "A",
    **facts: Any,
) -> Inspection:
    piece = present(session, caller, PieceFacts(piece_id or uuid7(), sku=sku, **facts))
    standard = remember_standard(session, caller, "waste-basket", 1, "5" * 64, "{}")
    mark = uuid7().hex
    photo = StoredPhoto(mark.ljust(64, "0"), "image/jpeg", 1000)
    findings = Findings(
        model="fake-1",
        status=status,
        grade=grade,
        verdict={"status": status, "grade": grade, "share": 0.1},
        evidence={"woven": 0.987654321},
        checks={"moisture": 11.5},
        fingerprint=mark.ljust(64, "f"),
    )
    return enter_inspection(session, caller, piece, standard, findings, [InspectedPhoto("top", photo, photo, photo)])


def rule(outcome: Outcome, grade: str | None = "A", **more: Any) -> Ruling:
    return Ruling(outcome=outcome, grade=grade, exportable=grade == "A", checks={}, verdict={}, **more)


def accept(session: Session, caller: Caller, inspection: Inspection) -> Decision:
    return decide(session, caller, inspection, rule(Outcome.ACCEPT))


def accept_new(session: Session, caller: Caller, sku: str = SKU) -> UUID:
    """A new piece, inspected and accepted."""
    inspection = inspect(session, caller, sku=sku)
    accept(session, caller, inspection)
    return inspection.piece_id
