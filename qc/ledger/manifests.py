"""The manifest of a batch, as the ledger knows it at one moment.

    with database.snapshot() as session:
        manifest = manifest_of(session, batch_of_id(session, organisation_id, batch_id))
        FORMS[FormName.JSON].write(manifest, file)

The head is read at once; cartons and pieces while they are written, so the session must stay open until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.manifest_lots import lots_of
from qc.ledger.manifest_parts import carton_pages, cartons, pieces
from qc.ledger.preflight import what_is_missing
from qc.ledger.tables import (
    Batch,
    BatchLine,
    BatchPiece,
    Carton,
    ChainHead,
    Container,
    Inspection,
    OrderLine,
    Organisation,
    Piece,
    StandardVersion,
)
from qc.manifest import manifest as written
from qc.manifest.manifest import WESTERN_INDONESIA, Head, Manifest


def manifest_of(session: Session, batch: Batch, offset: timedelta = WESTERN_INDONESIA) -> Manifest:
    """The batch's manifest.

    Args:
        session: Of `Database.snapshot()`, so that head, cartons and pieces are of one moment.
        batch: Which.
        offset: From UTC, of the clocks where its events took place.
    """
    return Manifest(
        head_of(session, batch), partial(cartons, session, batch.id), partial(pieces, session, batch.id), offset
    )


def head_of(session: Session, batch: Batch) -> Head:
    """All of a manifest but its cartons and pieces."""
    chain = session.get_one(ChainHead, batch.organisation_id)
    grades = _grades(session, batch)
    particulars = batch.particulars
    maker, wood = particulars.get("manufacturer") or {}, particulars.get("wood_packaging") or {}
    counts: dict[str, int] = {}
    for of_sku in grades.values():
        for grade, count in of_sku.items():
            counts[grade] = counts.get(grade, 0) + count
    return Head(
        batch_id=batch.id,
        number=batch.number,
        status=batch.state.value,
        opened_at=batch.opened_at,
        sealed_at=batch.sealed_at,
        shipped_at=batch.shipped_at,
        exporter=session.get_one(Organisation, batch.organisation_id).name,
        order_id=batch.order_id,
        po_number=batch.order.po_number if batch.order else None,
        buyer=batch.order.buyer if batch.order else None,
        lines=_lines(session, batch, grades),
        standards=_standards(session, batch),
        grade_counts=dict(sorted(counts.items())),
        lots=lots_of(session, batch),
        missing=tuple(
            written.Missing(code=x.code, detail=x.detail, subjects=x.subjects)
            for x in what_is_missing(session, batch)
        ),
        containers=_containers(session, batch),
        documents=tuple(_document(x) for x in particulars.get("documents") or ()),
        manufacturer=written.Manufacturer(name=maker.get("name"), address=maker.get("address"), mid=maker.get("mid")),
        wood_packaging=written.WoodPackaging(used=wood.get("used"), ippc_marks=tuple(wood.get("ippc_marks") or ())),
        totals=_totals(session, batch),
        hash_chain=written.Chain(sequence=chain.sequence, hash=chain.hash),
    )  # fmt: skip


def _grades(session: Session, batch: Batch) -> dict[str, dict[str, int]]:
    """Pieces by SKU and grade."""
    rows = session.execute(
        select(Piece.sku, Piece.grade, func.count())
        .join(BatchPiece, BatchPiece.piece_id == Piece.id)
        .where(BatchPiece.batch_id == batch.id)
        .group_by(Piece.sku, Piece.grade)
        .order_by(Piece.sku, Piece.grade)
    )
    grades: dict[str, dict[str, int]] = {}
    for sku, grade, count in rows:
        grades.setdefault(sku or "", {})[grade or "none"] = count
    return grades


def _lines(
    session: Session, batch: Batch, grades: Mapping[str, Mapping[str, int]]
) -> tuple[written.SkuLine, ...]:  # fmt: skip
    ids = [line.order_line_id for line in batch.lines if line.order_line_id is not None]
    ordered = {row.id: row for row in session.scalars(select(OrderLine).where(OrderLine.id.in_(ids)))}
    currency = batch.order.currency if batch.order else None
    return tuple(
        _line(line, ordered.get(line.order_line_id) if line.order_line_id else None, currency, grades.get(line.sku, {}))
        for line in batch.lines
    )


def _line(
    line: BatchLine, ordered: OrderLine | None, currency: str | None, grades: Mapping[str, int]
) -> written.SkuLine:  # fmt: skip
    customs = ordered.customs if ordered else {}
    price = ordered.unit_price if ordered else None
    return written.SkuLine(
        sku=line.sku,
        buyer_item_no=_text(customs, "buyer_item_no"),
        gtin=_text(customs, "gtin"),
        description_en=(ordered.description or None) if ordered else None,
        description_id=_text(customs, "description_id"),
        hs6=_text(customs, "hs6"),
        hts10=_text(customs, "hts10"),
        origin=_text(customs, "origin"),
        materials=tuple(_material(x, line.filled) for x in customs.get("materials") or ()),
        quantity=line.target,
        pieces=line.filled,
        unit_price=price,
        currency=currency if ordered else None,
        amount=None if price is None else price * line.filled,
        grades=dict(grades),
    )


def _material(given: Mapping[str, Any], count: int) -> written.Material:
    kg = _decimal(given.get("kg_per_piece"))
    return written.Material(
        species=_text(given, "species"),
        name_id=_text(given, "name_id"),
        harvest_country=_text(given, "harvest_country"),
        kg_per_piece=kg,
        wild=given["wild"] if isinstance(given.get("wild"), bool) else None,
        kg_total=None if kg is None else kg * count,
    )


def _standards(session: Session, batch: Batch) -> tuple[written.StandardUsed, ...]:
    """Under which standards the pieces of the batch were last judged, and how many under each."""
    last = (
        select(Inspection.piece_id, func.max(Inspection.number).label("number"))
        .join(BatchPiece, BatchPiece.piece_id == Inspection.piece_id)
        .where(BatchPiece.batch_id == batch.id)
        .group_by(Inspection.piece_id)
        .subquery()
    )
    rows = session.execute(
        select(StandardVersion.name, StandardVersion.version, StandardVersion.fingerprint, func.count())
        .join(Inspection, Inspection.standard_version_id == StandardVersion.id)
        .join(last, (last.c.piece_id == Inspection.piece_id) & (last.c.number == Inspection.number))
        .group_by(StandardVersion.name, StandardVersion.version, StandardVersion.fingerprint)
        .order_by(StandardVersion.name, StandardVersion.version)
    )
    return tuple(
        written.StandardUsed(name=name, version=version, fingerprint=fingerprint, pieces=count)
        for name, version, fingerprint, count in rows
    )


def _containers(session: Session, batch: Batch) -> tuple[written.Container, ...]:
    rows = session.execute(
        select(Container, func.count())
        .join(Carton, Carton.container_id == Container.id)
        .where(Carton.batch_id == batch.id)
        .group_by(Container.id)
        .order_by(Container.number, Container.id)
    )
    return tuple(
        written.Container(
            number=box.number,
            type=box.type,
            seal_no=box.seal_no,
            stuffing_location=box.stuffing_location,
            stuffing_time=box.stuffing_time,
            consolidator=box.consolidator,
            tare_kg=box.tare_kg,
            vgm_kg=box.vgm_kg,
            cartons=count,
        )
        for box, count in rows
    )


def _totals(session: Session, batch: Batch) -> written.Totals:
    number = packed = 0
    sums: dict[str, Decimal | None] = {"net_kg": Decimal(0), "gross_kg": Decimal(0), "cbm": Decimal(0)}
    for page in carton_pages(session, batch.id):
        number += len(page)
        packed += sum(carton.pieces for carton in page)
        for name, total in sums.items():
            sums[name] = _plus(total, [getattr(carton, name) for carton in page])
    known = sums if number else dict.fromkeys(sums)
    return written.Totals(
        cartons=number, pieces=sum(line.filled for line in batch.lines), pieces_packed=packed, **known
    )  # fmt: skip


def _plus(total: Decimal | None, further: Sequence[Decimal | None]) -> Decimal | None:
    """A sum is unknown as soon as one part of it is."""
    for part in further:
        total = None if total is None or part is None else total + part
    return total


def _document(given: Mapping[str, Any]) -> written.Document:
    fields = ("type", "number", "date", "uri", "sha256")
    return written.Document.model_validate({name: given.get(name) for name in fields})


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    return None if value in (None, "") else str(value)


def _decimal(value: Any) -> Decimal | None:
    """A number of the customs data, which is data as somebody entered it."""
    try:
        number = None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and number >= 0 else None
