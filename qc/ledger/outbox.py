"""The outbox: from committed events to deliveries, and who is sending which.

The chain of events is the outbox table: an event is there in the very transaction that it tells of, in one order and
without gaps. `fan_out` turns events into deliveries behind the writers' backs, so that no writer waits for it. Any
number of workers may call these at once, on SQLite and PostgreSQL: rows are taken under a lock that others skip, and a
delivery is leased for a time, so that what a dying worker held is taken up by another. Delivery is at least once.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from qc.ledger.events import after, now
from qc.ledger.ids import uuid7
from qc.ledger.tables import ChainHead, Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from qc.ledger.tables.webhooks import DeliveryState, EndpointState
from qc.ledger.webhooks import disable_endpoint, new_delivery, wants

RETRIES = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""Waits between tries, as Standard Webhooks proposes: ten tries in three days and a bit."""
JITTER = 0.2
"""A wait is longer by up to this share, so that what failed together does not come back together."""
DISABLED_AFTER = timedelta(days=3)
"""An endpoint that has taken nothing for so long is disabled when it fails again."""
LONGEST_REST = timedelta(minutes=5)
"""A failing endpoint is left alone for up to so long between tries, however many deliveries wait."""
MOST_PENDING = 1000
"""Deliveries that wait for one endpoint. Further events stay in the chain until there is room."""
LEASE = timedelta(seconds=90)
"""Longer than any try may take. After it, another worker may send the delivery."""
_EVENTS_AT_A_TIME = 500


@dataclass(frozen=True)
class Claimed:
    """A delivery that is this worker's to send, until its lease ends."""

    delivery_id: UUID
    endpoint_id: UUID
    lease: UUID
    url: str
    secrets: tuple[str, ...]  # the present one first
    event: Event


@dataclass(frozen=True)
class Tried:
    """How a try went. `status` is None when there was no answer; `retry_after` is what the answer asked for."""

    claimed: Claimed
    at: datetime
    ms: int
    status: int | None
    error: str | None
    answer: str
    retry_after: timedelta | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it: 2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Depth:
    """What waits: events not yet fanned out, and deliveries on their way."""

    behind: int
    pending: int


def fan_out(session: Session) -> int:
    """Make deliveries out of events that endpoints have not been told of, some events of each endpoint.

    Returns:
        How many events were passed, wanted or not: 0 when there is nothing to do.
    """
    passed = 0
    behind = session.scalars(
        select(WebhookEndpoint)
        .join(ChainHead, ChainHead.organisation_id == WebhookEndpoint.organisation_id)
        .where(WebhookEndpoint.state == EndpointState.ENABLED, WebhookEndpoint.fanned_to < ChainHead.sequence)
        .order_by(WebhookEndpoint.id)
        .with_for_update(of=WebhookEndpoint, skip_locked=True)
    ).all()
    for endpoint in behind:
        room = MOST_PENDING - _pending(session, endpoint.id)
        events = after(session, endpoint.organisation_id, endpoint.fanned_to, max(0, min(room, _EVENTS_AT_A_TIME)))
        session.add_all(
            new_delivery(endpoint, event.sequence, event.type)
            for event in events
            if wants(endpoint.event_types, event.type)
        )
        endpoint.fanned_to = events[-1].sequence if events else endpoint.fanned_to
        passed += len(events)
    return passed


def work_waits(session: Session, busy: Collection[UUID] = ()) -> bool:
    """Whether a worker has anything to write: asked often, by a reader that blocks nobody.

    Args:
        session: Any session.
        busy: Endpoints to which this worker is sending.
    """
    behind = (
        select(WebhookEndpoint.id)
        .join(ChainHead, ChainHead.organisation_id == WebhookEndpoint.organisation_id)
        .where(WebhookEndpoint.state == EndpointState.ENABLED, WebhookEndpoint.fanned_to < ChainHead.sequence)
    )
    due = select(WebhookDelivery.id).join(WebhookEndpoint, _OF_ENDPOINT).where(_due(busy))
    return session.scalar(due.limit(1)) is not None or session.scalar(behind.limit(1)) is not None


def claim(session: Session, limit: int, per_endpoint: int, busy: Collection[UUID] = ()) -> list[Claimed]:
    """Take deliveries that are due, longest waiting first, and lease them.

    Args:
        session: A session of `Database.write()`.
        limit: Most of them.
        per_endpoint: Most of one endpoint, so that a slow one does not hold up the others.
        busy: Endpoints to which this worker is sending already.
    """
    turn = func.row_number().over(
        partition_by=WebhookDelivery.endpoint_id, order_by=(WebhookDelivery.next_at, WebhookDelivery.sequence)
    )
    due = (
        select(WebhookDelivery.id, turn.label("turn")).join(WebhookEndpoint, _OF_ENDPOINT).where(_due(busy)).subquery()
    )
    rows = session.execute(
        # The conditions stand twice: a server checks the outer ones again on a row that another has just let go.
        select(WebhookDelivery, WebhookEndpoint, Event)
        .join(WebhookEndpoint, _OF_ENDPOINT)
        .join(Event, _OF_EVENT)
        .where(_due(busy), WebhookDelivery.id.in_(select(due.c.id).where(due.c.turn <= per_endpoint)))
        .order_by(WebhookDelivery.next_at, WebhookDelivery.sequence)
        .limit(limit)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    ).all()
    lease, at = uuid7(), now()
    for delivery, _, _ in rows:
        delivery.lease, delivery.leased_until = lease, at + LEASE
    return [
        Claimed(delivery.id, endpoint.id, lease, endpoint.url, _secrets(endpoint, at), event)
        for delivery, endpoint, event in rows
    ]


