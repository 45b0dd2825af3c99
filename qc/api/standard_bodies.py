"""A standard as a request's body: YAML as people write it, or JSON as programs do; faults name line or field."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from qc.errors import BadStandard
from qc.standards.marked_yaml import LARGEST_CHARACTERS
from qc.standards.standard import ExportStandard, parse_standard

YAML = ("application/yaml", "application/x-yaml", "text/yaml")
SOURCE = "standard.yaml"
"""What errors call the text of a body."""

OPENAPI_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "As a GET of a version shows it."}},
            "application/yaml": {"schema": {"type": "string", "maxLength": LARGEST_CHARACTERS}},
        },
    }
}


async def read_standard(request: Request) -> ExportStandard:
    """The standard in the body.

    Raises:
        BadStandard: It breaks its rules; the sentence names the line of every fault of YAML.
        HTTPException: 400 for text that is neither, 415 for another kind of content.
        RequestValidationError: A JSON document has faults; each names its field.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body = await request.body()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(400, "the body is not UTF-8 text") from error
    if kind in YAML:
        return parse_standard(text, SOURCE)
    if kind != "application/json":
        raise HTTPException(415, f"got {kind or 'no Content-Type'}, wanted application/json or application/yaml")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise BadStandard("got no JSON object; send the standard as one, or as YAML")
    try:
        return ExportStandard.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**fault, "loc": _place(fault)} for fault in faults]) from error


def _place(fault: Any) -> tuple[Any, ...]:
    """Where in the document; a rule about the whole names a place deeper in it."""
    return ("body", *(part for part in fault["loc"] if part != "[key]"), *fault.get("ctx", {}).get("place", ()))


SentStandard = Annotated[ExportStandard, Depends(read_standard)]
