"""The session cookie of a person's browser, and what a browser's request must carry besides."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from qc.errors import NotAuthenticated

COOKIE = "qc_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def set_cookie(request: Request, response: Response, text: str, lasts: timedelta) -> None:
    """Give the browser its session: no script reads it, no other site's request carries it."""
    response.set_cookie(
        COOKIE,
        text,
        max_age=int(lasts.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.hostname not in _LOOPBACK,  # the embedded demo is served without TLS, to this machine only
    )


def clear_cookie(response: Response) -> None:
    """Take the session back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def from_our_own_page(request: Request) -> None:
    """See that a change was asked for by a page of ours, as far as the browser says.

    The CSRF token decides; this refuses earlier what a browser itself declares to be another site's request, also
    where there is no token yet: at the sign-in.

    Raises:
        NotAuthenticated: Another site asks.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site in {"cross-site", "same-site"} or (
        origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    )
    if foreign:
        raise NotAuthenticated("this request comes from a page of another site; use the app's own page")
