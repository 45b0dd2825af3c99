"""What a batch and its lines lack of what an importer files (security filing, invoice, Lacey declaration)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.missing import Missing
from qc.ledger.tables import Batch, OrderLine

LINE_FIELDS = {
    "buyer_item_no": "the buyer's item number",
    "description_id": "the description in Bahasa Indonesia",
    "hs6": "the HS number, 6 digits (Importer Security Filing)",
    "hts10": "the HTS number, 10 digits (entry summary)",
    "origin": "the country of origin",
}
"""Fields of a line's customs data that every shipment needs, and what each is."""

MATERIAL_FIELDS = {
    "species": "the scientific name",
    "name_id": "the common name",
    "harvest_country": "the country of harvest",
    "kg_per_piece": "kilograms a piece",
    "wild": "whether it was gathered wild",
}
"""What the Lacey declaration (16 U.S.C. 3372(f)) asks of each plant material."""

MANUFACTURER_FIELDS = ("name", "address", "mid")


def batch_gaps(session: Session, batch: Batch) -> Iterator[Missing]:
    """What the batch as a whole lacks."""
    if not any(line.filled for line in batch.lines):
        yield Missing("batch.empty", "there is no piece in the batch: nothing can be shipped", waivable=False)
    if batch.order is None:
        yield Missing("batch.order", "the batch serves no purchase order, so buyer and prices are unknown")
    manufacturer: Mapping[str, Any] = batch.particulars.get("manufacturer") or {}
    lacking = [name for name in MANUFACTURER_FIELDS if not manufacturer.get(name)]
    if lacking:
        yield Missing("batch.manufacturer", f"the manufacturer's {', '.join(lacking)}: set `manufacturer` of the batch")
    wood: Mapping[str, Any] = batch.particulars.get("wood_packaging") or {}
    if wood.get("used") is None:
        yield Missing("batch.wood_packaging", "whether wood was used in packing (ISPM 15): set `wood_packaging.used`")
    elif wood["used"] and not wood.get("ippc_marks"):
        yield Missing("batch.ippc_marks", "the IPPC marks of the wood used: unmarked wood is sent back from the port")


def line_gaps(session: Session, batch: Batch) -> Iterator[Missing]:
    """What its lines lack: pieces, and customs data."""
    short = [line for line in batch.lines if line.filled < line.target]
    if short:
        counts = ", ".join(f"{line.sku} {line.filled} of {line.target}" for line in short)
        yield Missing("line.unfilled", f"lines are not full: {counts}", tuple(line.sku for line in short))
    ids = [line.order_line_id for line in batch.lines if line.order_line_id is not None]
    ordered = {row.id: row for row in session.scalars(select(OrderLine).where(OrderLine.id.in_(ids)))}
    lacking: dict[str, list[str]] = {}
    for line in batch.lines:
        for field in _fields_lacking(ordered.get(line.order_line_id) if line.order_line_id else None):
            lacking.setdefault(field, []).append(line.sku)
    for field, skus in lacking.items():
        yield Missing(f"line.{field}", f"{_words(field)} of {', '.join(skus)}", tuple(skus))


def _fields_lacking(line: OrderLine | None) -> list[str]:
    if line is None:
        return ["order_line"]
    customs = line.customs
    fields = [] if line.description else ["description"]
    fields += [name for name in LINE_FIELDS if customs.get(name) in (None, "")]
    materials = customs.get("materials") or []
    if not materials:
        return [*fields, "materials"]
    return fields + [
        f"materials.{name}" for name in MATERIAL_FIELDS if any(x.get(name) in (None, "") for x in materials)
    ]


def _words(field: str) -> str:
    if field == "order_line":
        return "price, description and customs data: no line of an order stands behind the SKU"
    if field == "description":
        return "the description in English"
    if field == "materials":
        return "the plant materials, each with species, country of harvest and kilograms a piece (Lacey declaration)"
    return LINE_FIELDS.get(field) or f"of each material, {MATERIAL_FIELDS[field.removeprefix('materials.')]}"