def hand_back(session: Session, claims: Iterable[Claimed]) -> None:
    """Let go of deliveries that were not tried, so that another worker need not wait for their lease to end."""
    for claimed in claims:
        session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == claimed.delivery_id, WebhookDelivery.lease == claimed.lease)
            .values(lease=None, leased_until=None)
        )


def record(session: Session, tries: Sequence[Tried]) -> None:
    """Keep how tries went: the log, what becomes of each delivery, and of an endpoint that goes on failing.

    A delivery whose lease has passed to another, or that was asked for again meanwhile, keeps its state; the log still
    gets its line.
    """
    ordered = sorted(tries, key=lambda tried: (tried.claimed.endpoint_id, tried.at))
    for endpoint_id, of_endpoint in groupby(ordered, key=lambda tried: tried.claimed.endpoint_id):
        # The endpoint's row first, always: two that take rows in one order never wait in a circle.
        endpoint = session.scalars(
            select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
        ).one()
        for tried in of_endpoint:
            delivery = session.scalar(
                select(WebhookDelivery).where(WebhookDelivery.id == tried.claimed.delivery_id).with_for_update()
            )
            if delivery is None:
                continue  # swept away while it was being sent
            session.add(
                WebhookAttempt(
                    id=uuid7(), delivery_id=delivery.id, at=tried.at, status=tried.status, ms=tried.ms,
                    error=tried.error, answer=tried.answer,
                )
            )  # fmt: skip
            if delivery.lease == tried.claimed.lease:
                _settle(delivery, tried)
            _learn(session, endpoint, tried)


def depth(session: Session) -> Depth:
    """What waits, over all organisations: for the operator's metrics."""
    behind = session.scalar(
        select(func.sum(ChainHead.sequence - WebhookEndpoint.fanned_to))
        .join(WebhookEndpoint, ChainHead.organisation_id == WebhookEndpoint.organisation_id)
        .where(WebhookEndpoint.state == EndpointState.ENABLED)
    )
    pending = session.scalar(
        select(func.count())
        .select_from(WebhookDelivery)
        .join(WebhookEndpoint, _OF_ENDPOINT)
        .where(WebhookDelivery.state == DeliveryState.PENDING, WebhookEndpoint.state == EndpointState.ENABLED)
    )
    return Depth(int(behind or 0), pending or 0)


_OF_ENDPOINT = WebhookEndpoint.id == WebhookDelivery.endpoint_id
_OF_EVENT = and_(Event.organisation_id == WebhookDelivery.organisation_id, Event.sequence == WebhookDelivery.sequence)


def _due(busy: Collection[UUID]) -> ColumnElement[bool]:
    at = now()
    return and_(
        WebhookDelivery.state == DeliveryState.PENDING,
        WebhookDelivery.next_at <= at,
        or_(WebhookDelivery.leased_until.is_(None), WebhookDelivery.leased_until <= at),
        WebhookEndpoint.state == EndpointState.ENABLED,
        or_(WebhookEndpoint.resting_until.is_(None), WebhookEndpoint.resting_until <= at),
        WebhookEndpoint.id.not_in(busy),
    )


def _pending(session: Session, endpoint_id: UUID) -> int:
    waiting = select(func.count()).where(
        WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == DeliveryState.PENDING
    )
    return session.scalar(waiting) or 0


def _secrets(endpoint: WebhookEndpoint, at: datetime) -> tuple[str, ...]:
    replaced = endpoint.previous_until is not None and endpoint.previous_until > at
    return (endpoint.secret, endpoint.previous_secret) if replaced and endpoint.previous_secret else (endpoint.secret,)


def _settle(delivery: WebhookDelivery, tried: Tried) -> None:
    delivery.attempts += 1
    delivery.lease, delivery.leased_until = None, None
    if tried.taken:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, tried.at
    elif delivery.attempts > len(RETRIES):
        delivery.state = DeliveryState.FAILED
    else:
        wait = _jittered(RETRIES[delivery.attempts - 1])
        delivery.next_at = now() + max(wait, tried.retry_after or timedelta(0))


def _learn(session: Session, endpoint: WebhookEndpoint, tried: Tried) -> None:
    if tried.taken:
        endpoint.failures, endpoint.failing_since, endpoint.resting_until = 0, None, None
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or tried.at
    rest = min(timedelta(seconds=5) * 2 ** min(endpoint.failures - 1, 10), LONGEST_REST)
    endpoint.resting_until = now() + max(_jittered(rest), tried.retry_after or timedelta(0))
    if endpoint.state is not EndpointState.ENABLED:
        return
    if tried.status == 410:
        disable_endpoint(session, endpoint, "it answered 410 Gone")
    elif tried.at - endpoint.failing_since >= DISABLED_AFTER:
        disable_endpoint(session, endpoint, f"it has taken nothing for {DISABLED_AFTER.days} days")


def _jittered(wait: timedelta) -> timedelta:
    return wait * (1 + JITTER * random.random())
