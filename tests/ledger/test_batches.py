from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.batches import NewBatchLine, batch_of_id, list_batches, open_batch, pieces_in
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.ids import uuid7
from qc.ledger.orders import NewOrderLine, create_order
from qc.ledger.pieces import piece_of_id
from qc.ledger.states import PieceState
from qc.ledger.tables import BatchPiece
from qc.ledger.verify import verify
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import SKU, accept, accept_new, inspect


def opened(database: Database, caller: Caller, number: str, target: int, sku: str = SKU) -> UUID:
    with database.write() as session:
        return open_batch(session, caller, number, [NewBatchLine(sku, target)]).id


def inside(database: Database, caller: Caller, batch_id: UUID) -> list[UUID]:
    with database.read() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        pieces = [piece.id for _, piece in pieces_in(session, batch, 1000)]
        assert len(pieces) == batch.lines[0].filled
        return pieces


def test_accepted_pieces_fill_the_oldest_batch_and_spill_over(database: Database, caller: Caller) -> None:
    first, second = opened(database, caller, "B-1", 2), opened(database, caller, "B-2", 5)
    opened(database, caller, "B-0", 5, sku="OTHER")
    accepted = []
    for _ in range(4):
        with database.write() as session:
            accepted.append(accept_new(session, caller))
    assert inside(database, caller, first) == accepted[:2]
    assert inside(database, caller, second) == accepted[2:]


def test_without_an_open_batch_a_piece_waits_and_enters_the_next_one_in_order(
    database: Database, caller: Caller
) -> None:
    with database.write() as session:
        waiting = [accept_new(session, caller) for _ in range(3)]
        assert piece_of_id(session, caller.organisation_id, waiting[0]).state is PieceState.ACCEPTED
    batch = opened(database, caller, "B-1", 2)
    assert inside(database, caller, batch) == waiting[:2]
    with database.read() as session:
        assert piece_of_id(session, caller.organisation_id, waiting[2]).state is PieceState.ACCEPTED


def test_a_piece_is_in_one_batch_whatever_is_retried(database: Database, caller: Caller) -> None:
    batch = opened(database, caller, "B-1", 5)
    with database.write() as session:
        inspection = inspect(session, caller)
    for _ in range(3):
        with database.write() as session:
            accept(session, caller, inspection)
    assert inside(database, caller, batch) == [inspection.piece_id]


def test_the_database_itself_refuses_a_second_place(database: Database, caller: Caller) -> None:
    opened(database, caller, "B-1", 5)
    with database.write() as session:
        piece = accept_new(session, caller)
        batch = batch_of_piece(session, piece)
        assert batch is not None
        line = batch.lines[0]
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(BatchPiece(piece_id=piece, batch_id=batch.id, batch_line_id=line.id, position=99, added_at=now()))
    with pytest.raises(IntegrityError), database.write() as session:
        session.merge(line).filled = line.target + 1


def test_many_writers_fill_batches_exactly_and_leave_no_gap(database: Database, caller: Caller) -> None:
    batches = [opened(database, caller, f"B-{n}", 10) for n in range(3)]

    def one(_: int) -> UUID:
        with database.write() as session:
            return accept_new(session, caller)

    with ThreadPoolExecutor(8) as pool:
        accepted = set(pool.map(one, range(40)))
    placed = [piece for batch in batches for piece in inside(database, caller, batch)]
    assert len(placed) == len(set(placed)) == 30
    assert set(placed) < accepted
    with database.read() as session:
        positions = session.scalars(
            select(BatchPiece.position).where(BatchPiece.batch_id == batches[0]).order_by(BatchPiece.position)
        ).all()
        assert list(positions) == list(range(1, 11))
        assert [report.faults for report in verify(session)] == [()]


def test_a_batch_opened_while_pieces_are_accepted_leaves_none_behind(database: Database, caller: Caller) -> None:
    def accept_one(_: int) -> None:
        with database.write() as session:
            accept_new(session, caller)

    with ThreadPoolExecutor(6) as pool:
        accepting = [pool.submit(accept_one, n) for n in range(20)]
        batch = pool.submit(opened, database, caller, "B-1", 100).result()
        for done in accepting:
            done.result()
    assert len(inside(database, caller, batch)) == 20


def test_a_batch_takes_its_lines_from_the_order(database: Database, caller: Caller) -> None:
    with database.write() as session:
        order = create_order(session, caller, "PO-1", "Buyer", "USD", [NewOrderLine(SKU, 12422, Decimal("5.73"))])
        batch = open_batch(session, caller, "B-1", [], order)
        assert [(x.sku, x.target, x.order_line_id) for x in batch.lines] == [(SKU, 12422, order.lines[0].id)]
        with pytest.raises(BadRequest, match="no line for X"):
            open_batch(session, caller, "B-2", [NewBatchLine("X", 1)], order)


def test_a_batch_that_makes_no_sense_is_refused(database: Database, caller: Caller) -> None:
    opened(database, caller, "B-1", 1)
    for number, lines, error in (
        ("B-1", [NewBatchLine(SKU, 1)], Conflict),
        ("B-2", [], BadRequest),
        ("B-2", [NewBatchLine(SKU, 1), NewBatchLine(SKU, 2)], BadRequest),
    ):
        with pytest.raises(error), database.write() as session:
            open_batch(session, caller, number, lines)


def test_another_organisations_batch_is_neither_seen_nor_filled(database: Database, caller: Caller) -> None:
    other = enter_organisation(database, "others")
    batch = opened(database, other, "B-1", 5)
    with database.write() as session:
        accept_new(session, caller)
    assert inside(database, other, batch) == []
    with database.read() as session:
        assert list_batches(session, caller.organisation_id, 10, None).rows == []
        with pytest.raises(NotFound):
            batch_of_id(session, caller.organisation_id, batch)
        with pytest.raises(NotFound):
            batch_of_id(session, caller.organisation_id, uuid7())
        assert session.scalar(select(func.count()).select_from(BatchPiece)) == 0
