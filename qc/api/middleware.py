"""What every request passes: an id, limits of number and size, an answer even when the code fails, a log line."""

from __future__ import annotations

import re
import time

import structlog
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qc.api import problems
from qc.api.limits import STANDING, Limits
from qc.api.metrics import Metrics
from qc.errors import TooOften
from qc.ledger.ids import uuid7

log = structlog.get_logger("qc.api")

MAX_JSON = 1_000_000
"""Bytes of a body that carries no photo."""

CALLER = "qc.caller"
"""Where the ASGI scope keeps who called: `key:<prefix>` or `person:<pseudonym>`, for the log."""
NO_ROUTE = "none"
HUNG_UP = 499
"""In log and metrics, a caller who was gone before the request was all here: no answer, and no fault of ours."""

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'",
}


class Envelope:
    """Outermost: request id in and out, safe headers, one log line, counts, and a problem for what nobody foresaw."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        scope["request_id"] = given if _ID.fullmatch(given) else uuid7().hex
        begun, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = scope["request_id"]
                if STANDING in scope:
                    headers.update(scope[STANDING].headers())
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            status = HUNG_UP
        except Exception as error:
            problem = problems.internal(Request(scope), error)
            if status == 0:
                await problem(scope, receive, answer)
        finally:
            seconds, route = time.perf_counter() - begun, route_of(scope)
            self.metrics.answered(scope["method"] if route != NO_ROUTE else "any", route, status, seconds)
            log.info(
                "request",
                method=scope["method"],
                route=route,
                path=path_of(scope),
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=scope["request_id"],
                caller=scope.get(CALLER),
            )


def route_of(scope: Scope) -> str:
    """The template of the request's address: ids in it would make a figure of their own each."""
    route = scope.get("route")
    if isinstance(route, APIRoute):
        return str(route.path)
    return "static" if route is not None else NO_ROUTE


def path_of(scope: Scope) -> str:
    """The path as it may be logged: an unguessable code is a key to what it opens."""
    path: str = scope["path"][:300]
    for name, value in scope.get("path_params", {}).items():
        if "code" in name:
            path = path.replace(str(value), "***")
    return path


class AddressLimit:
    """Refuses an address that asks too often, before anything is read for it. Probes of the process are not counted."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["path"] not in {"/livez", "/readyz"}:
            request = Request(scope)
            try:
                self.limits.address(request)
            except TooOften as refused:
                await (await problems.of_project(request, refused))(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body over the limit: at once when it says its length, else as soon as too much has come."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with_photos = headers.get("content-type", "").startswith("multipart/")
        limit = self.max_bytes if with_photos else min(MAX_JSON, self.max_bytes)
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            problem = problems.respond(
                Request(scope), 413, *problems.FRAMEWORK[413],
                f"got a body of {int(declared):,} bytes, at most {limit:,} are taken: send fewer or smaller photos",
                {"Connection": "close"},
            )  # fmt: skip
            await problem(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, f"got more than {limit:,} bytes: send fewer or smaller photos")
            return message

        await self.app(scope, counted, send)
