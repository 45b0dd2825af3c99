"""Batches and the pieces in them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Name, Time
from qc.ledger.states import BatchState, PieceState
from qc.ledger.tables import Batch, BatchPiece, Piece


class BatchLineIn(Incoming):
    """How many pieces of a SKU the batch shall take."""

    sku: Name
    quantity: Annotated[int, Field(ge=1, le=10_000_000)]


class BatchIn(Incoming):
    """A batch to open."""

    number: Name = Field(description="Your own number of the batch.", examples=["2026-11-A"])
    po_number: Name | None = Field(default=None, description="The purchase order that it serves.")
    lines: list[BatchLineIn] = Field(
        default=[], max_length=500, description="SKUs and quantities; when empty, all lines of the order in full."
    )


class BatchLineOut(BaseModel):
    """A SKU of a batch."""

    sku: str
    quantity: int = Field(description="Pieces wanted.")
    filled: int = Field(description="Pieces in the batch.")


class BatchOut(BaseModel):
    """A batch as it stands."""

    id: UUID
    number: str
    state: BatchState
    po_number: str | None
    opened_at: Time
    sealed_at: Time | None
    shipped_at: Time | None
    manufacturer: dict[str, Any] | None = Field(description="Name, address and MID; null while not said.")
    wood_packaging: dict[str, Any] | None = Field(description="`used` and `ippc_marks`; null while not said.")
    lines: list[BatchLineOut]

    @classmethod
    def of(cls, batch: Batch) -> BatchOut:
        """From the ledger's row."""
        return cls(
            id=batch.id,
            number=batch.number,
            state=batch.state,
            po_number=batch.order.po_number if batch.order else None,
            opened_at=batch.opened_at,
            sealed_at=batch.sealed_at,
            shipped_at=batch.shipped_at,
            manufacturer=batch.particulars.get("manufacturer"),
            wood_packaging=batch.particulars.get("wood_packaging"),
            lines=[BatchLineOut(sku=x.sku, quantity=x.target, filled=x.filled) for x in batch.lines],
        )


class BatchList(BaseModel):
    """A page of batches, newest first."""

    items: list[BatchOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class BatchPieceOut(BaseModel):
    """A piece in a batch."""

    position: int
    piece_id: UUID
    tag: str | None
    sku: str | None
    grade: str | None
    state: PieceState
    added_at: Time

    @classmethod
    def of(cls, place: BatchPiece, piece: Piece) -> BatchPieceOut:
        """From the ledger's rows."""
        return cls(
            position=place.position,
            piece_id=piece.id,
            tag=piece.tag,
            sku=piece.sku,
            grade=piece.grade,
            state=piece.state,
            added_at=place.added_at,
        )


class BatchPieceList(BaseModel):
    """A page of a batch's pieces, in the order they came."""

    items: list[BatchPieceOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")
