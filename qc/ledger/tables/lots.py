"""Lots under acceptance sampling, blind re-inspections, and the switching states that lot decisions move."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.states import LotState, Purpose, ReinspectionState, stored
from qc.ledger.tables.base import Base
from qc.ledger.tables.pieces import Piece, StandardVersion
from qc.ledger.tables.shipments import Batch


class Lot(Base):
    """All pieces of one SKU in one batch, accepted or rejected by a sample. Pieces of two SKUs are never one lot.

    Plan, seed and content are written when sampling begins and never change. `content_sha256` is over the ids of its
    pieces, sorted, a line feed between them.
    """

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("size > 0", name="size_positive"),
        Index("ix_lots_batch", "batch_id", "number"),
        Index("ix_lots_sku", "organisation_id", "sku", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[int]  # of the organisation's lots, from 1: the order in which switching sees them
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    batch_line_id: Mapped[UUID] = mapped_column(ForeignKey("batch_lines.id"))
    previous_lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"))  # rejected; this is it anew
    sku: Mapped[str] = mapped_column(String(64))
    standard_version_id: Mapped[UUID] = mapped_column(ForeignKey("standard_versions.id"))
    state: Mapped[LotState] = mapped_column(stored(LotState))
    size: Mapped[int]
    plan: Mapped[dict[str, Any]]
    seed: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64))
    sampled_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(64))
    decision: Mapped[dict[str, Any] | None]
    switching: Mapped[dict[str, Any] | None]  # by class: the states before and after
    decided_at: Mapped[datetime | None]

    batch: Mapped[Batch] = relationship(lazy="joined")
    standard: Mapped[StandardVersion] = relationship(lazy="joined")


class LotPiece(Base):
    """A piece of a lot as it was when sampling began. Pieces that are taken out later stay listed here."""

    __tablename__ = "lot_pieces"
    __table_args__ = (UniqueConstraint("lot_id", "position"),)

    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"), primary_key=True)
    position: Mapped[int]  # its position in the batch


class Reinspection(Base):
    """A piece to be judged again by a person who has not seen its first verdict.

    `occasion` says for what, such as `lot:<id>`: a piece is judged once for each, whatever is retried.
    """

    __tablename__ = "reinspections"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sequence"),
        UniqueConstraint("piece_id", "occasion"),
        Index("ix_reinspections_listing", "organisation_id", "state", "sequence"),
        Index("ix_reinspections_lot", "lot_id", "purpose", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    sequence: Mapped[int]  # of the organisation's re-inspections, from 1
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"))
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"))
    standard_version_id: Mapped[UUID] = mapped_column(ForeignKey("standard_versions.id"))
    purpose: Mapped[Purpose] = mapped_column(stored(Purpose))
    occasion: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]  # in the order of the draw, from 1
    attempt: Mapped[int]  # of the piece, when it was ordered
    state: Mapped[ReinspectionState] = mapped_column(stored(ReinspectionState))
    ordered_at: Mapped[datetime]
    inspected_by: Mapped[str | None] = mapped_column(String(64))
    defects: Mapped[list[Any] | None]
    checks: Mapped[dict[str, Any] | None]
    worst: Mapped[str | None] = mapped_column(String(20))  # class of its worst defect; null: none was found
    meets_standard: Mapped[bool | None]
    remark: Mapped[str | None] = mapped_column(String(1000))
    actor: Mapped[str | None] = mapped_column(String(100))
    closed_at: Mapped[datetime | None]

    piece: Mapped[Piece] = relationship(lazy="joined")
    standard: Mapped[StandardVersion] = relationship(lazy="joined")
    photos: Mapped[list[ReinspectionPhoto]] = relationship(order_by="ReinspectionPhoto.position", lazy="selectin")


class ReinspectionPhoto(Base):
    """A photo that the re-inspector took."""

    __tablename__ = "reinspection_photos"
    __table_args__ = (UniqueConstraint("reinspection_id", "sha256"),)

    reinspection_id: Mapped[UUID] = mapped_column(ForeignKey("reinspections.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    view: Mapped[str | None] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))


class SwitchingState(Base):
    """Normal, tightened or reduced inspection of one SKU and class of defects, as its lots have moved it."""

    __tablename__ = "switching_states"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id", "sku", "defect_class", "edition", "level", "aql",
            name="uq_switching_states_key",  # the usual name is longer than PostgreSQL's 63 bytes
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    sku: Mapped[str] = mapped_column(String(64))
    defect_class: Mapped[str] = mapped_column(String(20))
    edition: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(4))
    aql: Mapped[str] = mapped_column(String(8))  # as it is written in the tables: a text compares exactly
    state: Mapped[dict[str, Any]]
    permission: Mapped[dict[str, Any] | None]  # for reduced inspection: who said so, and when
    lots: Mapped[int]  # how many original lots have moved it
    changed_at: Mapped[datetime]


class SamplingPolicy(Base):
    """What an organisation asks for: lots before sealing, and which share of pieces is judged again by chance."""

    __tablename__ = "sampling_policies"
    __table_args__ = (
        CheckConstraint("accepted_rate >= 0 AND accepted_rate <= 1", name="accepted_rate_is_a_share"),
        CheckConstraint("refused_rate >= 0 AND refused_rate <= 1", name="refused_rate_is_a_share"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    lots_required: Mapped[bool]
    accepted_rate: Mapped[float] = mapped_column(Double)
    refused_rate: Mapped[float] = mapped_column(Double)
    seed: Mapped[str] = mapped_column(String(64))
    decided_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
