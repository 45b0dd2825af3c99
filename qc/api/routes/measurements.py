"""Sizes from a photo on the measuring mat. Nothing is kept: a size that counts is recorded as a hand check."""

from __future__ import annotations

from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from qc import errors
from qc.api.deps import StationDep
from qc.api.multipart import Part, read_form
from qc.api.problems import BODY, answers
from qc.api.schemas.measurements import MeasurementIn, MeasurementOut
from qc.api.security import CanInspect
from qc.errors import BadRequest
from qc.inspection import Station
from qc.ledger.accounts import Caller
from qc.measure import measure
from qc.measure.compare import check_sizes, height_by, wanted_by
from qc.model.photo import Photo, PhotoLimits
from qc.standards.standard import ExportStandard

router = APIRouter(prefix="/v1/measurements", tags=["measurements"])

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {
                            "type": "string",
                            "format": "binary",
                            "description": "From straight above, all of the mat in it, best as the camera made it.",
                        },
                        "measurement": {"$ref": "#/components/schemas/MeasurementIn"},
                    },
                },
                "encoding": {
                    "photo": {"contentType": "image/*"},
                    "measurement": {"contentType": "application/json"},
                },
            }
        },
    }
}


_MOST_PARTS = 10
"""More than the two that are wanted, so that a form with others is told which those are."""


@router.post(
    "",
    openapi_extra=_FORM,
    responses=answers(
        errors.BadPhoto,
        errors.NotMeasurable,
        errors.TooLarge,
        errors.UnknownStandard,
        framework=(*BODY, 415),
    ),
)
async def measure_piece(request: Request, caller: CanInspect, station: StationDep) -> MeasurementOut:
    """Sizes of the one piece on the measuring mat, each with its uncertainty (k = 2) and a decision with a guard band.

    `pass` and `fail` only where the whole interval is inside or outside the tolerance; else `measure_by_tape`. What
    cannot be measured is `not_measurable`, with a `reason`. It asks nothing of the ledger and may be sent again freely.
    """
    parts = await read_form(request, int(request.app.state.settings.max_photo_mb * 1e6), _MOST_PARTS)
    photo, asked = _read(parts)
    limits = PhotoLimits.of(request.app.state.settings)
    work = partial(_measure, station, caller, photo, asked, limits)
    return await anyio.to_thread.run_sync(work, limiter=request.app.state.examining)


def _read(parts: list[Part]) -> tuple[bytes, MeasurementIn]:
    named = {part.name: part for part in parts}
    photo = named.pop("photo", None)
    if photo is None or len(parts) != len(named) + 1 or named.keys() - {"measurement"}:
        raise BadRequest("send one photo in the part `photo`, and what is known in the part `measurement`, as JSON")
    asked = named.get("measurement")
    if asked is None:
        return photo.content, MeasurementIn()
    try:
        return photo.content, MeasurementIn.model_validate_json(asked.content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**x, "loc": ("body", "measurement", *x["loc"])} for x in faults]) from error


def _measure(
    station: Station, caller: Caller, data: bytes, asked: MeasurementIn, limits: PhotoLimits
) -> MeasurementOut:
    standard = _standard(station, caller, asked)
    wanted = None if standard is None else wanted_by(standard)
    height, height_u = (standard and height_by(standard)) or (None, None)
    if asked.height_mm is not None:
        height, height_u = asked.height_mm, None
    photo = Photo.decode(data, limits)
    found = measure(
        photo.rgb, asked.print_scale, height_mm=height, height_u_mm=height_u, focal_35mm=asked.focal_35mm
    )  # fmt: skip
    return MeasurementOut.of(found, check_sizes(found, wanted) if wanted else ())


def _standard(station: Station, caller: Caller, asked: MeasurementIn) -> ExportStandard | None:
    if asked.sku is not None and asked.standard is not None:
        raise BadRequest("name a `sku` or a `standard`, not both", pointer="/measurement/standard")
    if asked.sku is not None:
        return station.in_force(caller).for_sku(asked.sku)
    return station.in_force(caller).named(asked.standard) if asked.standard is not None else None
