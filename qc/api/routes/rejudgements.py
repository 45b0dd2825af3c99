"""Past evidence judged again under another standard or model, as a job: what would be, never what is."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.changes import Changing
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Limit, cut
from qc.api.problems import BODY, answers
from qc.api.schemas.rejudgements import (
    CancelIn,
    RejudgedPieceList,
    RejudgedPieceOut,
    RejudgementIn,
    RejudgementList,
    RejudgementOut,
)
from qc.api.security import CanRejudge
from qc.errors import BadRequest, NotFound
from qc.ledger import rejudgements
from qc.ledger.rejudgements import Scope
from qc.ledger.tables import Rejudgement
from qc.rejudging.models import bundle_called
from qc.rejudging.standards import standard_asked_for

router = APIRouter(prefix="/v1/rejudgements", tags=["rejudgements"])

_CREATES = (errors.UnknownStandard, errors.Conflict, errors.StillRunning, errors.KeyReused, errors.BadBundle)


@router.post("", status_code=201, response_model=RejudgementOut, responses=answers(*_CREATES, framework=BODY))
def request_rejudgement(
    request: Request, body: RejudgementIn, caller: CanRejudge, station: StationDep, key: KeyHeader = None
) -> Response:
    """Judge past pieces again, each by its last inspection, beside all that was decided: nothing of it changes.

    Under another standard, from the evidence that is kept, or by another model, which looks at the stored photos. The
    service works on it in slices; ask how far it is.
    """
    if body.standard_version is not None and body.standard is None:
        raise BadRequest("a `standard_version` needs its `standard`", pointer="/body/standard_version")
    if body.model is not None:
        try:
            bundle_called(request.app.state.settings, body.model)
        except NotFound as unknown:
            raise BadRequest(unknown.detail, pointer="/body/model") from unknown

    def work(session: Session) -> tuple[int, RejudgementOut, str]:
        standard = standard_asked_for(session, caller, station.library, body.standard, body.standard_version)
        scope = Scope(body.sku, body.inspected_from, body.inspected_before)
        job = rejudgements.request(session, caller, standard, body.model, scope, body.reason)
        return 201, RejudgementOut.of(job), f"/v1/rejudgements/{job.id}"

    return carry_out_once(request, caller, key, body, work)


@router.get("", responses=answers())
def list_rejudgements(
    caller: CanRejudge,
    station: StationDep,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> RejudgementList:
    """Jobs, newest first."""
    with station.database.read() as session:
        found = rejudgements.list_rejudgements(session, caller.organisation_id, limit + 1, before)
    rows, following = cut(found, limit, lambda row: row.number)
    return RejudgementList(items=[RejudgementOut.of(row) for row in rows], next=following)


@router.get("/{rejudgement_id}", response_model=RejudgementOut, responses=tagged_answers(errors.NotFound))
def get_rejudgement(request: Request, rejudgement_id: UUID, caller: CanRejudge, station: StationDep) -> Response:
    """A job: how far it is, and what it found so far."""
    with station.database.read() as session:
        job = rejudgements.rejudgement_of_id(session, caller.organisation_id, rejudgement_id)
    return tagged(request, RejudgementOut.of(job), job.version)


@router.get("/{rejudgement_id}/pieces", responses=answers(errors.NotFound))
def list_rejudged_pieces(
    rejudgement_id: UUID,
    caller: CanRejudge,
    station: StationDep,
    after: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = 50,
    differing: Annotated[bool, Query(description="Only pieces whose outcome would be another one.")] = True,
) -> RejudgedPieceList:
    """What pieces would be, with the whole verdict where it differs; those that are hidden from you are passed over."""
    with station.database.read() as session:
        job = rejudgements.rejudgement_of_id(session, caller.organisation_id, rejudgement_id)
        found = rejudgements.rejudged(session, caller, job, limit + 1, after, differing)
    rows, following = cut(found, limit, lambda row: row.piece_id)
    return RejudgedPieceList(items=[RejudgedPieceOut.of(row) for row in rows], next=following)


@router.post(
    "/{rejudgement_id}/cancel",
    response_model=RejudgementOut,
    responses=answers(
        errors.NotFound, errors.Conflict, errors.ChangedMeanwhile, errors.StillRunning, errors.KeyReused, framework=BODY
    ),
)
def cancel_rejudgement(rejudgement_id: UUID, body: CancelIn, caller: CanRejudge, change: Changing) -> Response:
    """End a job early. What it found stays."""

    def act(session: Session, job: Rejudgement) -> None:
        rejudgements.cancel(session, caller, job)

    return change.carry_out(caller, body, rejudgements.hold, rejudgement_id, act, RejudgementOut.of)
