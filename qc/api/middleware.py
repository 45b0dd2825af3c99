"""What every request passes: it gets an id, a limit on its size, and an answer even when the code fails."""

from __future__ import annotations

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qc.api import problems
from qc.ledger.ids import uuid7

log = structlog.get_logger("qc.api")

MAX_JSON = 1_000_000
"""Bytes of a body that carries no photo."""

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'",
}


class Envelope:
    """Outermost: request id in and out, safe headers, one log line, and a problem for what nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            problem = problems.internal(Request(scope), error)
            if status == 0:
                await problem(scope, receive, answer)
        finally:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round((time.perf_counter() - begun) * 1000, 1),
                request_id=scope["request_id"],
            )


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
