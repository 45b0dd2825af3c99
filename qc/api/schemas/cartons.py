"""Cartons and what lies in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.corrections import CorrectionIn
from qc.api.schemas.words import Amount, Incoming, Name, Pseudonym, Sentence, Time
from qc.ledger.cartons import MEASURES, Measures
from qc.ledger.corrections import Correction
from qc.ledger.states import CartonState
from qc.ledger.tables import Carton, CartonPiece, Piece

PieceIds = Annotated[list[UUID], Field(min_length=1, max_length=1000, description="Each piece once.")]


class MeasuresIn(Incoming):
    """What was weighed and measured; what is left out is not known, or stays."""

    gross_kg: Amount | None = Field(default=None, examples=["14.20"])
    net_kg: Amount | None = Field(default=None, examples=["12.75"])
    length_cm: Amount | None = None
    width_cm: Amount | None = None
    height_cm: Amount | None = None
    desiccant_g: Amount | None = None
    moisture_pct: Amount | None = Field(default=None, description="At packing.")

    def given(self) -> dict[str, Decimal]:
        """The figures that were sent, by name."""
        sent = {name: getattr(self, name) for name in MEASURES}
        return {name: Decimal(text) for name, text in sent.items() if text is not None}


class CartonIn(MeasuresIn):
    """A carton to open."""

    number: Name | None = Field(default=None, description="Your own number; the batch's next when left out.")

    def measures(self) -> Measures:
        """As the ledger takes them."""
        return Measures(**self.given())


class CartonChange(MeasuresIn):
    """Figures of a carton. Who and why are needed where a figure stands already."""

    decided_by: Pseudonym | None = Field(default=None, description="The person, as a pseudonym.")
    reason: Sentence | None = None

    def correction(self) -> Correction | None:
        """Who and why, if both were said."""
        return Correction(self.decided_by, self.reason) if self.decided_by and self.reason else None


class PackIn(Incoming):
    """Pieces that go into a carton."""

    piece_ids: PieceIds


class UnpackIn(CorrectionIn):
    """Pieces that come out of a carton, by whom and why."""

    piece_ids: PieceIds


class Nothing(Incoming):
    """A body without content: `{}`."""


class CartonOut(BaseModel):
    """A carton as it stands."""

    id: UUID
    batch_id: UUID
    position: int = Field(description="Of the batch's cartons, from 1.")
    number: str
    sscc: str | None = Field(description="18 digits; null while no GS1 company prefix is set.")
    state: CartonState
    pieces: int = Field(description="How many lie in it.")
    gross_kg: str | None
    net_kg: str | None
    length_cm: str | None
    width_cm: str | None
    height_cm: str | None
    cbm: str | None = Field(description="Outer volume in m3, exact; null while a side is unknown.")
    desiccant_g: str | None
    moisture_pct: str | None
    container_id: UUID | None
    container_number: str | None
    opened_at: Time

    @classmethod
    def of(cls, carton: Carton) -> CartonOut:
        """From the ledger's row."""
        figures = {name: _text(getattr(carton, name)) for name in (*MEASURES, "cbm")}
        return cls(
            id=carton.id,
            batch_id=carton.batch_id,
            position=carton.position,
            number=carton.number,
            sscc=carton.sscc,
            state=carton.state,
            pieces=carton.pieces,
            container_id=carton.container_id,
            container_number=carton.container.number if carton.container else None,
            opened_at=carton.opened_at,
            **figures,
        )


class CartonList(BaseModel):
    """A page of a batch's cartons, by position."""

    items: list[CartonOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")


class CartonPieceOut(BaseModel):
    """A piece in a carton."""

    position: int
    piece_id: UUID
    tag: str | None
    sku: str | None
    packed_at: Time

    @classmethod
    def of(cls, place: CartonPiece, piece: Piece) -> CartonPieceOut:
        """From the ledger's rows."""
        return cls(position=place.position, piece_id=piece.id, tag=piece.tag, sku=piece.sku, packed_at=place.packed_at)


class CartonPieceList(BaseModel):
    """A page of a carton's pieces, in the order they were packed."""

    items: list[CartonPieceOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")


class Numbered(BaseModel):
    """How many cartons were given an SSCC."""

    numbered: int


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else format(figure, "f")
