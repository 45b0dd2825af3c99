"""What follows a decision: bad pieces leave, a rejected lot is screened whole and resubmitted under tightened rules."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.batches import batch_of_id
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.inspections import latest_inspection
from qc.ledger.lot_gaps import lot_gaps
from qc.ledger.lot_screening import remove_defective, resubmit, start_screening, to_take_out
from qc.ledger.lots import lot_of_id
from qc.ledger.orders import NewOrderLine, create_order
from qc.ledger.pieces import piece_of_id
from qc.ledger.reinspections import list_open
from qc.ledger.sampling_policy import require_lots_of_order, set_policy
from qc.ledger.states import BatchState, LotState, Outcome, PieceState, Purpose
from qc.ledger.switching import list_switching
from qc.ledger.tables import Batch
from qc.ledger.verify import verify
from tests.ledger.lot_scenes import (
    MAJOR,
    MINOR,
    SKU,
    accepted,
    filled_batch,
    judge,
    judge_all,
    lot,
    sample,
    sampled,
    standard_of,
)
from tests.ledger.scenes import rule


def rejected_lot(database: Database, caller: Caller, number: str = "B-1", size: int = 20) -> tuple[UUID, UUID]:
    """Batch and lot; two of five drawn pieces have a major defect. The minor one comes after those that count."""
    batch_id = filled_batch(database, caller, number, size)
    [lot_id] = sampled(database, caller, batch_id)
    judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR, 1: MAJOR, 4: MINOR})
    assert lot(database, caller, lot_id).state is LotState.REJECTED
    return batch_id, lot_id


def gaps(database: Database, caller: Caller, batch_id: UUID) -> list[str]:
    with database.read() as session:
        found = list(lot_gaps(session, batch_of_id(session, caller.organisation_id, batch_id)))
        assert not any(gap.waivable for gap in found)
        return [gap.code for gap in found]


def screen(database: Database, caller: Caller, lot_id: UUID, bad: int = 1) -> list[UUID]:
    """Screen the rest of a lot, finding some pieces bad; their ids."""
    with database.write() as session:
        start_screening(session, caller, lot_id, "supervisor-1")
    with database.read() as session:
        rows = list(list_open(session, caller, 100, lot_id=lot_id))
    assert {row.purpose for row in rows} <= {Purpose.SCREENING}
    judge_all(database, caller, rows, dict.fromkeys(range(bad), MAJOR))
    return [row.piece_id for row in rows[:bad]]


def again(database: Database, caller: Caller, lot_id: UUID) -> UUID:
    with database.write() as session:
        return resubmit(session, caller, lot_id, standard_of, "supervisor-1").id


def test_a_rejected_lot_is_screened_resubmitted_tightened_and_does_not_count(
    database: Database, caller: Caller
) -> None:
    batch_id, lot_id = rejected_lot(database, caller)
    sampled_bad = [row.piece_id for row in sample(database, caller, lot_id)[:2]]
    small_fault = sample(database, caller, lot_id)[4].piece_id
    screened_bad = screen(database, caller, lot_id, bad=3)
    assert lot(database, caller, lot_id).state is LotState.SCREENED
    with database.read() as session:
        before = [(row.defect_class, row.state, row.lots) for row in list_switching(session, caller.organisation_id, 9)]
    with database.write() as session:
        waiting = [accepted(session, caller) for _ in range(2)]  # they take two of the five places
    new_id = again(database, caller, lot_id)
    new = lot(database, caller, new_id)
    assert (new.previous_lot_id, new.size, new.state) == (lot_id, 17, LotState.SAMPLING)
    assert {c["inspection"] for c in new.plan["classes"]} == {"tightened"}
    assert lot(database, caller, lot_id).state is LotState.RESUBMITTED
    with database.read() as session:
        for piece_id in [*sampled_bad, *screened_bad]:
            piece = piece_of_id(session, caller.organisation_id, piece_id)
            assert (piece.state, piece.grade, batch_of_piece(session, piece_id)) == (PieceState.REFERRED, None, None)
        for piece_id in [*waiting, small_fault]:
            inside = batch_of_piece(session, piece_id)
            assert inside is not None
            assert inside.id == batch_id
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        assert (batch.state, batch.lines[0].filled) == (BatchState.SAMPLING, 17)
    judge_all(database, caller, sample(database, caller, new_id), {})
    assert lot(database, caller, new_id).state is LotState.ACCEPTED
    assert gaps(database, caller, batch_id) == []
    with database.read() as session:
        after = [(row.defect_class, row.state, row.lots) for row in list_switching(session, caller.organisation_id, 9)]
        assert after == before
        assert all(not report.faults for report in verify(session))


def test_a_resubmitted_lot_may_be_rejected_again(database: Database, caller: Caller) -> None:
    _, lot_id = rejected_lot(database, caller)
    screen(database, caller, lot_id)
    new_id = again(database, caller, lot_id)
    judge_all(database, caller, sample(database, caller, new_id), {0: MAJOR, 1: MAJOR})
    assert lot(database, caller, new_id).state is LotState.REJECTED
    screen(database, caller, new_id)
    assert lot(database, caller, again(database, caller, new_id)).previous_lot_id == new_id


def test_a_lot_rejected_for_small_faults_loses_the_pieces_that_have_them(database: Database, caller: Caller) -> None:
    batch_id = filled_batch(database, caller, "B-1", 20)
    [lot_id] = sampled(database, caller, batch_id)
    judge_all(database, caller, sample(database, caller, lot_id), dict.fromkeys(range(5), MINOR))
    assert lot(database, caller, lot_id).state is LotState.REJECTED
    with database.read() as session:
        assert len(to_take_out(session, lot_of_id(session, caller.organisation_id, lot_id))) == 5


def test_bad_pieces_of_an_accepted_lot_leave_before_the_batch_is_sealed(database: Database, caller: Caller) -> None:
    batch_id = filled_batch(database, caller, "B-1", 60)
    [lot_id] = sampled(database, caller, batch_id)
    judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR, 1: MINOR})
    assert lot(database, caller, lot_id).state is LotState.ACCEPTED
    assert gaps(database, caller, batch_id) == ["lot.defective"]
    bad = sample(database, caller, lot_id)[0].piece_id
    with database.write() as session:
        assert remove_defective(session, caller, lot_id, "supervisor-1") == [bad]
        assert remove_defective(session, caller, lot_id, "supervisor-1") == []
    assert gaps(database, caller, batch_id) == []
    with database.write() as session:  # a person who looked accepts it after all: it goes where it is needed
        decide(session, caller, latest_inspection(session, bad), rule(Outcome.ACCEPT, decided_by="supervisor-1"))
        assert piece_of_id(session, caller.organisation_id, bad).state is PieceState.ACCEPTED


def test_steps_out_of_order_are_refused(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 4))
    with pytest.raises(Conflict, match="only a rejected lot"), database.write() as session:
        start_screening(session, caller, lot_id, "supervisor-1")
    with pytest.raises(Conflict, match="accepted or a screened"), database.write() as session:
        remove_defective(session, caller, lot_id, "supervisor-1")
    with pytest.raises(Conflict, match="only a screened lot"):
        again(database, caller, lot_id)
    judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR})
    with pytest.raises(Conflict, match="only a screened lot"):
        again(database, caller, lot_id)
    screen(database, caller, lot_id, bad=0)  # the sample was the lot: nothing is left to look at
    assert lot(database, caller, lot_id).state is LotState.SCREENED


def test_screening_is_for_everybody_and_hides_nothing(database: Database, caller: Caller) -> None:
    inspector = Caller(caller.organisation_id, "person:inspector-3", caller.scopes)
    _, lot_id = rejected_lot(database, inspector)
    with database.write() as session:
        start_screening(session, caller, lot_id, "supervisor-1")
    with database.read() as session:
        rows = list_open(session, inspector, 100)
    assert len(rows) == 20 - len(sample(database, caller, lot_id))
    judge(database, inspector, rows[0].id, person="inspector-3")


def test_nothing_left_is_no_lot(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 2))
    judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR, 1: MAJOR})
    screen(database, caller, lot_id, bad=0)
    with pytest.raises(Conflict, match="nothing of lot"):
        again(database, caller, lot_id)
    assert lot(database, caller, lot_id).state is LotState.SCREENED  # and nothing was half done


def test_a_batch_is_sealed_only_with_accepted_lots_where_order_or_organisation_asks(
    database: Database, caller: Caller
) -> None:
    batch_id = filled_batch(database, caller, "B-1", 3)
    assert gaps(database, caller, batch_id) == []
    rates = {"accepted_rate": 0.0, "refused_rate": 0.0}
    with database.write() as session:
        set_policy(session, caller, lots_required=True, decided_by="admin-1", **rates)
    assert gaps(database, caller, batch_id) == ["lot.not_sampled"]
    with database.write() as session:
        order = create_order(session, caller, "PO-1", "Buyer", "USD", [NewOrderLine(SKU, 3, Decimal("1.50"))])
        session.get_one(Batch, batch_id).order = order
        require_lots_of_order(session, caller, order, required=False, decided_by="admin-1")
    assert gaps(database, caller, batch_id) == []
    [lot_id] = sampled(database, caller, batch_id)
    assert gaps(database, caller, batch_id) == ["lot.undecided"]  # begun is begun
    judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR})
    assert gaps(database, caller, batch_id) == ["lot.rejected"]
