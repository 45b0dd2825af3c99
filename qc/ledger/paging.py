"""Lists a page at a time by key, so that the millionth row costs what the first does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from qc.ledger.tables import Base

Row = TypeVar("Row", bound=Base)


class Position(NamedTuple):
    """Where a page ended: the time and id of its last row."""

    at: datetime
    id: UUID


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and where the next page begins (None: there is no more)."""

    rows: Sequence[Row]
    next: Position | None


def newest_first(
    session: Session,
    chosen: Select[Row],
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[UUID],
    limit: int,
    before: Position | None,
) -> Page[Row]:
    """Rows older than a position, newest first."""
    if before is not None:
        # The first condition says nothing new: it is the one that a database finds its place in the index by.
        chosen = chosen.where(at <= before.at, or_(at < before.at, key < before.id))
    rows: Sequence[Any] = session.scalars(chosen.order_by(at.desc(), key.desc()).limit(limit + 1)).unique().all()
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    return Page(rows, None if last is None else Position(getattr(last, at.key), getattr(last, key.key)))
