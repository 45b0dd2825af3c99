"""What was ordered, and the batches that gather accepted pieces for it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.states import BatchState, stored
from qc.ledger.tables.base import Base


class Order(Base):
    """A buyer's purchase order."""

    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("organisation_id", "po_number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    po_number: Mapped[str] = mapped_column(String(64))
    buyer: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    lots_required: Mapped[bool | None] = mapped_column(default=None)  # null: as the organisation's policy says
    created_at: Mapped[datetime]

    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.position")


class OrderLine(Base):
    """One SKU of an order. Customs data (HS and HTS numbers, species, kg a piece) is data, never code."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    sku: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]
    customs: Mapped[dict[str, Any]]


class Batch(Base):
    """Accepted pieces on their way into one shipment.

    `particulars` holds what the manifest says of the whole: `manufacturer` (`name`, `address`, `mid`) and
    `wood_packaging` (`used`, `ippc_marks`).
    """

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        Index("ix_batches_oldest", "organisation_id", "state", "opened_at", "id"),
        Index("ix_batches_listing", "organisation_id", "opened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[str] = mapped_column(String(64))
    state: Mapped[BatchState] = mapped_column(stored(BatchState))
    version: Mapped[int] = mapped_column(server_default="1", default=1)  # one more with every change of it
    particulars: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)  # for the manifest, as data
    opened_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]

    lines: Mapped[list[BatchLine]] = relationship(order_by="BatchLine.position", lazy="selectin")
    order: Mapped[Order | None] = relationship(lazy="joined")


class BatchLine(Base):
    """How many pieces of one SKU a batch takes, and how many it has. The database itself refuses one too many."""

    __tablename__ = "batch_lines"
    __table_args__ = (
        UniqueConstraint("batch_id", "sku"),
        CheckConstraint("target > 0", name="target_positive"),
        CheckConstraint("filled >= 0 AND filled <= target", name="filled_within_target"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    order_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("order_lines.id"))
    position: Mapped[int]
    sku: Mapped[str] = mapped_column(String(64), index=True)
    target: Mapped[int]
    filled: Mapped[int]


class BatchPiece(Base):
    """A piece's place in a batch. The piece is the primary key: no piece is in two batches, whatever is retried."""

    __tablename__ = "batch_pieces"
    __table_args__ = (UniqueConstraint("batch_id", "position"),)

    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"), primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    batch_line_id: Mapped[UUID] = mapped_column(ForeignKey("batch_lines.id"))
    position: Mapped[int]
    added_at: Mapped[datetime]
