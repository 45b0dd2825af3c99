"""Photos, by the hash of their bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.security import CanReadPieces
from qc.ledger.blindness import see_that_photo_shown
from qc.ledger.inspections import photo_of_sha256

router = APIRouter(prefix="/v1/photos", tags=["photos"])


@router.get(
    "/{sha256}",
    response_class=Response,
    responses={
        200: {"description": "The bytes.", "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}},
        **answers(errors.NotFound),
    },
)
def get_photo(
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], caller: CanReadPieces, station: StationDep
) -> Response:
    """A photo's bytes: an original bit for bit, a judged image, or a marked photo."""
    with station.database.read() as session:
        photo = photo_of_sha256(session, caller.organisation_id, sha256)
        see_that_photo_shown(session, caller, photo.sha256)
    content = station.photos.get(photo.sha256)
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{photo.sha256}"'}
    return Response(content, media_type=photo.media_type, headers=headers)
