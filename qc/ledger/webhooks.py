"""Webhook endpoints: who is told of which events, under which secret; and asking for events again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.tables import ChainHead, Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from qc.ledger.tables.webhooks import DeliveryState, EndpointState

MOST_ENDPOINTS = 20
"""Endpoints of one organisation."""
MOST_REPLAYED = 1000
"""Events that one replay may ask for."""
OVERLAP = timedelta(days=1)
"""How long messages carry the old secret's signature too after a rotation, unless told otherwise."""
LONGEST_OVERLAP = timedelta(days=30)


def add_endpoint(
    session: Session,
    caller: Caller,
    url: str,
    event_types: Sequence[str],
    description: str = "",
    after: int | None = None,
) -> WebhookEndpoint:
    """Enter an endpoint. It is told of events from now on, or of those after a sequence.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        url: Where to. Whether it may be used at all is for whoever speaks HTTP to see.
        event_types: Types such as `piece.accepted`; `piece.*` for all of a subject; `*` for all.
        description: For people.
        after: Tell of events after this sequence; the chain's present end when not given.

    Raises:
        Conflict: The organisation has as many as it may.
    """
    kept = select(func.count()).where(
        WebhookEndpoint.organisation_id == caller.organisation_id, WebhookEndpoint.state != EndpointState.REMOVED
    )
    if (session.scalar(kept) or 0) >= MOST_ENDPOINTS:
        raise Conflict(f"your organisation has {MOST_ENDPOINTS} webhook endpoints, the most there may be: remove one")
    head = session.scalar(select(ChainHead.sequence).where(ChainHead.organisation_id == caller.organisation_id)) or 0
    endpoint = WebhookEndpoint(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        version=1,
        url=url,
        description=description,
        event_types=sorted(set(event_types)),
        secret=make_secret(),
        state=EndpointState.ENABLED,
        fanned_to=head if after is None else min(after, head),
        failures=0,
        created_at=now(),
    )
    session.add(endpoint)
    session.flush()
    _note(session, endpoint, "webhook.added", caller.name, url=url, event_types=endpoint.event_types)
    return endpoint


def make_secret() -> str:
    """A new signing secret: 32 random bytes, written as Standard Webhooks has it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def endpoint_of_id(
    session: Session, organisation_id: UUID, endpoint_id: UUID, *, change: bool = False
) -> WebhookEndpoint:
    """The organisation's endpoint of that id; with `change` its row is held until the transaction ends.

    Raises:
        NotFound: There is none, it was removed, or it belongs to another organisation.
    """
    there = WebhookEndpoint.state != EndpointState.REMOVED
    return owned(session, WebhookEndpoint, organisation_id, endpoint_id, "webhook endpoint", there, change=change)


def list_endpoints(
    session: Session, organisation_id: UUID, limit: int, before: Position | None
) -> Page[WebhookEndpoint]:
    """Endpoints, newest first, a page at a time."""
    chosen = select(WebhookEndpoint).where(
        WebhookEndpoint.organisation_id == organisation_id, WebhookEndpoint.state != EndpointState.REMOVED
    )
    return newest_first(session, chosen, WebhookEndpoint.created_at, WebhookEndpoint.id, limit, before)


def change_endpoint(
    session: Session,
    caller: Caller,
    endpoint: WebhookEndpoint,
    *,
    url: str | None = None,
    event_types: Sequence[str] | None = None,
    description: str | None = None,
    state: EndpointState | None = None,
) -> None:
    """Change what is given. An endpoint that is enabled again goes on with the event at which it stopped."""
    endpoint.url = url if url is not None else endpoint.url
    endpoint.description = description if description is not None else endpoint.description
    endpoint.event_types = sorted(set(event_types)) if event_types is not None else endpoint.event_types
    if state is EndpointState.ENABLED:
        endpoint.failures, endpoint.failing_since, endpoint.resting_until = 0, None, None
        endpoint.state_reason = None
    endpoint.state = state or endpoint.state
    endpoint.version += 1
    _note(session, endpoint, "webhook.changed", caller.name,
          url=endpoint.url, event_types=endpoint.event_types, state=endpoint.state.value)  # fmt: skip


def remove_endpoint(session: Session, caller: Caller, endpoint: WebhookEndpoint) -> None:
    """Tell it nothing any more, and forget its secrets."""
    endpoint.state = EndpointState.REMOVED
    endpoint.secret, endpoint.previous_secret, endpoint.previous_until = "", None, None
    endpoint.version += 1
    _note(session, endpoint, "webhook.removed", caller.name, url=endpoint.url)


def rotate_secret(session: Session, caller: Caller, endpoint: WebhookEndpoint, overlap: timedelta = OVERLAP) -> str:
    """Give an endpoint a new secret. Until the overlap ends, messages carry a signature of each.

    Raises:
        BadRequest: The overlap is negative or too long.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise BadRequest(f"got an overlap of {overlap}, wanted 0 to {LONGEST_OVERLAP.days} days")
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, now() + overlap
    endpoint.secret = make_secret()
    endpoint.version += 1
    _note(session, endpoint, "webhook.secret_rotated", caller.name, overlap_s=int(overlap.total_seconds()))
    return endpoint.secret


