"""The ledger at ten thousand and a million pieces, and eight PostgreSQL writers against one stream of bare inserts.

Lists and sealing are timed by the processor, which other work on the machine does not change.
QC_BENCH_PIECES sets the larger number, QC_BENCH_ROUNDS how often everything is timed; medians are printed.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from qc.ledger import batches, pieces
from qc.ledger.accounts import Caller
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.migrations import migrate
from qc.ledger.paging import Position
from qc.ledger.preflight import what_is_missing
from qc.ledger.sealing import seal_batch
from qc.ledger.tables import (
    Base,
    Batch,
    BatchPiece,
    Decision,
    Inspection,
    InspectionPhoto,
    Photo,
    Piece,
)
from tests import postgres
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import SKU, accept, accept_new, inspect

FEW, MANY = 10_000, int(os.environ.get("QC_BENCH_PIECES", "1000000"))
ROUNDS = int(os.environ.get("QC_BENCH_ROUNDS", "3"))
PAGE, PAGES = 50, 40
WRITERS, WRITES = 8, 25
AT_MOST, WITHIN = 1.5, 2.0
ID, AT = (
    "printf('0198f3a000007000%016x', x)",
    "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', '+' || x || ' seconds')",
)
"""Of the copied piece number x, as SQLite keeps them."""


def main() -> None:
    """Both measurements."""
    grown()
    written()


def grown() -> None:
    """A page of each list, and sealing, in a ledger of few pieces and in one of many."""
    with tempfile.TemporaryDirectory() as folder:
        opened = {count: _filled(Path(folder) / f"{count}.db", count) for count in (FEW, MANY)}
        measures: dict[str, Callable[[Database, Caller], float]] = {
            "a page of pieces, first": lambda d, c: _page_of_pieces(d, c, deep=False),
            "a page of pieces, halfway": lambda d, c: _page_of_pieces(d, c, deep=True),
            "a page of a batch, halfway": _page_of_batch,
            "sealing, a piece": _sealing,
        }
        print(f"  {'':32} {FEW:>12,} {MANY:>12,}   ratio")
        for name, measure in measures.items():
            times: dict[int, list[float]] = {FEW: [], MANY: []}
            for _ in range(ROUNDS):
                for count, (database, caller) in opened.items():
                    times[count].append(measure(database, caller))
            few, many = (statistics.median(times[count]) * 1e6 for count in (FEW, MANY))
            _say(name, few, many, "us", many / few, AT_MOST)
        for database, _ in opened.values():
            database.close()


def _filled(path: Path, count: int) -> tuple[Database, Caller]:
    """An SQLite ledger with so many pieces in one open batch: one accepted as always, the others copied in bulk."""
    database = Database(f"sqlite:///{path}")
    migrate(database)
    caller = enter_organisation(database, "weavers")
    with database.write() as session:
        batch = open_batch(session, caller, "B-1", [NewBatchLine(SKU, count)])
        accept_new(session, caller)
        session.flush()
        batch.lines[0].filled = count
    new = {"id": ID, "piece_id": ID, "position": "1 + x", "tag": "NULL", "receipt_code": "NULL",
           "registered_at": AT, "accepted_at": AT, "added_at": AT}  # fmt: skip
    with database.connection() as connection:
        for table in ("pieces", "batch_pieces"):
            columns = Base.metadata.tables[table].columns.keys()
            values = ", ".join(new.get(name, f"one.{name}") for name in columns)
            connection.exec_driver_sql(
                f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count - 1}), "
                f"one AS (SELECT * FROM {table} LIMIT 1) "
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM n, one"
            )
    return database, caller


def _page_of_pieces(database: Database, caller: Caller, deep: bool) -> float:
    before = None
    if deep:
        with database.read() as session:
            count = session.get_one(Batch, _batch(session)).lines[0].filled
            middle = session.scalars(select(BatchPiece.piece_id).where(BatchPiece.position == count // 2)).one()
            before = Position(session.get_one(Piece, middle).registered_at, middle)
    with database.read() as session:
        return _each(lambda: pieces.list_pieces(session, caller.organisation_id, PAGE, before))


def _page_of_batch(database: Database, caller: Caller) -> float:
    with database.read() as session:
        batch = session.get_one(Batch, _batch(session))
        after = batch.lines[0].filled // 2
        return _each(lambda: batches.pieces_in(session, batch, PAGE, after))


def _sealing(database: Database, caller: Caller) -> float:
    """Seconds a piece; the seal is undone, so that it can be timed again."""

    class Undone(Exception):  # noqa: N818
        pass

    taken = 0.0
    try:
        with database.write() as session:
            batch = batches.hold_batch(session, caller, _batch(session))
            waived = {gap.code: "timed" for gap in what_is_missing(session, batch)}
            began = time.thread_time()
            seal_batch(session, caller, batch, "timer", waived)
            taken = (time.thread_time() - began) / batch.lines[0].filled
            raise Undone
    except Undone:
        return taken


def _batch(session: Session) -> UUID:
    return session.scalars(select(Batch.id)).one()


def _each(call: Callable[[], object]) -> float:
    call()
    began = time.thread_time()
    for _ in range(PAGES):
        call()
    return (time.thread_time() - began) / PAGES


def written() -> None:
    """Accepted pieces a second: eight writers of one organisation, and one stream that inserts the same rows bare."""
    with postgres.running() as server:
        rates: dict[str, list[float]] = {"bare": [], "one": [], "eight": [], "apart": [], "one unchained": []}
        for _ in range(ROUNDS):
            database = Database(server.cloned())
            caller = enter_organisation(database, "weavers")
            with database.write() as session:
                open_batch(session, caller, "B-1", [NewBatchLine(SKU, 1_000_000)])
                accept_new(session, caller)
            rates["bare"].append(_rate([lambda d=database: _insert_bare(d, WRITERS * WRITES)]))  # type: ignore[misc]
            rates["one"].append(_rate([_writer(database, caller, WRITERS * WRITES)]))
            rates["eight"].append(_rate([_writer(database, caller, WRITES) for _ in range(WRITERS)]))
            others = [_organisation(database, n) for n in range(WRITERS)]
            rates["apart"].append(_rate([_writer(database, other, WRITES) for other in others]))
            rates["one unchained"].append(_rate([_writer(database, caller, WRITERS * WRITES, chained=False)]))
            database.close()
    bare, one, eight, apart, unchained = (statistics.median(found) for found in rates.values())
    print(f"\n  accepted pieces a second on PostgreSQL (fsync off): bare inserts {bare:.0f}, one writer {one:.0f}, "
          f"unchained {unchained:.0f}, eight writers {eight:.0f}, of eight organisations {apart:.0f}")  # fmt: skip
    print(f"  the chain costs {1000 / one - 1000 / unchained:.1f} ms of the {1000 / one:.1f} ms of an accepted piece")
    _say("bare inserts / eight writers", bare, eight, "/s", bare / eight, WITHIN)
    _say("one writer / eight writers", one, eight, "/s", one / eight, WITHIN)


def _organisation(database: Database, number: int) -> Caller:
    caller = enter_organisation(database, f"weavers-{number}")
    with database.write() as session:
        open_batch(session, caller, "B-1", [NewBatchLine(SKU, 1_000_000)])
    return caller


class _HeldAlready(dict[UUID, Any]):
    """Chains of a session that takes none: whoever asks is told that it has it."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: UUID) -> None:
        return None


