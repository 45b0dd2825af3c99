"""Every error as problem+json (RFC 9457), with a stable `code` for programs and a sentence for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from qc import errors
from qc.errors import QcError

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger("qc.api")


class Fault(BaseModel):
    """One thing wrong with a request."""

    pointer: str = Field(description="JSON pointer into the request, such as /query/limit.")
    code: str
    detail: str


class Problem(BaseModel):
    """An RFC 9457 problem."""

    type: str = Field(description="Where the code is explained.")
    title: str
    status: int
    code: str = Field(description="Stable name of the error, for programs.")
    detail: str = Field(description="What was got, what was wanted and what to do, for people.")
    instance: str = Field(description="Path of the request.")
    request_id: str = Field(description="Quote this when asking for help.")
    errors: list[Fault] = Field(default=[], description="Each fault of the request, where there are several.")


FRAMEWORK = {
    400: ("malformed_request", "The request cannot be read"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "Too large"),
    415: ("unsupported_media_type", "This address does not take that kind of content"),
}
"""Codes of the errors that the framework raises by itself."""

INVALID = ("invalid_request", "The request does not have the right form")
INTERNAL = ("internal_error", "Something went wrong on our side")


def known_codes() -> dict[str, tuple[int, str]]:
    """Every code that an answer can carry, with its status and title."""
    codes = {code: (status, title) for status, (code, title) in FRAMEWORK.items()}
    codes |= {INVALID[0]: (422, INVALID[1]), INTERNAL[0]: (500, INTERNAL[1])}
    for error in _family(QcError):
        codes.setdefault(error.code, (error.status, error.title))
    codes.pop(QcError.code)
    return dict(sorted(codes.items()))


def answers(*kinds: type[QcError], framework: tuple[int, ...] = ()) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for its OpenAPI entry.

    Args:
        kinds: Errors of the project, beside those that any route may answer with.
        framework: Statuses that the framework raises by itself: 400 and 413 where there is a body.
    """
    described: dict[int | str, dict[str, Any]] = {}
    common: tuple[type[QcError], ...] = (
        errors.NotAuthenticated,
        errors.NotAllowed,
        errors.TooOften,
        errors.Unavailable,
        errors.BadInput,
    )
    codes = [(kind.status, kind.code) for kind in (*common, *kinds)]
    codes += [(status, FRAMEWORK[status][0]) for status in framework]
    for status, code in codes:
        entry = described.setdefault(
            status, {"description": "", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        )
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{code}`"]))
    return described


BODY = (400, 413)
"""What the framework raises for a body that it cannot read."""


def respond(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> JSONResponse:
    """A problem as an answer."""
    body = {
        "type": f"/docs#problem-{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": request.url.path,
        "request_id": request.scope.get("request_id", ""),
        **extra,
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn everything that is raised into a problem."""
    app.add_exception_handler(QcError, of_project)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_framework)


def internal(request: Request, error: Exception) -> JSONResponse:
    """The answer to what nobody foresaw: it says nothing of the inside, the log says all."""
    log.error("unforeseen", path=request.url.path, request_id=request.scope.get("request_id"), exc_info=error)
    return respond(
        request, 500, *INTERNAL, "the request was not carried out; quote the request_id when asking for help"
    )


async def of_project(request: Request, error: Exception) -> JSONResponse:
    """The answer to an error of the project's own tree."""
    assert isinstance(error, QcError)
    headers: dict[str, str] = {}
    if error.status >= 500:
        log.error(error.code, detail=error.detail, request_id=request.scope.get("request_id"), exc_info=error)
    if "retry_after_s" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after_s"])
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return respond(request, error.status, error.code, error.title, error.detail, headers, **error.extra)


async def _of_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"pointer": _pointer(fault["loc"]), "code": fault["type"], "detail": fault["msg"]} for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in faults[:3])
    return respond(request, 422, *INVALID, detail, errors=faults)


async def _of_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code, title = FRAMEWORK.get(error.status_code, ("http_error", HTTPStatus(error.status_code).phrase))
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.url.path}; /docs lists every address"
    else:
        detail = f"{request.method} {request.url.path}: {error.detail}"
    return respond(request, error.status_code, code, title, detail, error.headers)


def _pointer(location: tuple[Any, ...]) -> str:
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _family(kind: type[QcError]) -> Iterator[type[QcError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)
