"""A later page costs what the first does: the database finds its beginning in the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine

from qc.ledger.accounts import Caller
from qc.ledger.batches import list_batches
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.ids import uuid7
from qc.ledger.paging import Position
from qc.ledger.pieces import list_pieces

LISTS: dict[str, Callable[..., Any]] = {"pieces.registered_at": list_pieces, "batches.opened_at": list_batches}


@pytest.mark.parametrize("column", LISTS)
def test_a_page_begins_at_its_place_in_the_index(column: str, database: Database, caller: Caller) -> None:
    plans: list[str] = []
    table, time = column.split(".")

    def explain(
        connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        if f"FROM {table}" in statement and "EXPLAIN" not in statement:
            ask = "EXPLAIN QUERY PLAN" if database.embedded else "EXPLAIN"
            plans.extend(str(row) for row in connection.exec_driver_sql(f"{ask} {statement}", parameters))

    with database.read() as session:
        if not database.embedded:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # the table is empty, which is no matter here
        event.listen(Engine, "before_cursor_execute", explain)
        try:
            LISTS[column](session, caller.organisation_id, 50, Position(now(), uuid7()))
        finally:
            event.remove(Engine, "before_cursor_execute", explain)
    sought = [plan for plan in plans if "SEARCH" in plan or "Index Cond" in plan]
    assert any(f"{time}<" in plan or f"{time} <" in plan for plan in sought), plans
