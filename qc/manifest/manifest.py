"""The manifest: a batch as it goes out, in one shape, whatever form it is written in.

A `Manifest` is a small head and two streams, cartons and pieces, each in its order. The streams are asked for anew by
each writer, so a million pieces are never in memory at once. Nobody's name is in it, and no weaver's pseudonym.

Fields follow what a US importer files and prints: Importer Security Filing, packing list, commercial invoice, Lacey
declaration (16 U.S.C. 3372(f)), VGM. What is not known is null, and listed under `missing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, computed_field

SCHEMA_VERSION = 1
"""Raised when a reader of the JSON would have to change."""

Exact = Annotated[
    Decimal,
    Field(ge=0),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}, mode="serialization"),
]
"""An exact decimal; in JSON a string of plain digits."""
Share = Annotated[float, Field(ge=0)]
Moment = Annotated[
    datetime,
    PlainSerializer(
        lambda at: at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), return_type=str, when_used="json"
    ),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""UTC, RFC 3339, with milliseconds."""
WESTERN_INDONESIA = timedelta(hours=7)
DocumentType = Literal[
    "invoice", "packing_list", "peb", "npe", "ska", "bl", "fumigation", "phyto", "lacey_ppq505", "inspection_report"
]  # fmt: skip


class Part(BaseModel):
    """A part of a manifest: a value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Material(Part):
    """A plant that a product is made of, as the Lacey declaration asks for it."""

    species: str | None = Field(description="Scientific name, genus and species.")
    name_id: str | None = Field(description="Common name in Bahasa Indonesia.")
    harvest_country: str | None = Field(description="ISO 3166-1, two letters.")
    kg_per_piece: Exact | None
    wild: bool | None = Field(description="Gathered wild rather than grown.")
    kg_total: Exact | None = Field(description="kg_per_piece times the pieces of the line.")


class SkuLine(Part):
    """One SKU of the batch."""

    sku: str
    buyer_item_no: str | None
    gtin: str | None
    description_en: str | None
    description_id: str | None
    hs6: str | None = Field(description="Six digits, as the Importer Security Filing asks.")
    hts10: str | None = Field(description="Ten digits; the importer's broker decides them.")
    origin: str | None = Field(description="Country of origin, ISO 3166-1, two letters.")
    materials: tuple[Material, ...]
    quantity: int = Field(ge=0, description="Pieces wanted in this batch.")
    pieces: int = Field(ge=0, description="Pieces in it.")
    unit_price: Exact | None
    currency: str | None = Field(description="ISO 4217.")
    amount: Exact | None = Field(description="unit_price times pieces.")
    grades: dict[str, int] = Field(description="Pieces by grade.")


class StandardUsed(Part):
    """A standard under which pieces of the batch were judged."""

    name: str
    version: int
    fingerprint: str = Field(description="sha256 of all that decides in it.")
    pieces: int


class AqlClass(Part):
    """One class of defects in a lot's sampling plan."""

    name: str
    aql: Share = Field(description="Percent defective; 0: accept on none, reject on one.")
    severity: str = Field(description="normal, tightened or reduced inspection.")
    letter: str
    n: int
    ac: int
    re: int
    found: int | None = Field(description="Nonconforming pieces in the sample; null before it was inspected.")


class Lot(Part):
    """Lot acceptance of one SKU of the batch: the plan, what was drawn, and what came of it."""

    number: int
    sku: str
    size: int
    standard: str = Field(description="Of sampling.", examples=["ISO 2859-1:1999"])
    level: str
    classes: tuple[AqlClass, ...]
    seed: str = Field(description="Of the draw, so that anyone can draw again.")
    content_sha256: str = Field(description="Over the sorted ids of the lot's pieces.")
    sampled_piece_ids: tuple[UUID, ...]
    state: str
    decided_at: Moment | None


class Container(Part):
    """A freight container that cartons of the batch are in."""

    number: str | None = Field(description="ISO 6346, check digit included.")
    type: str | None = Field(description="Such as 20GP, 40GP, 40HC.")
    seal_no: str | None
    stuffing_location: str | None
    stuffing_time: Moment | None
    consolidator: str | None
    tare_kg: Exact | None
    vgm_kg: Exact | None = Field(description="Verified gross mass.")
    cartons: int = Field(ge=0, description="Cartons of this batch in it.")


