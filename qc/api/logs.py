"""The log: one JSON object a line on standard error, with the request's id and no secrets."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """Set the log up, unless whoever runs us has done so.

    Tracebacks are plain: the library's own way draws every local variable, which may be a photo.
    """
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
