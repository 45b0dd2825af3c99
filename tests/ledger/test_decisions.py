from __future__ import annotations

import pytest

from qc.errors import AlreadyDecided, BadRequest, ChecksMissing, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.pieces import piece_of_id
from qc.ledger.states import Outcome, PieceState
from tests.ledger.scenes import accept, inspect, rule


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPT, PieceState.ACCEPTED),
        (Outcome.RETURN, PieceState.RETURNED),
        (Outcome.REJECT, PieceState.REJECTED),
        (Outcome.REFER, PieceState.REFERRED),
    ],
)
def test_each_outcome_gives_its_state(database: Database, caller: Caller, outcome: Outcome, state: PieceState) -> None:
    with database.write() as session:
        inspection = inspect(session, caller)
        decide(session, caller, inspection, rule(outcome))
        assert inspection.piece.state is state


def test_the_same_decision_again_is_the_one_that_stands(database: Database, caller: Caller) -> None:
    with database.write() as session:
        inspection = inspect(session, caller)
        first = accept(session, caller, inspection)
    with database.write() as session:
        assert accept(session, caller, inspection).id == first.id


def test_a_different_decision_is_refused(database: Database, caller: Caller) -> None:
    with database.write() as session:
        inspection = inspect(session, caller)
        accept(session, caller, inspection)
    with pytest.raises(AlreadyDecided, match="needs `overrule`"), database.write() as session:
        decide(session, caller, inspection, rule(Outcome.REJECT))


def test_a_piece_may_be_referred_and_then_decided(database: Database, caller: Caller) -> None:
    with database.write() as session:
        inspection = inspect(session, caller)
        decide(session, caller, inspection, rule(Outcome.REFER))
        assert accept(session, caller, inspection).number == 2


def test_missing_checks_forbid_acceptance_but_not_return(database: Database, caller: Caller) -> None:
    with database.write() as session:
        inspection = inspect(session, caller, status="awaiting_checks", grade=None)
    missing = rule(Outcome.ACCEPT, checks_missing=("moisture", "odour"))
    with pytest.raises(ChecksMissing, match="moisture, odour"), database.write() as session:
        decide(session, caller, inspection, missing)
    with database.write() as session:
        decide(session, caller, inspection, rule(Outcome.RETURN, None, checks_missing=("moisture",)))


@pytest.mark.parametrize("grade", ["B", "rework", "reject", None])
def test_only_an_export_grade_is_accepted(database: Database, caller: Caller, grade: str | None) -> None:
    with database.write() as session:
        inspection = inspect(session, caller, grade=grade)
    with pytest.raises(Conflict, match="not exported"), database.write() as session:
        decide(session, caller, inspection, rule(Outcome.ACCEPT, grade))


def test_a_standard_without_a_sku_never_logs(database: Database, caller: Caller) -> None:
    with database.write() as session:
        inspection = inspect(session, caller, sku=None)
    with pytest.raises(Conflict, match="never logged"), database.write() as session:
        accept(session, caller, inspection)


def test_a_wrong_rejection_can_be_overruled_by_name_and_with_a_reason(database: Database, caller: Caller) -> None:
    with database.write() as session:
        inspection = inspect(session, caller, grade="reject")
        decide(session, caller, inspection, rule(Outcome.REJECT, "reject"))
    for half in ({"reason": "shadow, no hole"}, {"decided_by": "insp-2"}):
        with pytest.raises(BadRequest, match="overrule"), database.write() as session:
            decide(session, caller, inspection, rule(Outcome.OVERRULE, "A", **half))
    with database.write() as session:
        decide(session, caller, inspection, rule(Outcome.OVERRULE, "A", reason="shadow, no hole", decided_by="insp-2"))
        assert len(inspection.decisions) == 2
    with database.read() as session:
        piece = piece_of_id(session, caller.organisation_id, inspection.piece_id)
        assert (piece.state, piece.grade) == (PieceState.ACCEPTED, "A")


def test_only_the_newest_inspection_is_decided_on(database: Database, caller: Caller) -> None:
    with database.write() as session:
        old = inspect(session, caller)
        inspect(session, caller, old.piece_id)
    with pytest.raises(Conflict, match="newer inspection"), database.write() as session:
        accept(session, caller, old)