def disable_endpoint(session: Session, endpoint: WebhookEndpoint, reason: str) -> None:
    """Stop telling an endpoint, because it has failed for too long or asked for it. Nothing on its way is dropped."""
    endpoint.state, endpoint.state_reason = EndpointState.DISABLED, reason
    endpoint.version += 1
    _note(session, endpoint, "webhook.disabled", "webhooks", url=endpoint.url, reason=reason)


def wants(event_types: Sequence[str], kind: str) -> bool:
    """Whether an endpoint with these types is told of an event of that type."""
    return any(
        pattern in {"*", kind} or (pattern.endswith(".*") and kind.startswith(pattern[:-1])) for pattern in event_types
    )


def delivery_of_id(
    session: Session, organisation_id: UUID, delivery_id: UUID, *, change: bool = False
) -> WebhookDelivery:
    """The organisation's delivery of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    wanted = (
        select(WebhookDelivery)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.organisation_id == organisation_id,
            WebhookDelivery.id == delivery_id,
            WebhookEndpoint.state != EndpointState.REMOVED,
        )
    )
    delivery = session.scalar(wanted.with_for_update(of=WebhookDelivery) if change else wanted)
    if delivery is None:
        raise NotFound(f"no webhook delivery {delivery_id} in your organisation; they are kept for 30 days")
    return delivery


def list_deliveries(
    session: Session, endpoint: WebhookEndpoint, limit: int, before: Position | None, state: DeliveryState | None
) -> Page[WebhookDelivery]:
    """Deliveries of an endpoint, newest first."""
    chosen = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    if state is not None:
        chosen = chosen.where(WebhookDelivery.state == state)
    return newest_first(session, chosen, WebhookDelivery.created_at, WebhookDelivery.id, limit, before)


def attempts_of(session: Session, delivery: WebhookDelivery, limit: int = 100) -> Sequence[WebhookAttempt]:
    """The latest tries at a delivery, newest first."""
    return session.scalars(
        select(WebhookAttempt)
        .where(WebhookAttempt.delivery_id == delivery.id)
        .order_by(WebhookAttempt.at.desc(), WebhookAttempt.id.desc())
        .limit(limit)
    ).all()


def replay(session: Session, delivery: WebhookDelivery) -> None:
    """Send a delivery again, at once and under its own id, whatever became of it."""
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.PENDING, 0, now()
    delivery.lease, delivery.leased_until, delivery.delivered_at = None, None, None


def replay_range(session: Session, endpoint: WebhookEndpoint, after: int, until: int) -> int:
    """Send again every event of a range that the endpoint wants; an event keeps its delivery's id.

    Args:
        session: A session of `Database.write()`.
        endpoint: To whom; its row is held.
        after: Sequence before the first.
        until: Sequence of the last.

    Returns:
        How many are on their way.

    Raises:
        BadRequest: The range is empty, too long, or reaches beyond what was fanned out to the endpoint already.
    """
    if not 0 < until - after <= MOST_REPLAYED:
        raise BadRequest(f"got events {after + 1} to {until}, wanted 1 to {MOST_REPLAYED} of them: ask in steps")
    until = min(until, endpoint.fanned_to)  # what comes after is on its way by itself
    known = {
        delivery.sequence: delivery
        for delivery in session.scalars(
            select(WebhookDelivery)
            .where(
                WebhookDelivery.endpoint_id == endpoint.id,
                WebhookDelivery.sequence > after,
                WebhookDelivery.sequence <= until,
            )
            .with_for_update()
        )
    }
    events = session.execute(
        select(Event.sequence, Event.type).where(
            Event.organisation_id == endpoint.organisation_id, Event.sequence > after, Event.sequence <= until
        )
    ).all()
    wanted = [(sequence, kind) for sequence, kind in events if wants(endpoint.event_types, kind)]
    for sequence, kind in wanted:
        if sequence in known:
            replay(session, known[sequence])
        else:
            session.add(new_delivery(endpoint, sequence, kind))
    return len(wanted)


def new_delivery(endpoint: WebhookEndpoint, sequence: int, kind: str) -> WebhookDelivery:
    """A delivery that is due at once."""
    at = now()
    return WebhookDelivery(
        id=uuid7(),
        endpoint_id=endpoint.id,
        organisation_id=endpoint.organisation_id,
        sequence=sequence,
        event_type=kind,
        state=DeliveryState.PENDING,
        attempts=0,
        next_at=at,
        created_at=at,
    )


def _note(session: Session, endpoint: WebhookEndpoint, kind: str, actor: str, **facts: object) -> None:
    note(session, endpoint.organisation_id, kind, endpoint.id, actor, now(), **facts)
