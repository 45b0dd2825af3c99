"""Ids that sort by time: UUID version 7 (RFC 9562, section 5.7), made by whoever makes the thing."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits.

    Phones make a piece's id before they have signal, so an id is never used as an order of arrival: that is the
    server's `registered_at` or the event's sequence.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def is_uuid7(value: UUID) -> bool:
    """Whether an id is a UUIDv7: other versions carry no time, and version 4 of a careless client may repeat."""
    return value.version == 7
