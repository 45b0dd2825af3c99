"""Blind re-inspections: a person judges a piece again without having seen how it was judged before."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.forms import photos_body, read_photos
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.multipart import read_form
from qc.api.paging import Limit, cut
from qc.api.problems import BODY, answers
from qc.api.schemas.reinspections import MissedIn, ReinspectionList, ReinspectionOut, ResultIn
from qc.api.security import CanReinspect, speaks_for
from qc.inspection import PhotoSent, Station
from qc.ledger import reinspections
from qc.ledger.accounts import Caller
from qc.ledger.reinspection_photos import MOST_PHOTOS, attach_photos
from qc.model.photo_header import read_header

router = APIRouter(prefix="/v1/reinspections", tags=["reinspections"])

RECORDED_ANSWERS = answers(
    errors.NotFound,
    errors.Conflict,
    errors.AlreadyDecided,
    errors.ChecksMissing,
    errors.StillRunning,
    errors.KeyReused,
    framework=BODY,
)
"""What recording the finding of a re-inspection may answer, one piece or many."""


@router.get("", responses=answers())
def list_open(
    caller: CanReinspect,
    station: StationDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before.")] = 0,
    limit: Limit = 50,
    lot_id: Annotated[UUID | None, Query(description="Only pieces of this lot.")] = None,
) -> ReinspectionList:
    """Pieces that wait to be judged again, in their order; a signed-in person is not shown those they know."""
    with station.database.read() as session:
        rows, following = cut(
            reinspections.list_open(session, caller, limit + 1, after, lot_id), limit, lambda row: row.sequence
        )
        return ReinspectionList(items=[ReinspectionOut.of(row) for row in rows], next=following)


@router.get("/{reinspection_id}", response_model=ReinspectionOut, responses=tagged_answers(errors.NotFound))
def get_reinspection(request: Request, reinspection_id: UUID, caller: CanReinspect, station: StationDep) -> Response:
    """One re-inspection: which piece, and what was found once it is recorded."""
    with station.database.read() as session:
        found = reinspections.reinspection_of_id(session, caller.organisation_id, reinspection_id)
        return tagged(request, ReinspectionOut.of(found))


@router.post(
    "/{reinspection_id}/result",
    response_model=ReinspectionOut,
    responses=RECORDED_ANSWERS,
)
def record(
    request: Request, reinspection_id: UUID, body: ResultIn, caller: CanReinspect, key: KeyHeader = None
) -> Response:
    """Record what a person found. The last piece of a lot's sample decides the lot in the same transaction.

    Refused to whoever inspected the piece before or decided on it. The same result again changes nothing.
    """
    speaks_for(caller, body.inspected_by)
    reduced = request.app.state.settings.reduced_inspection
    result = reinspections.Result(body.inspected_by, tuple(body.defects), body.checks, body.remark)

    def work(session: Session) -> tuple[int, ReinspectionOut, None]:
        row = reinspections.record(session, caller, reinspection_id, result, reduced_allowed=reduced)
        return 200, ReinspectionOut.of(row), None

    return carry_out_once(request, caller, key, body, work)


@router.post(
    "/{reinspection_id}/missed",
    response_model=ReinspectionOut,
    responses=answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def miss(
    request: Request, reinspection_id: UUID, body: MissedIn, caller: CanReinspect, key: KeyHeader = None
) -> Response:
    """Say that a piece is gone, who says so and why.

    One chosen by chance counts as missed, so that the rates tell how much they rest on. One of a lot counts against the
    lot, as a piece with a major defect; the last of a sample decides the lot.
    """
    speaks_for(caller, body.reported_by)
    reduced = request.app.state.settings.reduced_inspection

    def work(session: Session) -> tuple[int, ReinspectionOut, None]:
        row = reinspections.miss(
            session, caller, reinspection_id, body.reported_by, body.reason, reduced_allowed=reduced
        )
        return 200, ReinspectionOut.of(row), None

    return carry_out_once(request, caller, key, body, work)


@router.post(
    "/{reinspection_id}/photos",
    status_code=201,
    openapi_extra=photos_body(),
    responses=answers(
        errors.NotFound, errors.Conflict, errors.BadPhoto, errors.TooLarge, framework=(*BODY, 415)
    ),
)  # fmt: skip
async def attach(request: Request, reinspection_id: UUID, caller: CanReinspect, station: StationDep) -> ReinspectionOut:
    """Attach photos, before the result is recorded. They are kept and never judged; the same photo stays once."""
    parts = await read_form(request, int(request.app.state.settings.max_photo_mb * 1e6), 2 * MOST_PHOTOS)
    return await run_in_threadpool(_attach, station, caller, reinspection_id, read_photos(parts))


def _attach(station: Station, caller: Caller, reinspection_id: UUID, photos: list[PhotoSent]) -> ReinspectionOut:
    kinds = [f"image/{read_header(photo.data).format}" for photo in photos]
    with station.database.read() as session:  # nobody stores bytes for another's piece
        reinspections.reinspection_of_id(session, caller.organisation_id, reinspection_id)
    stored = station.photos.put_all([(photo.data, kind) for photo, kind in zip(photos, kinds, strict=True)])
    with station.database.write() as session:
        views = [(photo.view, kept) for photo, kept in zip(photos, stored, strict=True)]
        return ReinspectionOut.of(attach_photos(session, caller, reinspection_id, views))
