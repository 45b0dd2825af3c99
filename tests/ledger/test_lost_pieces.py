"""A piece of a lot that is gone counts against the lot, and who said so cannot be changed unseen."""

from __future__ import annotations

from qc.ledger import reinspections
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.database import Database
from qc.ledger.lot_screening import remove_defective, start_screening, to_take_out
from qc.ledger.lots import lot_of_id
from qc.ledger.rates import rates
from qc.ledger.states import LotState, Purpose, ReinspectionState
from qc.ledger.tables import Reinspection
from qc.ledger.verify import verify
from tests.ledger.lot_scenes import filled_batch, judge_all, lot, sample, sampled


def lose(database: Database, caller: Caller, row: Reinspection) -> None:
    with database.write() as session:
        reinspections.miss(session, caller, row.id, "reinspector-1", "fell from the truck")


def test_a_drawn_piece_that_is_gone_counts_as_a_major_defect_and_decides_the_lot(
    database: Database, caller: Caller
) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 4))
    drawn = sample(database, caller, lot_id)
    judge_all(database, caller, drawn[1:], {})
    assert lot(database, caller, lot_id).state is LotState.SAMPLING
    for _ in range(2):  # said again, it is said once
        lose(database, caller, drawn[0])
    decided = lot(database, caller, lot_id)
    assert decided.state is LotState.REJECTED
    assert decided.decision is not None
    assert {x["defect_class"]: x["d"] for x in decided.decision["classes"]} == {"critical": 0, "major": 1, "minor": 0}
    with database.read() as session:
        of_samples = rates(session, caller.organisation_id)[Purpose.SAMPLE]
        assert (of_samples.judged, of_samples.missed) == (len(drawn) - 1, 1)  # nobody judged it: no rate rests on it
        assert all(not report.faults for report in verify(session))
    with database.write() as session:
        session.get_one(Reinspection, drawn[0].id).remark = "stolen"
    with database.read() as session:
        assert [f"re-inspection {drawn[0].id} was changed" in report.faults[0] for report in verify(session)] == [True]


def test_a_lost_piece_leaves_the_batch_of_a_screened_lot(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 20))
    drawn = sample(database, caller, lot_id)
    for row in drawn[:2]:
        lose(database, caller, row)
    judge_all(database, caller, drawn[2:], {})
    assert lot(database, caller, lot_id).state is LotState.REJECTED
    with database.write() as session:
        start_screening(session, caller, lot_id, "supervisor-1")
    with database.read() as session:
        rest = reinspections.list_open(session, caller, 100, lot_id=lot_id)
    lose(database, caller, rest[0])
    judge_all(database, caller, rest[1:], {})
    assert lot(database, caller, lot_id).state is LotState.SCREENED
    gone = {drawn[0].piece_id, drawn[1].piece_id, rest[0].piece_id}
    with database.write() as session:
        bad = to_take_out(session, lot_of_id(session, caller.organisation_id, lot_id))
        assert {piece.id for piece in bad} == gone
        assert set(remove_defective(session, caller, lot_id, "supervisor-1")) == gone
        assert batch_of_piece(session, rest[0].piece_id) is None
        assert session.get_one(Reinspection, rest[0].id).state is ReinspectionState.MISSED
