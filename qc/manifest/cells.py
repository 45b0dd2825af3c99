"""Rows of a manifest for spreadsheets, and what makes a text safe in a cell.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, also one of a CSV file, and runs it on
the machine of whoever opens it. Texts of people (a buyer's name, a tag) therefore never begin with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from qc.manifest.manifest import Carton, Head, Piece

Value = str | int | Decimal | datetime | UUID | None

PIECES = (
    "batch", "po_number", "position", "piece_id", "tag", "sku", "grade", "attempt", "collection_point", "registered_at",
    "accepted_at", "inspection_id", "standard", "model", "carton_no",
)  # fmt: skip
CARTONS = (
    "carton_no", "position", "of_total", "sscc", "container", "skus", "qty", "net_kg", "gross_kg", "l_cm", "w_cm",
    "h_cm", "cbm", "desiccant_g", "moisture_pct_at_pack", "packed_at", "carton_id",
)  # fmt: skip
LINES = (
    "sku", "description_en", "description_id", "buyer_item_no", "gtin", "hs6", "hts10", "origin", "quantity", "pieces",
    "unit_price", "currency", "amount",
)  # fmt: skip
MATERIALS = ("sku", "species", "name_id", "harvest_country", "wild", "kg_per_piece", "kg_total")
CONTAINERS = (
    "number", "type", "seal_no", "cartons", "stuffing_location", "stuffing_time", "consolidator", "tare_kg", "vgm_kg",
)  # fmt: skip

_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the wide forms too: some spreadsheets narrow them first


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before one that could be.

    >>> harmless("=HYPERLINK(A1)"), harmless("GK-2509")
    ("'=HYPERLINK(A1)", 'GK-2509')
    """
    return f"'{text}" if text.lstrip().startswith(_BEGINS_A_FORMULA) or text.startswith(_BEGINS_A_FORMULA) else text


def piece_row(head: Head, piece: Piece) -> tuple[Value, ...]:
    """A piece, as `PIECES` names its cells."""
    return (
        head.number, head.po_number, piece.position, piece.piece_id, piece.tag, piece.sku, piece.grade, piece.attempt,
        piece.collection_point, piece.registered_at, piece.accepted_at, piece.inspection_id, piece.standard,
        piece.model, piece.carton_no,
    )  # fmt: skip


def carton_row(carton: Carton) -> tuple[Value, ...]:
    """A carton, as `CARTONS` names its cells."""
    skus = ", ".join(f"{sku} x {pieces}" for sku, pieces in carton.skus.items())
    return (
        carton.carton_no, carton.position, carton.of_total, carton.sscc, carton.container, skus, carton.qty,
        carton.net_kg, carton.gross_kg, carton.l_cm, carton.w_cm, carton.h_cm, carton.cbm, carton.desiccant_g,
        carton.moisture_pct_at_pack, carton.packed_at, carton.carton_id,
    )  # fmt: skip


def line_rows(head: Head) -> Iterator[tuple[Value, ...]]:
    """SKU lines, as `LINES` names their cells."""
    for x in head.lines:
        yield (
            x.sku, x.description_en, x.description_id, x.buyer_item_no, x.gtin, x.hs6, x.hts10, x.origin, x.quantity,
            x.pieces, x.unit_price, x.currency, x.amount,
        )  # fmt: skip


def material_rows(head: Head) -> Iterator[tuple[Value, ...]]:
    """Plants by SKU, as `MATERIALS` names their cells: what the Lacey declaration asks for."""
    for line in head.lines:
        for x in line.materials:
            wild = None if x.wild is None else "wild" if x.wild else "cultivated"
            yield (line.sku, x.species, x.name_id, x.harvest_country, wild, x.kg_per_piece, x.kg_total)


def container_rows(head: Head) -> Iterator[tuple[Value, ...]]:
    """Containers, as `CONTAINERS` names their cells."""
    for x in head.containers:
        yield (
            x.number, x.type, x.seal_no, x.cartons, x.stuffing_location, x.stuffing_time, x.consolidator, x.tare_kg,
            x.vgm_kg,
        )  # fmt: skip


def fact_rows(head: Head) -> Iterator[tuple[str, Value]]:
    """What there is to say of the batch as a whole: a name and a value each."""
    totals = head.totals
    facts: list[tuple[str, Value]] = [
        ("batch", head.number), ("status", head.status), ("exporter", head.exporter), ("buyer", head.buyer),
        ("po_number", head.po_number), ("opened_at", head.opened_at), ("sealed_at", head.sealed_at),
        ("shipped_at", head.shipped_at), ("cartons", totals.cartons), ("pieces", totals.pieces),
        ("pieces_packed", totals.pieces_packed), ("net_kg", totals.net_kg), ("gross_kg", totals.gross_kg),
        ("cbm", totals.cbm), ("manufacturer", head.manufacturer.name), ("address", head.manufacturer.address),
        ("mid", head.manufacturer.mid),
    ]  # fmt: skip
    yield from facts
    yield from ((f"grade_{grade}", count) for grade, count in head.grade_counts.items())
    yield from ((f"standard_{x.name}_{x.version}", x.pieces) for x in head.standards)
    yield from ((f"lot_{x.number}_{x.sku}", f"{x.state}, {x.standard} level {x.level}") for x in head.lots)
    yield from ((f"document_{x.type}", x.number) for x in head.documents)
    yield ("chain_sequence", head.hash_chain.sequence)
    yield ("chain_hash", head.hash_chain.hash)
