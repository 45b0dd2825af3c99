"""A problem (RFC 9457) as the error that it was inside the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from qc import errors
from qc.errors import QcError

_BY_STATUS: dict[int, type[QcError]] = {
    401: errors.NotAuthenticated,
    403: errors.NotAllowed,
    404: errors.NotFound,
    409: errors.Conflict,
    412: errors.Conflict,
    413: errors.TooLarge,
    502: errors.Unavailable,
    503: errors.Unavailable,
    504: errors.Unavailable,
}


def refusal(status: int, body: bytes) -> QcError:
    """The error of an answer that is no success.

    Its `extra` has every member of the problem, `code`, `request_id` and `status` among them. A code that this version
    does not know becomes the error that its status stands for.
    """
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):  # of a proxy in between
        problem = {"detail": f"the service answered {status}: {body[:200].decode(errors='replace')}"}
    extra: dict[str, Any] = {str(name): value for name, value in problem.items() if name != "detail"}
    known = {kind.code: kind for kind in _family(QcError)}
    other = errors.BadInput if 400 <= status < 500 else QcError
    kind = known.get(str(extra.get("code"))) or _BY_STATUS.get(status, other)
    return kind(str(problem.get("detail", f"the service answered {status}")), **{**extra, "status": status})


def _family(kind: type[QcError]) -> Iterator[type[QcError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _family(child)
