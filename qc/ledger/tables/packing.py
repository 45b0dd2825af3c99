"""Cartons and what is in each, the containers that they go into, and the serials of SSCCs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.states import CartonState, ContainerState, stored
from qc.ledger.tables.base import Base


class SsccSerial(Base):
    """The last serial given under a GS1 company prefix. One row for all organisations: none is given twice."""

    __tablename__ = "sscc_serials"

    prefix: Mapped[str] = mapped_column(String(10), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class Container(Base):
    """A freight container while it serves us. The same box may come again later, as another row."""

    __tablename__ = "containers"
    __table_args__ = (
        Index("ix_containers_number", "organisation_id", "number"),
        Index("ix_containers_listing", "organisation_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str] = mapped_column(String(11))  # ISO 6346, check digit included
    type: Mapped[str] = mapped_column(String(8))
    state: Mapped[ContainerState] = mapped_column(stored(ContainerState))
    seal_no: Mapped[str | None] = mapped_column(String(64))
    stuffing_location: Mapped[str | None] = mapped_column(String(300))
    stuffing_time: Mapped[datetime | None]
    consolidator: Mapped[str | None] = mapped_column(String(300))
    tare_kg: Mapped[Decimal | None]
    vgm_kg: Mapped[Decimal | None]
    version: Mapped[int]
    created_at: Mapped[datetime]


class Carton(Base):
    """A carton of a batch. `number` is the exporter's own; `sscc` is there where a GS1 company prefix is set."""

    __tablename__ = "cartons"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        UniqueConstraint("batch_id", "number"),
        UniqueConstraint("sscc"),
        CheckConstraint("pieces >= 0", name="pieces_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    container_id: Mapped[UUID | None] = mapped_column(ForeignKey("containers.id"), index=True)
    position: Mapped[int]  # of the batch's cartons, from 1
    number: Mapped[str] = mapped_column(String(64))
    sscc: Mapped[str | None] = mapped_column(String(18))
    state: Mapped[CartonState] = mapped_column(stored(CartonState))
    pieces: Mapped[int]  # how many are in it
    gross_kg: Mapped[Decimal | None]
    net_kg: Mapped[Decimal | None]
    length_cm: Mapped[Decimal | None]
    width_cm: Mapped[Decimal | None]
    height_cm: Mapped[Decimal | None]
    desiccant_g: Mapped[Decimal | None]
    moisture_pct: Mapped[Decimal | None]
    version: Mapped[int]
    opened_at: Mapped[datetime]

    container: Mapped[Container | None] = relationship(lazy="joined")

    @property
    def cbm(self) -> Decimal | None:
        """Outer volume in m3, exact; null while a side is unknown."""
        if self.length_cm is None or self.width_cm is None or self.height_cm is None:
            return None
        return self.length_cm * self.width_cm * self.height_cm / Decimal(1_000_000)


class CartonPiece(Base):
    """A piece's place in a carton. Only a piece of a batch can have one, and only one."""

    __tablename__ = "carton_pieces"
    __table_args__ = (UniqueConstraint("carton_id", "position"),)

    piece_id: Mapped[UUID] = mapped_column(ForeignKey("batch_pieces.piece_id"), primary_key=True)
    carton_id: Mapped[UUID] = mapped_column(ForeignKey("cartons.id"))
    position: Mapped[int]
    packed_at: Mapped[datetime]
