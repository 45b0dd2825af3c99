"""The log: one JSON object a line on standard error, with the request's id and no secrets.

What looks like a secret is struck out of every line, whoever wrote it: keys, signing secrets, bearer tokens, session
cookies, passwords in URLs. Lines of libraries take the same way.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

STRUCK = "***"

_SECRETS = re.compile(
    r"(?P<before>\bqc_[0-9a-f]{8}_|\bwhsec_|\bBearer\s+|\bqc_session=|://[^\s:/@]*:)[^\s\"',;@&]+",
    re.IGNORECASE,
)
_NAMES = frozenset(
    {"authorization", "cookie", "password", "pin", "secret", "token", "csrf", "csrf_token", "x-csrf-token", "code"}
)
"""Fields whose value is never written."""


def configure() -> None:
    """Set the log up, unless whoever runs us has done so.

    Tracebacks are plain: the library's own way draws every local variable, which may be a photo.
    """
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer()],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def take_over_libraries() -> None:
    """Let lines of libraries (the web server, the database) be JSON without secrets, too. For a process of our own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_SHARED,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def strike_out(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor that leaves no secret in a line."""
    return {name: STRUCK if name.lower() in _NAMES else _without_secrets(value) for name, value in line.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRETS.sub(rf"\g<before>{STRUCK}", value)
    if isinstance(value, dict):
        return strike_out(None, "", value)
    if isinstance(value, list | tuple):
        return [_without_secrets(each) for each in value]
    return value if isinstance(value, int | float | bool | None) else _without_secrets(str(value))


_SHARED: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    strike_out,  # after the traceback became text
]
