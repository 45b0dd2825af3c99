"""The camera's own files, which follow a phone's inspection when there is Wi-Fi."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from qc import errors
from qc.api.deps import StationDep
from qc.api.multipart import Part, read_form
from qc.api.problems import BODY, answers
from qc.api.schemas.words import Time
from qc.api.security import CanInspect
from qc.errors import BadRequest
from qc.inspection import Station
from qc.ledger.accounts import Caller
from qc.ledger.inspections import inspection_of_id
from qc.ledger.originals import attach_original
from qc.model.photo_header import read_header

router = APIRouter(prefix="/v1/inspections", tags=["inspections"])


class OriginalOut(BaseModel):
    """An original that is on the server now."""

    judged: str = Field(description="sha256 of the judged image that was made from it.")
    original: str = Field(description="sha256 of the file, as it was received.")
    received_at: Time


@router.post(
    "/{inspection_id}/originals",
    status_code=201,
    responses=answers(errors.NotFound, errors.BadPhoto, errors.TooLarge, errors.Conflict, framework=(*BODY, 415)),
)
async def attach(request: Request, inspection_id: UUID, caller: CanInspect, station: StationDep) -> OriginalOut:
    """Attach the camera's file behind a judged image; the form's one part is named by the judged image's sha256.

    An original never re-judges. The same file again changes nothing.
    """
    parts = await read_form(request, int(request.app.state.settings.max_photo_mb * 1e6), 1)
    if len(parts) != 1 or parts[0].filename is None:
        raise BadRequest("send one file, in a part that is named by the sha256 of its judged image")
    return await run_in_threadpool(_attach, station, caller, inspection_id, parts[0])


def _attach(station: Station, caller: Caller, inspection_id: UUID, part: Part) -> OriginalOut:
    content = part.content
    media_type = f"image/{read_header(content).format}"
    with station.database.read() as session:
        inspection_of_id(session, caller.organisation_id, inspection_id)  # nobody stores bytes for another's inspection
    stored = station.photos.put(content, media_type)
    with station.database.write() as session:
        inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
        attached = attach_original(session, caller, inspection, part.name, stored)
        return OriginalOut(
            judged=attached.judged_sha256, original=attached.original_sha256, received_at=attached.received_at
        )