class Document(Part):
    """A paper that goes with the shipment."""

    type: DocumentType
    number: str | None
    date: str | None
    uri: str | None
    sha256: str | None


class Manufacturer(Part):
    """Who made the goods: the exporter, never a weaver."""

    name: str | None
    address: str | None
    mid: str | None = Field(description="Manufacturer identification code of US customs.")


class WoodPackaging(Part):
    """Wood under or around the goods (ISPM 15)."""

    used: bool | None
    ippc_marks: tuple[str, ...]


class Totals(Part):
    """Sums; null where one carton's figure is missing."""

    cartons: int
    pieces: int
    pieces_packed: int
    net_kg: Exact | None
    gross_kg: Exact | None
    cbm: Exact | None


class Chain(Part):
    """Where the ledger's chain of events stood when the manifest was written: anyone may later check that it holds."""

    sequence: int
    hash: str


class Missing(Part):
    """Something that the batch lacks."""

    code: str = Field(description="Stable name, such as line.hts10.")
    detail: str
    subjects: tuple[str, ...] = Field(description="What lacks it, by the names on paper; empty: the batch.")


class Head(Part):
    """All of a manifest but its cartons and pieces."""

    schema_version: int = SCHEMA_VERSION
    batch_id: UUID
    number: str
    status: str = Field(description="State of the batch: open, sampling, sealed, shipped, rejected.")
    opened_at: Moment
    sealed_at: Moment | None
    shipped_at: Moment | None
    exporter: str
    order_id: UUID | None
    po_number: str | None
    buyer: str | None
    lines: tuple[SkuLine, ...]
    standards: tuple[StandardUsed, ...]
    grade_counts: dict[str, int]
    lots: tuple[Lot, ...]
    missing: tuple[Missing, ...] = Field(description="What is not known; empty: nothing that is asked for.")
    containers: tuple[Container, ...]
    documents: tuple[Document, ...]
    manufacturer: Manufacturer
    wood_packaging: WoodPackaging
    totals: Totals
    hash_chain: Chain


class Packed(Part):
    """A piece in a carton: enough to name it in any form."""

    piece_id: UUID
    tag: str | None
    sku: str | None


class Carton(Part):
    """A carton and the pieces in it."""

    carton_id: UUID
    carton_no: str
    position: int = Field(ge=1, description="Of the batch's cartons ...")
    of_total: int = Field(ge=1, description="... of so many.")
    sscc: str | None = Field(description="GS1 serial shipping container code, 18 digits.")
    container: str | None = Field(description="Number of the container that it is in.")
    skus: dict[str, int] = Field(description="Pieces by SKU.")
    qty: int
    gross_kg: Exact | None
    net_kg: Exact | None
    l_cm: Exact | None
    w_cm: Exact | None
    h_cm: Exact | None
    cbm: Exact | None
    desiccant_g: Exact | None
    moisture_pct_at_pack: Exact | None
    packed_at: Moment | None = Field(description="When the last piece went in.")
    contents: tuple[Packed, ...] = Field(exclude=True)

    @computed_field
    def piece_ids(self) -> tuple[UUID, ...]:
        """Pieces in it, in the order of packing."""
        return tuple(packed.piece_id for packed in self.contents)


class Piece(Part):
    """A piece of the batch."""

    position: int = Field(ge=1, description="In the order in which pieces came; those of removed pieces stay out.")
    piece_id: UUID
    tag: str | None
    sku: str | None
    grade: str | None
    attempt: int
    collection_point: str
    collection_point_id: UUID
    registered_at: Moment
    accepted_at: Moment | None
    inspection_id: UUID | None = Field(description="The inspection on which it was accepted.")
    standard: str | None = Field(description="Name and version, such as waste-basket 3.")
    model: str | None
    carton_no: str | None


class Whole(Head):
    """A manifest as one JSON document. Nothing here ever builds it; the published JSON Schema is its schema."""

    cartons: tuple[Carton, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Manifest:
    """A batch as it goes out.

    Attributes:
        head: All that is small.
        cartons: Gives the cartons anew, in order of their position.
        pieces: Gives the pieces anew, in order of their position.
        offset: From UTC, of the clocks where pieces are collected and containers stuffed.
    """

    head: Head
    cartons: Callable[[], Iterator[Carton]]
    pieces: Callable[[], Iterator[Piece]]
    offset: timedelta = WESTERN_INDONESIA
