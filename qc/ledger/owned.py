"""Rows of an organisation by their id: what another organisation has is not there, here as everywhere."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from qc.errors import NotFound
from qc.ledger.tables import Base

Row = TypeVar("Row", bound=Base)


def owned(
    session: Session,
    table: type[Row],
    organisation_id: UUID,
    key: UUID,
    what: str,
    *conditions: ColumnElement[bool],
    change: bool = False,
    fresh: bool = False,
    options: tuple[ORMOption, ...] = (),
) -> Row:
    """The organisation's row of that id.

    Args:
        session: A session.
        table: Its table, with `id` and `organisation_id`.
        organisation_id: Whose.
        key: Its id.
        what: What it is to people, for the error.
        conditions: What must hold besides.
        change: Hold the row until the transaction ends.
        fresh: See it as it is now, not as this session saw it before.
        options: How related rows are loaded.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    columns: Any = table
    wanted = select(table).where(columns.organisation_id == organisation_id, columns.id == key, *conditions)
    wanted = wanted.options(*options).execution_options(populate_existing=fresh)
    found: Row | None = session.scalar(wanted.with_for_update() if change else wanted)
    if found is None:
        raise NotFound(f"no {what} {key} in your organisation")
    return found
