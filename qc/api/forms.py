"""The form of `POST /v1/inspections`: photos, their views, and what is known of the piece."""

from __future__ import annotations

from typing import Any, cast, get_args

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from qc.api.multipart import Part
from qc.api.schemas.inspections import InspectionIn
from qc.errors import BadRequest
from qc.inspection import PhotoSent
from qc.standards.evidence import View

MAX_PARTS = 2 * 12 + 1
"""Twelve photos, as many views, one `inspection`."""


def photos_body(**fields: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI entry of a form with photos, their views, and required further fields by name."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["photos", *fields],
                        "properties": {
                            "photos": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 12,
                                "items": {"type": "string", "format": "binary"},
                                "description": "JPEG, PNG or WebP, best as the camera made them.",
                            },
                            "views": {
                                "type": "array",
                                "maxItems": 12,
                                "items": {"type": "string", "enum": list(get_args(View))},
                                "description": "The view of each photo, in the same order; none, or one for each.",
                            },
                            **fields,
                        },
                    },
                    "encoding": {
                        "photos": {"contentType": "image/*"},
                        **{name: {"contentType": "application/json"} for name in fields},
                    },
                }
            },
        }
    }


OPENAPI_BODY = photos_body(inspection={"$ref": "#/components/schemas/InspectionIn"})


def read_inspection(parts: list[Part]) -> tuple[list[PhotoSent], InspectionIn]:
    """Photos with their views, and the inspection's own field.

    Raises:
        BadRequest: A part is unknown, missing, twice, or in the wrong number.
        RequestValidationError: `inspection` is not of the right form.
    """
    photos = read_photos(parts, "inspection")
    described = [_text(part) for part in parts if part.name == "inspection"]
    if len(described) != 1:
        raise BadRequest(f"got {len(described)} parts named `inspection`, wanted one with JSON")
    try:
        asked = InspectionIn.model_validate_json(described[0])
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**x, "loc": ("body", "inspection", *x["loc"])} for x in faults]) from error
    return photos, asked


def read_photos(parts: list[Part], *others: str) -> list[PhotoSent]:
    """Photos with their views.

    Args:
        parts: All parts of the form.
        others: Names of parts that may be there beside `photos` and `views`.

    Raises:
        BadRequest: A part is unknown, there is no photo, or there are not as many views as photos.
    """
    photos = [part.content for part in parts if part.name == "photos"]
    views = [_text(part) for part in parts if part.name == "views"]
    wanted = ("photos", "views", *others)
    unknown = sorted({part.name for part in parts} - set(wanted))
    if unknown:
        raise BadRequest(f"got a part named {unknown[0]!r}; wanted {', '.join(wanted[:-1])} and {wanted[-1]}")
    if not photos:
        raise BadRequest("no part is named `photos`; send at least one photo as a file")
    if views and len(views) != len(photos):
        raise BadRequest(f"got {len(photos)} photos and {len(views)} views; name the view of each photo, or of none")
    named = [_view(view) for view in views] or [None] * len(photos)
    return [PhotoSent(data, view) for data, view in zip(photos, named, strict=True)]


def _view(text: str) -> View | None:
    for known in get_args(View):
        if text == known:
            return cast(View, known)
    raise BadRequest(f"got view {text!r}; there are {', '.join(get_args(View))}", pointer="/body/views")


def _text(part: Part) -> str:
    try:
        return part.content.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"the part `{part.name}` is not UTF-8 text") from error
