"""What a receiver is told of an event: thin, and never more than it can be expected to take."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from qc.ledger.events import rfc3339
from qc.ledger.tables import Event

MOST_BYTES = 20_000
"""Bytes of a message, as Standard Webhooks recommends."""


def message_id(delivery_id: UUID) -> str:
    """The message's id in its headers: the delivery's, without a dot."""
    return f"msg_{delivery_id.hex}"


def message(event: Event) -> bytes:
    """The body for an event.

    Facts that would make it too large are left out, and `facts_left_out` says so: the receiver finds them at
    `GET /v1/events?after=N`.
    """
    body = json.loads(event.body)
    told: dict[str, Any] = {
        "sequence": event.sequence,
        "subject_id": str(event.subject_id),
        "actor": body["actor"],
        "hash": event.hash,
        "facts": body["data"],
        "facts_left_out": False,
    }
    written = _written(event, told)
    return written if len(written) <= MOST_BYTES else _written(event, told | {"facts": {}, "facts_left_out": True})


def _written(event: Event, told: dict[str, Any]) -> bytes:
    whole = {"type": event.type, "timestamp": rfc3339(event.at), "data": told}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()
