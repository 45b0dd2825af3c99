"""Short ways to say in a test: this batch is sampled, that piece was judged so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from qc.ledger import reinspections
from qc.ledger.accounts import Caller
from qc.ledger.batches import NewBatchLine, batch_of_id, open_batch
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.inspections import Findings, InspectedPhoto, enter_inspection
from qc.ledger.lot_draw import sample_of
from qc.ledger.lots import lot_of_id, start_sampling
from qc.ledger.photos import StoredPhoto
from qc.ledger.pieces import PieceFacts, present
from qc.ledger.reinspections import Result
from qc.ledger.standards_used import remember_standard
from qc.ledger.tables import Decision, Inspection, Lot, Reinspection
from qc.standards.found import FoundDefect
from qc.standards.library import Library
from qc.standards.standard import ExportStandard
from tests.ledger.scenes import accept

SKU = "WB-WH-01"
STANDARD = Library.load().for_sku(SKU)
CHECKS: Mapping[str, Any] = {
    "moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass", "mould": "pass", "insects": "pass",
    "base_flat": "pass",
}  # fmt: skip
MAJOR = (FoundDefect(code="STRAND_BROKEN"),)
MINOR = (FoundDefect(code="STRAND_CRACKED"),)
CRITICAL = (FoundDefect(code="SHARP_POINT"),)
PERSON = "reinspector-1"


def standard_of(sku: str) -> ExportStandard:
    """The basket's standard, under another name for another SKU."""
    product = STANDARD.product.model_copy(update={"sku": sku})
    return STANDARD.model_copy(update={"name": f"{STANDARD.name}-{sku.lower()}", "product": product})


def inspected(session: Any, caller: Caller, *, sku: str = SKU, piece_id: UUID | None = None) -> Inspection:
    """A piece inspected under a real standard."""
    piece = present(session, caller, PieceFacts(piece_id or uuid7(), sku=sku))
    standard = standard_of(sku)
    version = remember_standard(
        session, caller, standard.name, standard.version, standard.fingerprint, standard.model_dump_json()
    )
    mark = uuid7().hex
    photo = StoredPhoto(mark.ljust(64, "0"), "image/jpeg", 1000)
    findings = Findings(
        model="fake-1", status="graded", grade="A", verdict={"grade": "A"}, evidence={}, checks={},
        fingerprint=mark.ljust(64, "f"),
    )  # fmt: skip
    return enter_inspection(session, caller, piece, version, findings, [InspectedPhoto("top", photo, photo, photo)])


def accepted(session: Any, caller: Caller, sku: str = SKU) -> UUID:
    """A new piece, inspected and accepted."""
    inspection = inspected(session, caller, sku=sku)
    accept(session, caller, inspection)
    return inspection.piece_id


def filled_batch(database: Database, caller: Caller, number: str, *counts: int, skus: Iterable[str] = (SKU,)) -> UUID:
    """A batch with that many accepted pieces of each SKU in it."""
    lines = list(zip(skus, counts, strict=True))
    with database.write() as session:
        batch = open_batch(session, caller, number, [NewBatchLine(sku, count) for sku, count in lines])
        for sku, count in lines:
            for _ in range(count):
                accepted(session, caller, sku)
        return batch.id


def sampled(database: Database, caller: Caller, batch_id: UUID) -> list[UUID]:
    """Sampling begun; the lots' ids."""
    with database.write() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        return [lot.id for lot in start_sampling(session, caller, batch, standard_of, "supervisor-1")]


def lot(database: Database, caller: Caller, lot_id: UUID) -> Lot:
    with database.read() as session:
        return lot_of_id(session, caller.organisation_id, lot_id)


def sample(database: Database, caller: Caller, lot_id: UUID) -> list[Reinspection]:
    with database.read() as session:
        return list(sample_of(session, lot_of_id(session, caller.organisation_id, lot_id)))


def judge(
    database: Database,
    caller: Caller,
    reinspection_id: UUID,
    defects: tuple[FoundDefect, ...] = (),
    person: str = PERSON,
    **more: Any,
) -> Reinspection:
    with database.write() as session:
        result = Result(person, defects, CHECKS, **more)
        return reinspections.record(session, caller, reinspection_id, result)


def judge_all(
    database: Database, caller: Caller, rows: Iterable[Reinspection], bad: Mapping[int, tuple[FoundDefect, ...]]
) -> None:
    """Judge pieces in order; `bad` gives the defects of some of them, by their place from 0."""
    with database.write() as session:
        for index, row in enumerate(rows):
            reinspections.record(session, caller, row.id, Result(PERSON, bad.get(index, ()), CHECKS))


def decided_by(session: Any, inspection: Inspection, person: str) -> None:
    """Say that a person made the decision on an inspection."""
    session.query(Decision).filter(Decision.inspection_id == inspection.id).update({"decided_by": person})
