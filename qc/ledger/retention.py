"""What is kept for a time and then removed. The chain, inspections and photos are not among it: they stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from qc.ledger.events import now
from qc.ledger.tables import IdempotencyRecord, ShadowVerdict, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from qc.ledger.tables.webhooks import DeliveryState, EndpointState

ANSWERS_KEPT = timedelta(days=30)
"""How long an answer is kept for a request that comes again: phones come back late."""
DELIVERIES_KEPT = timedelta(days=30)
"""How long a webhook delivery that has ended is kept, with its log."""
SHADOW_KEPT = timedelta(days=90)
"""How long a challenger's verdicts are kept: longer than it takes to decide on it."""

_AT_A_TIME = 1000


def remove_old(session: Session) -> int:
    """Remove some of what is over its time, oldest first.

    Rows that another replica is removing are skipped, and few are taken at a time, so that nobody waits for long.

    Returns:
        How many rows went; call again, in a transaction of its own, while there are any.
    """
    return _remove_answers(session) + _remove_deliveries(session) + _remove_shadows(session)


def _remove_answers(session: Session) -> int:
    old = session.scalars(
        select(IdempotencyRecord)
        .where(IdempotencyRecord.created_at < now() - ANSWERS_KEPT)
        .order_by(IdempotencyRecord.created_at)
        .limit(_AT_A_TIME)
        .with_for_update(skip_locked=True)
    ).all()
    for record in old:
        session.delete(record)
    session.flush()
    return len(old)


def _remove_deliveries(session: Session) -> int:
    removed = select(WebhookEndpoint.id).where(WebhookEndpoint.state == EndpointState.REMOVED)
    over = or_(
        (WebhookDelivery.state != DeliveryState.PENDING) & (WebhookDelivery.created_at < now() - DELIVERIES_KEPT),
        WebhookDelivery.endpoint_id.in_(removed),
    )
    chosen: Select[WebhookDelivery] = (
        select(WebhookDelivery).where(over).order_by(WebhookDelivery.created_at).limit(_AT_A_TIME)
    )
    old = [delivery.id for delivery in session.scalars(chosen.with_for_update(skip_locked=True))]
    session.execute(delete(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(old)))
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(old)))
    return len(old)


def _remove_shadows(session: Session) -> int:
    old = session.scalars(
        select(ShadowVerdict.id)
        .where(ShadowVerdict.judged_at < now() - SHADOW_KEPT)
        .order_by(ShadowVerdict.judged_at)
        .limit(_AT_A_TIME)
        .with_for_update(skip_locked=True)
    ).all()
    session.execute(delete(ShadowVerdict).where(ShadowVerdict.id.in_(old)))
    return len(old)
