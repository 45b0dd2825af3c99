"""How often the first decision was wrong, and the policy by which that is found out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from qc import errors
from qc.api.deps import StationDep
from qc.api.paging import Limit, cut
from qc.api.problems import BODY, answers
from qc.api.schemas.rates import (
    DisagreementList,
    DisagreementOut,
    OrderRequirementIn,
    OrderRequirementOut,
    PolicyIn,
    PolicyOut,
    RatesOut,
    StratumOut,
)
from qc.api.schemas.words import Instant, Name
from qc.api.security import CanDecideLots, CanReadBatches, speaks_for
from qc.ledger import sampling_policy
from qc.ledger.disagreements import list_disagreements
from qc.ledger.orders import order_of_id
from qc.ledger.rates import rates
from qc.ledger.states import Purpose

router = APIRouter(prefix="/v1", tags=["lots"])


@router.get("/rates", responses=answers())
def get_rates(
    caller: CanReadBatches,
    station: StationDep,
    since: Annotated[Instant | None, Query(description="Ordered at this time or later.")] = None,
    until: Annotated[Instant | None, Query(description="Ordered before this time.")] = None,
    sku: Annotated[Name | None, Query(description="Only pieces of this SKU.")] = None,
    confidence: Annotated[float, Query(gt=0.5, lt=1, description="Of the intervals.")] = 0.95,
) -> RatesOut:
    """Escape and false-reject rates from blind re-inspection, with exact (Clopper-Pearson) intervals."""
    with station.database.read() as session:
        found = rates(session, caller.organisation_id, since=since, until=until, sku=sku, confidence=confidence)
    return RatesOut(
        escapes=StratumOut.of(found[Purpose.ACCEPTED]),
        escapes_in_lots=StratumOut.of(found[Purpose.SAMPLE]),
        false_rejects=StratumOut.of(found[Purpose.REFUSED]),
    )


@router.get("/rates/disagreements", responses=answers())
def get_disagreements(
    caller: CanReadBatches,
    station: StationDep,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> DisagreementList:
    """Pieces that were judged otherwise the second time, newest first."""
    with station.database.read() as session:
        rows, following = cut(
            list_disagreements(session, caller.organisation_id, limit + 1, before), limit, lambda row: row.sequence
        )
        return DisagreementList(items=[DisagreementOut.of(row) for row in rows], next=following)


@router.get("/sampling-policy", responses=answers())
def get_policy(caller: CanReadBatches, station: StationDep) -> PolicyOut:
    """What the organisation asks for: lots before sealing, shares judged again by chance. Nothing until it is set."""
    with station.database.read() as session:
        return PolicyOut.of(sampling_policy.policy_of(session, caller.organisation_id))


@router.put("/sampling-policy", responses=answers(framework=BODY))
def set_policy(body: PolicyIn, caller: CanDecideLots, station: StationDep) -> PolicyOut:
    """Set the policy; a new secret seed begins, and the one before is told in the chain for auditors."""
    speaks_for(caller, body.decided_by)
    with station.database.write() as session:
        return PolicyOut.of(sampling_policy.set_policy(session, caller, **body.model_dump()))


@router.put("/sampling-policy/orders/{order_id}", responses=answers(errors.NotFound, framework=BODY))
def set_order_requirement(
    order_id: UUID, body: OrderRequirementIn, caller: CanDecideLots, station: StationDep
) -> OrderRequirementOut:
    """Say whether batches of an order are sealed only with accepted lots."""
    speaks_for(caller, body.decided_by)
    with station.database.write() as session:
        order = order_of_id(session, caller.organisation_id, order_id)
        sampling_policy.require_lots_of_order(session, caller, order, body.lots_required, body.decided_by)
        return OrderRequirementOut(order_id=order.id, po_number=order.po_number, lots_required=order.lots_required)