def _writer(database: Database, caller: Caller, count: int, chained: bool = True) -> Callable[[], int]:
    def write() -> int:
        for _ in range(count):
            with database.write() as session:
                if not chained:
                    session.info["held_chains"] = _HeldAlready()
                accept(session, caller, inspect(session, caller))
                if not chained:
                    session.info.pop("noted_events")
        return count

    return write


def _rate(tasks: list[Callable[[], int]]) -> float:
    done: list[int] = []
    threads = [threading.Thread(target=lambda t=task: done.append(t())) for task in tasks]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began)


def _insert_bare(database: Database, count: int) -> int:
    """Insert the rows of one accepted piece again and again under new names: no look before, no lock, no chain."""
    with database.read() as session:
        piece = session.scalars(select(Piece)).one()
        rows = list(_rows_of(session, piece.id))
        last = session.scalars(select(BatchPiece.position)).one()
    old = {piece.id, *[row["id"] for _, row in rows if "id" in row]}
    names = {row["sha256"] for table, row in rows if table is Photo.__table__}
    for number in range(count):
        new: dict[Any, Any] = {key: uuid7() for key in old} | {name: (uuid7().hex * 2) for name in names}
        with database.connection() as connection:
            for table, row in rows:
                changed = {key: _renamed(value, new) for key, value in row.items() if key != "receipt_code"}
                if table is BatchPiece.__table__:
                    changed["position"] = last + number + 1
                connection.execute(insert(table), changed)
    return count


def _renamed(value: Any, new: dict[Any, Any]) -> Any:
    return new.get(value, value) if isinstance(value, UUID | str) else value


def _rows_of(session: Session, piece: UUID) -> Iterator[tuple[Table, dict[str, Any]]]:
    inspections = select(Inspection.id).where(Inspection.piece_id == piece)
    chosen = (
        (Piece, Piece.id == piece),
        (Inspection, Inspection.piece_id == piece),
        (Photo, Photo.sha256.is_not(None)),
        (InspectionPhoto, InspectionPhoto.inspection_id.in_(inspections)),
        (Decision, Decision.inspection_id.in_(inspections)),
        (BatchPiece, BatchPiece.piece_id == piece),
    )
    for kind, which in chosen:
        table: Table = kind.__table__  # type: ignore[assignment]
        for row in session.execute(select(table).where(which)).mappings():
            yield table, dict(row)


def _say(name: str, first: float, second: float, unit: str, ratio: float, target: float) -> None:
    verdict = "met" if ratio <= target else "MISSED"
    print(
        f"  {name:32} {first:9.1f} {unit} {second:9.1f} {unit}   {ratio:5.2f}  (target at most {target:g}: {verdict})"
    )


if __name__ == "__main__":
    main()
