"""Where the model saw something wrong, as a picture to lay over the judged image."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Path, Request, Response

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.security import CanReadPieces
from qc.errors import NotFound
from qc.inspection import Station
from qc.ledger.accounts import Caller
from qc.ledger.blindness import see_that_shown
from qc.ledger.inspections import inspection_of_id
from qc.serving.heat import heat_of
from qc.standards.standard import ExportStandard

router = APIRouter(prefix="/v1/inspections", tags=["inspections"])


@router.get(
    "/{inspection_id}/heat/{sha256}",
    response_class=Response,
    responses={
        200: {"description": "A PNG.", "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
        **answers(errors.NotFound, errors.Conflict),
    },
)
async def get_heat(
    request: Request,
    inspection_id: UUID,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Of the judged image.")],
    caller: CanReadPieces,
    station: StationDep,
) -> Response:
    """The model's defect map of one judged image: transparent where nothing is wrong, the redder the surer.

    It is one pixel a cell of the map, to be stretched over the image. Only while the model that gave the verdict
    serves; from another one the map would explain a verdict that nobody gave.
    """
    painting = partial(_paint, station, caller, inspection_id, sha256)
    picture = await anyio.to_thread.run_sync(painting, limiter=request.app.state.examining)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


def _paint(station: Station, caller: Caller, inspection_id: UUID, sha256: str) -> bytes:
    with station.database.read() as session:
        inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
        see_that_shown(session, caller, inspection.piece_id)
        if sha256 not in {photo.judged_sha256 for photo in inspection.photos}:
            raise NotFound(f"inspection {inspection_id} has no judged image {sha256[:12]}…; its `photos` name them")
        standard = ExportStandard.model_validate_json(inspection.standard.document)
        model = inspection.model
    return heat_of(station.serving, station.photos.get(sha256), model, station.samples.of(standard))
