"""Inspections: photos in, verdict out; then a decision."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.forms import MAX_PARTS, OPENAPI_BODY, read_inspection
from qc.api.idempotency import REPLAYED, KeyHeader, Once
from qc.api.models import Models
from qc.api.multipart import read_form
from qc.api.problems import BODY, answers
from qc.api.schemas.inspections import DecisionIn, InspectionIn, InspectionOut
from qc.api.security import CanDecide, CanInspect, CanReadPieces, require, speaks_for
from qc.inspection import Asked, Examined, PhotoSent, Station
from qc.ledger.accounts import Caller, Scope
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.blindness import see_that_shown
from qc.ledger.inspections import inspection_of_id
from qc.ledger.labels import record_labels
from qc.ledger.rulings import Ordered
from qc.ledger.states import LabelOccasion, Outcome
from qc.ledger.tables import Inspection

router = APIRouter(prefix="/v1/inspections", tags=["inspections"])


@router.post(
    "",
    status_code=201,
    response_model=InspectionOut,
    openapi_extra=OPENAPI_BODY,
    responses=answers(
        errors.BadPhoto,
        errors.TooLarge,
        errors.NotFound,
        errors.Conflict,
        errors.StillRunning,
        framework=(*BODY, 415),
    ),
)
async def inspect(request: Request, caller: CanInspect, station: StationDep, key: KeyHeader = None) -> Response:
    """Judge the photos of one piece under a standard and enter the inspection.

    A piece that is presented for the first time is registered; one that had been returned starts its next attempt. The
    same photos, checks and standard for the same piece are one inspection, however often they are sent.
    """
    in_thread = anyio.to_thread.run_sync
    settings = request.app.state.settings
    parts = await read_form(request, int(settings.max_photo_mb * 1e6), MAX_PARTS)
    photos, form = read_inspection(parts)
    if form.auto_accept:
        require(caller, Scope.DECIDE)
    asked, payload = await in_thread(_asked, station, caller, photos, form)
    once = Once(request, caller, key, payload)
    with ExitStack() as held:
        held.enter_context(once.alone())
        before = await in_thread(_before, station, caller, once, asked, form)
        if before is not None:
            return before
        examined = await in_thread(station.examine, asked, limiter=request.app.state.examining)
        answer, entered = await in_thread(_keep, station, caller, once, examined)
        request.app.state.metrics.entered(examined)
        answer.background = _for_the_challenger(request, answer, examined, entered)
        return answer


# Each step between the caller and the ledger is one turn on a thread: each turn costs the event loop a third of a
# millisecond, in which nobody else is answered.


def _asked(station: Station, caller: Caller, photos: list[PhotoSent], form: InspectionIn) -> tuple[Asked, bytes]:
    """What shall be inspected, and the bytes that are equal when the same is asked."""
    asked = station.ask(photos, caller=caller, **form.model_dump())
    return asked, f"{asked.fingerprint}{form.model_dump_json()}".encode()


def _before(station: Station, caller: Caller, once: Once, asked: Asked, form: InspectionIn) -> Response | None:
    """The answer, if this was asked before."""
    before = once.earlier()
    if before is not None or form.piece_id is None:
        return before
    known = _earlier(station, caller, asked)
    return None if known is None else once.carry_out(partial(_show, caller, known))


def _keep(station: Station, caller: Caller, once: Once, examined: Examined) -> tuple[Response, list[Inspection]]:
    """Store the photos, then enter the inspection; the list is empty where another replica was first."""
    kept, entered = station.keep(examined), list[Inspection]()

    def enter(session: Session) -> tuple[int, InspectionOut, str]:
        entered.append(station.enter(session, caller, examined, kept))
        return 201, *_answer(session, entered[-1])

    return once.carry_out(enter), entered


def _for_the_challenger(
    request: Request, answer: Response, examined: Examined, entered: list[Inspection]
) -> BackgroundTask | None:
    """What is left to the challenger once the answer is sent: nothing where it is that of an earlier request."""
    models: Models = request.app.state.models
    if models.shadow.challenger is None or REPLAYED in answer.headers or entered[-1].model != examined.evidence.model:
        return None

    async def offer() -> None:
        models.shadow.offer(examined.for_shadow(entered[-1]))

    return BackgroundTask(offer)


def _earlier(station: Station, caller: Caller, asked: Asked) -> UUID | None:
    """As `Station.earlier`; but a refusal does not tell a blind caller how the piece stands."""
    try:
        return station.earlier(caller, asked)
    except errors.Conflict:
        with station.database.read() as session:
            see_that_shown(session, caller, asked.facts.piece_id)
        raise


def _shown(session: Session, caller: Caller, inspection_id: UUID) -> Inspection:
    """The inspection, if it is not hidden from the caller."""
    inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
    see_that_shown(session, caller, inspection.piece_id)
    return inspection


def _show(caller: Caller, inspection_id: UUID, session: Session) -> tuple[int, InspectionOut, str]:
    return 200, *_answer(session, _shown(session, caller, inspection_id))


def _answer(session: Session, inspection: Inspection) -> tuple[InspectionOut, str]:
    shown = InspectionOut.of(inspection, batch_of_piece(session, inspection.piece_id))
    return shown, f"/v1/inspections/{inspection.id}"


@router.get("/{inspection_id}", response_model=InspectionOut, responses=tagged_answers(errors.NotFound))
def get_inspection(request: Request, inspection_id: UUID, caller: CanReadPieces, station: StationDep) -> Response:
    """An inspection: verdict, photos, decisions."""
    with station.database.read() as session:
        return tagged(request, _answer(session, _shown(session, caller, inspection_id))[0])


@router.get("/{inspection_id}/evidence", responses=answers(errors.NotFound))
def get_evidence(inspection_id: UUID, caller: CanReadPieces, station: StationDep) -> dict[str, Any]:
    """What the model saw, without any opinion: every detection, in pixels of the photos as they were sent."""
    with station.database.read() as session:
        return _shown(session, caller, inspection_id).evidence


@router.post(
    "/{inspection_id}/decision",
    responses=answers(
        errors.NotFound,
        errors.Conflict,
        errors.AlreadyDecided,
        errors.ChecksMissing,
        errors.StillRunning,
        framework=BODY,
    ),
    response_model=InspectionOut,
)
def decide(
    request: Request,
    inspection_id: UUID,
    body: DecisionIn,
    caller: CanDecide,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Decide on the piece. An accepted piece enters the oldest open batch that needs its SKU, in one transaction.

    The same decision again changes nothing.
    """
    speaks_for(caller, body.decided_by)
    ordered = Ordered(
        outcome=Outcome(body.outcome),
        decided_by=body.decided_by,
        reason=body.reason,
        grade=body.grade,
        checks=body.checks,
    )

    def work(session: Session) -> tuple[int, InspectionOut, None]:
        _shown(session, caller, inspection_id)
        station.decide(session, caller, inspection_id, ordered)
        if body.labels:
            said = [photo.labelled() for photo in body.labels]
            record_labels(session, caller, inspection_id, body.decided_by, LabelOccasion.REVIEW, said)
        inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
        return 200, _answer(session, inspection)[0], None

    # Without labels a body is what it was before there were any: phones send again what they began weeks ago.
    asked = body.model_dump_json(exclude=None if body.labels else {"labels"})
    once = Once(request, caller, key, asked.encode())
    with once.alone():
        return once.earlier() or once.carry_out(work)
