"""Webhook endpoints, what was sent to them, and how it went."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from qc.api.schemas.words import Incoming, Time
from qc.ledger.tables import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from qc.ledger.tables.webhooks import DeliveryState, EndpointState
from qc.ledger.webhooks import MOST_REPLAYED, OVERLAP
from qc.webhooks.messages import message_id

Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
EventType = Annotated[str, StringConstraints(max_length=64, pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+(\.[a-z_]+)*))$")]
Types = Annotated[list[EventType], Field(min_length=1, max_length=50)]
Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Sequence = Annotated[int, Field(ge=0, le=2**31 - 1)]


class EndpointIn(Incoming):
    """An endpoint to add."""

    url: Address = Field(description="Where to. Only https, to an address that is open to the internet.")
    event_types: Types = Field(
        default=["*"], description="Types such as `piece.accepted`; `piece.*` for all of a subject; `*` for all."
    )
    description: Words = ""
    after: Sequence | None = Field(
        default=None, description="Tell of events after this sequence; from now on when not given."
    )


class EndpointChange(Incoming):
    """What to change; what is not given stays."""

    url: Address | None = None
    event_types: Types | None = None
    description: Words | None = None
    enabled: bool | None = Field(
        default=None, description="Enabled again, an endpoint goes on with the event at which it stopped."
    )


class EndpointOut(BaseModel):
    """An endpoint, without its secret."""

    id: UUID
    url: str
    event_types: list[str]
    description: str
    enabled: bool
    reason: str | None = Field(description="Why the service disabled it.")
    told_to: int = Field(description="Sequence of the last event that was, or is being, delivered.")
    failing_since: Time | None = Field(description="Since when it has taken nothing; null: it takes what it gets.")
    two_secrets_until: Time | None = Field(description="Until when messages carry the old secret's signature, too.")
    created_at: Time

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> EndpointOut:
        """From the ledger's row."""
        return cls(**_fields(endpoint))


class EndpointMade(EndpointOut):
    """An endpoint with its secret."""

    secret: str | None = Field(
        description="With which messages are signed, told this once. Null when the request is answered again: rotate."
    )

    @classmethod
    def made(cls, endpoint: WebhookEndpoint) -> EndpointMade:
        """From the ledger's row."""
        return cls(secret=endpoint.secret, **_fields(endpoint))


class EndpointList(BaseModel):
    """A page of endpoints, newest first."""

    items: list[EndpointOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class SecretRotation(Incoming):
    """How to rotate a secret."""

    overlap_hours: Annotated[float, Field(ge=0, le=720)] = Field(
        default=OVERLAP.total_seconds() / 3600, description="Hours for which messages carry a signature of each."
    )


class DeliveryOut(BaseModel):
    """An event on its way to an endpoint, or arrived."""

    id: UUID
    message_id: str = Field(description="`webhook-id` of every try.")
    endpoint_id: UUID
    sequence: int = Field(description="Of the event.")
    event_type: str
    state: DeliveryState
    attempts: int = Field(description="Tries since it was made or asked for again.")
    next_at: Time | None = Field(description="When the next try is due; null when there is none.")
    created_at: Time
    delivered_at: Time | None

    @classmethod
    def of(cls, delivery: WebhookDelivery, *, withheld: bool = False) -> DeliveryOut:
        """From the ledger's row; `withheld` leaves out what happened."""
        return cls(**_delivery_fields(delivery, withheld))


class AttemptOut(BaseModel):
    """One try."""

    at: Time
    status: int | None = Field(description="Null: there was no answer.")
    ms: int
    error: str | None
    answer: str = Field(description="Its first bytes.")

    @classmethod
    def of(cls, attempt: WebhookAttempt) -> AttemptOut:
        """From the ledger's row."""
        return cls(at=attempt.at, status=attempt.status, ms=attempt.ms, error=attempt.error, answer=attempt.answer)


class DeliveryLog(DeliveryOut):
    """A delivery with its latest tries, newest first."""

    log: list[AttemptOut]

    @classmethod
    def with_log(cls, delivery: WebhookDelivery, attempts: list[AttemptOut], *, withheld: bool = False) -> DeliveryLog:
        """From the ledger's rows; `withheld` leaves out what happened."""
        return cls(log=attempts, **_delivery_fields(delivery, withheld))


class DeliveryList(BaseModel):
    """A page of deliveries, newest first."""

    items: list[DeliveryOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class ReplayIn(Incoming):
    """Which events to send again."""

    after: Sequence = Field(description="Sequence before the first.")
    until: Sequence = Field(description=f"Sequence of the last; at most {MOST_REPLAYED} after the first.")


class ReplayOut(BaseModel):
    """What is being sent again."""

    deliveries: int = Field(description="How many are on their way, each under its own `webhook-id`.")


def _fields(endpoint: WebhookEndpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "event_types": endpoint.event_types,
        "description": endpoint.description,
        "enabled": endpoint.state is EndpointState.ENABLED,
        "reason": endpoint.state_reason,
        "told_to": endpoint.fanned_to,
        "failing_since": endpoint.failing_since,
        "two_secrets_until": endpoint.previous_until,
        "created_at": endpoint.created_at,
    }


def _delivery_fields(delivery: WebhookDelivery, withheld: bool) -> dict[str, object]:
    return {
        "id": delivery.id,
        "message_id": message_id(delivery.id),
        "endpoint_id": delivery.endpoint_id,
        "sequence": delivery.sequence,
        "event_type": "withheld" if withheld else delivery.event_type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at if delivery.state is DeliveryState.PENDING else None,
        "created_at": delivery.created_at,
        "delivered_at": delivery.delivered_at,
    }
