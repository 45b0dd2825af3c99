"""Pieces."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.inspections import BatchRef, InspectionOut, receipt_path
from qc.api.schemas.words import Time
from qc.ledger.states import PieceState
from qc.ledger.tables import Batch, Inspection, Piece


class PieceSummary(BaseModel):
    """A piece as it stands."""

    id: UUID
    tag: str | None
    sku: str | None
    state: PieceState
    attempt: int
    grade: str | None = Field(description="As decided; null until then.")
    collection_point: str
    maker_ref: str | None = Field(description="The weaver's pseudonym; null when unknown or erased.")
    registered_at: Time

    @classmethod
    def of(cls, piece: Piece) -> PieceSummary:
        """From the ledger's row."""
        return cls(
            id=piece.id,
            tag=piece.tag,
            sku=piece.sku,
            state=piece.state,
            attempt=piece.attempt,
            grade=piece.grade,
            collection_point=piece.collection_point.code,
            maker_ref=piece.maker.maker_ref if piece.maker else None,
            registered_at=piece.registered_at,
        )


class PieceOut(PieceSummary):
    """A piece with every inspection of it, first to last."""

    batch: BatchRef | None
    receipt: str | None = Field(
        description="Path of the weaver's receipt: a public page, by a code that nobody can guess.",
        examples=["/r/4KX9..."],
    )
    inspections: list[InspectionOut]

    @classmethod
    def whole(cls, piece: Piece, inspections: list[Inspection], batch: Batch | None) -> PieceOut:
        """From the ledger's rows."""
        return cls(
            **PieceSummary.of(piece).model_dump(),
            batch=BatchRef.of(batch),
            receipt=receipt_path(piece),
            inspections=[InspectionOut.of(inspection, batch) for inspection in inspections],
        )


class PieceList(BaseModel):
    """A page of pieces, newest first."""

    items: list[PieceSummary]
    next: str | None = Field(description="Cursor of the next page; null on the last.")
