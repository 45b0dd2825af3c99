"""What an organisation asks for: accepted lots before sealing, and which share of pieces is judged again by chance."""

from __future__ import annotations

import secrets
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from qc.errors import BadRequest
from qc.ledger.accounts import Caller
from qc.ledger.events import lock_chain, note, now
from qc.ledger.tables import Batch, Order, SamplingPolicy


def policy_of(session: Session, organisation_id: UUID) -> SamplingPolicy | None:
    """The organisation's policy; None where none was set: no lot is asked for, nothing is judged again by chance."""
    return session.get(SamplingPolicy, organisation_id)


def set_policy(
    session: Session,
    caller: Caller,
    *,
    lots_required: bool,
    accepted_rate: float,
    refused_rate: float,
    decided_by: str,
) -> SamplingPolicy:
    """Set the policy, with a new seed. The chain remembers the seed's hash now and the seed itself when it is replaced.

    So nobody at a table can tell which piece will be chosen, and an auditor can repeat every choice afterwards.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        lots_required: Whether a batch is sealed only with accepted lots, unless its order says otherwise.
        accepted_rate: Share of accepted pieces to be judged again, 0 to 1.
        refused_rate: Share of returned and rejected pieces.
        decided_by: The person, as a pseudonym.

    Raises:
        BadRequest: A rate is no share.
    """
    for rate in (accepted_rate, refused_rate):
        if not 0 <= rate <= 1:
            raise BadRequest(f"got a rate of {rate}, wanted a share from 0 to 1")
    lock_chain(session, caller.organisation_id)
    before = session.get(SamplingPolicy, caller.organisation_id, populate_existing=True)
    previous = before.seed if before else None
    policy = before or SamplingPolicy(organisation_id=caller.organisation_id)
    policy.lots_required = lots_required
    policy.accepted_rate, policy.refused_rate = accepted_rate, refused_rate
    policy.seed, policy.decided_by, policy.set_at = secrets.token_hex(16), decided_by, now()
    session.add(policy)
    session.flush()
    note(
        session, caller.organisation_id, "sampling.policy_set", caller.organisation_id, caller.name, policy.set_at,
        lots_required=lots_required, accepted_rate=accepted_rate, refused_rate=refused_rate, decided_by=decided_by,
        seed_sha256=sha256(policy.seed.encode()).hexdigest(), previous_seed=previous,
    )  # fmt: skip
    return policy


def require_lots_of_order(
    session: Session, caller: Caller, order: Order, required: bool | None, decided_by: str
) -> None:
    """Say whether batches of an order are sealed only with accepted lots; None: as the organisation's policy says."""
    lock_chain(session, caller.organisation_id)
    order.lots_required = required
    session.flush()
    note(session, caller.organisation_id, "order.lots_required_set", order.id, caller.name, now(),
         po_number=order.po_number, required=required, decided_by=decided_by)  # fmt: skip


def lots_required(session: Session, batch: Batch) -> bool:
    """Whether a batch is sealed only with accepted lots: its order says so, or else the organisation."""
    if batch.order is not None and batch.order.lots_required is not None:
        return batch.order.lots_required
    policy = policy_of(session, batch.organisation_id)
    return policy is not None and policy.lots_required
