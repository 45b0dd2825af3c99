"""Who is told of events, what is on its way to them, and how each try went.

The chain of events is the outbox itself: an endpoint's `fanned_to` says up to which event deliveries were made out of
it. So a writer pays nothing for any number of endpoints, and nothing is told that was not committed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.states import stored
from qc.ledger.tables.base import Base


class EndpointState(StrEnum):
    """Whether an endpoint is told."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookEndpoint(Base):
    """An address that is told of an organisation's events.

    Its secret is kept as it is, because every message is signed with it; it opens nothing of this service.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_listing", "organisation_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    version: Mapped[int]
    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(String(200))
    event_types: Mapped[list[Any]]  # `piece.accepted`, `piece.*` or `*`
    secret: Mapped[str] = mapped_column(String(100))
    previous_secret: Mapped[str | None] = mapped_column(String(100))  # signs too, until the time below
    previous_until: Mapped[datetime | None]
    state: Mapped[EndpointState] = mapped_column(stored(EndpointState))
    state_reason: Mapped[str | None] = mapped_column(String(300))
    fanned_to: Mapped[int]  # sequence of the last event out of which a delivery was made, or would have been
    failures: Mapped[int]  # in a row
    failing_since: Mapped[datetime | None]
    resting_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event on its way to one endpoint. Its id is the message's, the same at every try."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "sequence"),
        Index("ix_webhook_deliveries_due", "state", "next_at"),
        Index("ix_webhook_deliveries_old", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    sequence: Mapped[int]
    event_type: Mapped[str] = mapped_column(String(64))
    state: Mapped[DeliveryState] = mapped_column(stored(DeliveryState))
    attempts: Mapped[int]  # since it was made or asked for again
    next_at: Mapped[datetime]
    lease: Mapped[UUID | None]  # of the worker's claim that is sending it
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    endpoint: Mapped[WebhookEndpoint] = relationship(lazy="raise")


class WebhookAttempt(Base):
    """One try at a delivery, as it went."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index("ix_webhook_attempts_delivery", "delivery_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id"))
    at: Mapped[datetime]
    status: Mapped[int | None]  # null: there was no answer
    ms: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(300))
    answer: Mapped[str] = mapped_column(Text)  # its first bytes
