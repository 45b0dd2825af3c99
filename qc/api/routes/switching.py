"""Switching states: how the next lot of a SKU is inspected, and the steps that people order."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Limit, cut
from qc.api.problems import BODY, answers
from qc.api.schemas.rates import SwitchingList, SwitchingOut, SwitchingStepIn
from qc.api.schemas.words import Name
from qc.api.security import CanDecideLots, CanReadBatches, speaks_for
from qc.ledger import switching

router = APIRouter(prefix="/v1/switching", tags=["lots"])


@router.get("", responses=answers())
def list_switching(
    caller: CanReadBatches,
    station: StationDep,
    after: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = 50,
    sku: Annotated[Name | None, Query(description="Only this SKU.")] = None,
) -> SwitchingList:
    """Normal, tightened or reduced inspection by SKU and class of defects, with the switching score."""
    with station.database.read() as session:
        rows, following = cut(
            switching.list_switching(session, caller.organisation_id, limit + 1, after, sku), limit, lambda row: row.id
        )
        return SwitchingList(items=[SwitchingOut.of(row) for row in rows], next=following)


@router.get("/{state_id}", response_model=SwitchingOut, responses=tagged_answers(errors.NotFound))
def get_switching(request: Request, state_id: UUID, caller: CanReadBatches, station: StationDep) -> Response:
    """One switching state."""
    with station.database.read() as session:
        return tagged(request, SwitchingOut.of(switching.switching_of_id(session, caller.organisation_id, state_id)))


@router.post(
    "/{state_id}/decision",
    response_model=SwitchingOut,
    responses=answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def decide(
    request: Request, state_id: UUID, body: SwitchingStepIn, caller: CanDecideLots, key: KeyHeader = None
) -> Response:
    """Resume discontinued sampling, or allow reduced inspection or no longer. Everything else follows from lots."""
    speaks_for(caller, body.decided_by)
    allowed = request.app.state.settings.reduced_inspection

    def work(session: Session) -> tuple[int, SwitchingOut, None]:
        row = switching.switching_of_id(session, caller.organisation_id, state_id)
        if body.step == "resume":
            switching.resume(session, caller, row, body.decided_by, body.reason)
        elif body.step == "withdraw_reduced":
            switching.withdraw_reduced(session, caller, row, body.decided_by, body.reason)
        else:
            steady = str(body.steady_production_by)
            switching.allow_reduced(session, caller, row, steady, body.decided_by, reduced_allowed=allowed)
        return 200, SwitchingOut.of(row), None

    return carry_out_once(request, caller, key, body, work)
