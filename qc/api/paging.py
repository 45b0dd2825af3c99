"""Cursors: where a page ended, as a text that callers hand back and need not read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from qc.errors import BadRequest
from qc.ledger.events import rfc3339
from qc.ledger.paging import Position

Limit = Annotated[int, Query(ge=1, le=200, description="Most entries of a page.")]


Row = TypeVar("Row")
Place = TypeVar("Place")


def cut(rows: Sequence[Row], limit: int, place: Callable[[Row], Place]) -> tuple[Sequence[Row], Place | None]:
    """A page of rows that are numbered: its rows, and the place that the next page begins after (None: no more).

    Args:
        rows: Those from the page's beginning, one more than it takes if there are so many.
        limit: How many it takes.
        place: Where a row stands.
    """
    shown = rows[:limit]
    return shown, place(shown[-1]) if len(rows) > limit else None


def write_cursor(position: Position | None) -> str | None:
    """The cursor of the next page; None when there is none."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(f"{rfc3339(position.at)}|{position.id}".encode()).decode().rstrip("=")


async def read_cursor(
    before: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
) -> Position | None:
    """Where the page begins.

    Raises:
        BadRequest: The text is no cursor of ours.
    """
    if before is None:
        return None
    try:
        at, key = base64.b64decode(before + "=" * (-len(before) % 4), altchars=b"-_", validate=True).decode().split("|")
        position = Position(datetime.fromisoformat(at), UUID(key))
        if position.at.tzinfo is None:
            raise ValueError(at)
    except (ValueError, binascii.Error) as error:
        raise BadRequest(
            "the cursor is not one of ours; hand back `next` as it came", pointer="/query/before"
        ) from error
    return position


Cursor = Annotated[Position | None, Depends(read_cursor)]
