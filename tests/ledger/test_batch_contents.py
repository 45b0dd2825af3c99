from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from qc.errors import BatchNotReady, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece, move_piece, remove_piece, waiting_by_sku
from qc.ledger.batches import NewBatchLine, batch_of_id, hold_batch, open_batch
from qc.ledger.cartons import Gs1, open_carton
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.events import after
from qc.ledger.inspections import latest_inspection
from qc.ledger.pieces import piece_of_id
from qc.ledger.sealing import seal_batch
from qc.ledger.states import BatchState, Outcome, PieceState
from qc.ledger.tables import Batch, Piece
from qc.standards.check_digits import is_sscc
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import SKU, accept, accept_new, inspect, rule
from tests.ledger.shipment_scenes import WHY, seal


def opened(database: Database, caller: Caller, number: str, target: int) -> UUID:
    with database.write() as session:
        return open_batch(session, caller, number, [NewBatchLine(SKU, target)]).id


def accepted(database: Database, caller: Caller) -> UUID:
    with database.write() as session:
        return accept_new(session, caller)


def where(database: Database, caller: Caller, piece: UUID) -> tuple[PieceState, UUID | None]:
    with database.read() as session:
        batch = batch_of_piece(session, piece)
        return piece_of_id(session, caller.organisation_id, piece).state, batch.id if batch else None


def test_a_removed_piece_makes_room_for_one_that_waits(database: Database, caller: Caller) -> None:
    batch = opened(database, caller, "B-1", 1)
    first, second = accepted(database, caller), accepted(database, caller)
    with database.write() as session:
        assert [(x.sku, x.pieces) for x in waiting_by_sku(session, caller.organisation_id)] == [(SKU, 1)]
        remove_piece(session, caller, piece_of_id(session, caller.organisation_id, first), WHY)
    assert where(database, caller, first) == (PieceState.REFERRED, None)
    assert where(database, caller, second) == (PieceState.IN_BATCH, batch)


def test_a_removed_piece_can_be_decided_anew_or_photographed_again(database: Database, caller: Caller) -> None:
    batch = opened(database, caller, "B-1", 5)
    pieces = [accepted(database, caller) for _ in range(2)]
    with database.write() as session:
        for piece in pieces:
            remove_piece(session, caller, piece_of_id(session, caller.organisation_id, piece), WHY)
        accept(session, caller, latest_inspection(session, pieces[0]))
        accept(session, caller, inspect(session, caller, pieces[1]))
    assert [where(database, caller, piece) for piece in pieces] == [(PieceState.IN_BATCH, batch)] * 2


@pytest.mark.parametrize("state", [BatchState.SAMPLING, BatchState.SEALED, BatchState.SHIPPED, BatchState.REJECTED])
def test_past_open_no_piece_is_removed_moved_or_regraded(database: Database, caller: Caller, state: BatchState) -> None:
    batch, other = opened(database, caller, "B-1", 5), opened(database, caller, "B-2", 5)
    piece = accepted(database, caller)
    with database.write() as session:
        session.get_one(Batch, batch).state = state
    down = rule(Outcome.OVERRULE, "B", reason="loose", decided_by="supervisor-1")
    tries: list[Callable[[Session, Piece], object]] = [
        lambda session, row: remove_piece(session, caller, row, WHY),
        lambda session, row: move_piece(session, caller, row, hold_batch(session, caller, other), WHY),
        lambda session, row: decide(session, caller, latest_inspection(session, piece), down),
    ]
    for attempt in tries:
        with pytest.raises(Conflict), database.write() as session:
            attempt(session, piece_of_id(session, caller.organisation_id, piece))
    assert where(database, caller, piece) == (PieceState.IN_BATCH, batch)


def test_a_full_batch_takes_no_piece_that_is_moved(database: Database, caller: Caller) -> None:
    opened(database, caller, "B-1", 1)
    second = opened(database, caller, "B-2", 5)
    first, piece = accepted(database, caller), accepted(database, caller)
    assert where(database, caller, piece)[1] == second
    with database.read() as session:
        full = batch_of_piece(session, first)
    assert full is not None
    with pytest.raises(Conflict, match="needs no further"), database.write() as session:
        move_piece(session, caller, session.get_one(Piece, piece), hold_batch(session, caller, full.id), WHY)


@pytest.mark.parametrize(("grade", "event"), [("A", "piece.regraded"), ("reject", "piece.rejected")])
def test_regrading_in_a_batch_leaves_who_and_why(database: Database, caller: Caller, grade: str, event: str) -> None:
    batch = opened(database, caller, "B-1", 5)
    piece = accepted(database, caller)
    with database.write() as session:
        order = rule(Outcome.OVERRULE, grade, reason="looked again", decided_by="supervisor-1")
        decide(session, caller, latest_inspection(session, piece), order)
    stays = (PieceState.IN_BATCH, batch) if grade == "A" else (PieceState.REJECTED, None)
    assert where(database, caller, piece) == stays
    with database.read() as session:
        last = [x for x in after(session, caller.organisation_id, 0, 1000) if x.subject_id == piece][-1]
        assert last.type == event
        assert '"decided_by":"supervisor-1"' in last.body
        assert '"reason":"looked again"' in last.body


def test_every_change_counts_up_the_batchs_version(database: Database, caller: Caller) -> None:
    batch = opened(database, caller, "B-1", 5)
    seen = []
    for step in ("accept", "remove", "carton"):
        with database.write() as session:
            if step == "accept":
                piece = accept_new(session, caller)
            elif step == "remove":
                remove_piece(session, caller, piece_of_id(session, caller.organisation_id, piece), WHY)
            else:
                open_carton(session, caller, hold_batch(session, caller, batch))
        with database.read() as session:
            seen.append(batch_of_id(session, caller.organisation_id, batch).version)
    assert seen == sorted(set(seen))


def test_of_many_who_seal_at_once_one_wins(database: Database, caller: Caller) -> None:
    batch = opened(database, caller, "B-1", 5)
    accepted(database, caller)

    def one(_: int) -> bool:
        try:
            with database.write() as session:
                seal(session, caller, batch)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(6))) == 1


def test_what_is_not_waived_keeps_a_batch_open(database: Database, caller: Caller) -> None:
    batch = opened(database, caller, "B-1", 5)
    accepted(database, caller)
    with pytest.raises(BatchNotReady) as refused, database.write() as session:
        seal_batch(session, caller, hold_batch(session, caller, batch), "shipper-1", {"batch.order": "a trial"})
    codes = {gap["code"] for gap in refused.value.extra["missing"]}
    assert "batch.order" not in codes
    assert {"line.unfilled", "batch.unpacked"} <= codes


def test_an_sscc_is_given_once_though_organisations_share_the_prefix(database: Database, caller: Caller) -> None:
    callers = [caller, enter_organisation(database, "others")]
    batches = [opened(database, one, "B-1", 5) for one in callers]

    def one(n: int) -> str:
        with database.write() as session:
            held = hold_batch(session, callers[n % 2], batches[n % 2])
            return str(open_carton(session, callers[n % 2], held, gs1=Gs1("9521234", 3)).sscc)

    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(one, range(16)))
    assert len(set(given)) == 16
    assert all(is_sscc(sscc) and sscc.startswith("39521234") for sscc in given)
