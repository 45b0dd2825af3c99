"""A batch is frozen, a sample drawn that anybody can draw again, and the lot decided by its plan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from qc.errors import AlreadyDecided, ChecksMissing, Conflict, NotAllowed, NotFound
from qc.ledger import reinspections
from qc.ledger.accounts import Caller
from qc.ledger.batches import NewBatchLine, batch_of_id, open_batch
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.lot_draw import draw_is_genuine, pieces_of_lot
from qc.ledger.lots import list_lots, lot_of_id, withdraw_sampling
from qc.ledger.pieces import piece_of_id
from qc.ledger.reinspections import Result, list_open
from qc.ledger.states import BatchState, LotState, PieceState, ReinspectionState
from qc.ledger.switching import list_switching, state_of
from qc.ledger.tables import Event, LotPiece, Reinspection
from qc.ledger.verify import verify
from qc.standards.sampling import Plan, judge_lot, plan_lot
from tests.ledger.conftest import enter_organisation
from tests.ledger.lot_scenes import (
    CHECKS,
    CRITICAL,
    MAJOR,
    MINOR,
    PERSON,
    SKU,
    STANDARD,
    accepted,
    filled_batch,
    judge,
    judge_all,
    lot,
    sample,
    sampled,
)


def batch_state(database: Database, caller: Caller, batch_id: UUID) -> BatchState:
    with database.read() as session:
        return batch_of_id(session, caller.organisation_id, batch_id).state


def test_sampling_freezes_the_batch_and_writes_plan_content_and_seed_down(database: Database, caller: Caller) -> None:
    batch_id = filled_batch(database, caller, "B-1", 30)
    [lot_id] = sampled(database, caller, batch_id)
    drawn = lot(database, caller, lot_id)
    assert (drawn.state, drawn.size, drawn.number, drawn.sku) == (LotState.SAMPLING, 30, 1, SKU)
    assert STANDARD.sampling is not None
    assert Plan.model_validate(drawn.plan) == plan_lot(30, STANDARD.sampling)
    assert drawn.plan["edition"] == "ISO 2859-1:1999"
    assert batch_state(database, caller, batch_id) is BatchState.SAMPLING
    with database.write() as session:
        late = accepted(session, caller)
        assert piece_of_id(session, caller.organisation_id, late).state is PieceState.ACCEPTED  # it waits outside
    with database.read() as session:
        assert len(pieces_of_lot(session, drawn, 100)) == 30
        assert draw_is_genuine(session, drawn)
        assert all(not report.faults for report in verify(session))


def test_an_auditor_repeats_the_draw_from_what_is_stored(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 40))
    stored = lot(database, caller, lot_id)
    with database.read() as session:
        content = [str(row.piece_id) for row in pieces_of_lot(session, stored, 100)]
    assert sha256("\n".join(sorted(content)).encode()).hexdigest() == stored.content_sha256
    by_hand = sorted(content, key=lambda piece: sha256(f"{stored.seed}\n{piece}".encode()).hexdigest())
    drawn = [str(row.piece_id) for row in sample(database, caller, lot_id)]
    assert drawn == by_hand[: stored.plan["n"]]
    assert len(set(drawn)) == len(drawn) < 40


@pytest.mark.parametrize("what", ["seed", "content", "order"])
def test_a_draw_that_was_tampered_with_is_not_genuine(database: Database, caller: Caller, what: str) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 20))
    rows = sample(database, caller, lot_id)
    with database.write() as session:
        stored = lot_of_id(session, caller.organisation_id, lot_id)
        if what == "seed":
            stored.seed = "0" * 32
        elif what == "content":
            session.delete(session.get_one(LotPiece, (lot_id, rows[0].piece_id)))
        else:
            outside = next(
                p for p in pieces_of_lot(session, stored, 99) if p.piece_id not in {r.piece_id for r in rows}
            )
            session.execute(update(Reinspection).where(Reinspection.id == rows[0].id).values(piece_id=outside.piece_id))
        session.flush()
        session.expire_all()
        assert not draw_is_genuine(session, lot_of_id(session, caller.organisation_id, lot_id))


def test_a_small_lot_is_inspected_whole(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 4))
    assert lot(database, caller, lot_id).plan["every_piece"]
    assert len(sample(database, caller, lot_id)) == 4


def test_each_sku_of_a_batch_is_a_lot_of_its_own(database: Database, caller: Caller) -> None:
    batch_id = filled_batch(database, caller, "B-1", 3, 2, skus=(SKU, "OTHER"))
    one, other = sampled(database, caller, batch_id)
    assert {(lot(database, caller, x).sku, lot(database, caller, x).size) for x in (one, other)} == {
        (SKU, 3),
        ("OTHER", 2),
    }
    judge_all(database, caller, sample(database, caller, one), {})
    judge_all(database, caller, sample(database, caller, other), {0: MAJOR, 1: MAJOR})
    assert lot(database, caller, one).state is LotState.ACCEPTED
    assert lot(database, caller, other).state is LotState.REJECTED
    assert batch_state(database, caller, batch_id) is BatchState.REJECTED


def test_the_lot_is_decided_with_its_last_piece_and_not_before(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 30))
    rows = sample(database, caller, lot_id)
    judge_all(database, caller, rows[:-1], {})
    assert lot(database, caller, lot_id).state is LotState.SAMPLING
    judge(database, caller, rows[-1].id)
    decided = lot(database, caller, lot_id)
    assert decided.state is LotState.ACCEPTED
    assert decided.decision is not None
    assert [(c["defect_class"], c["d"]) for c in decided.decision["classes"]] == [
        ("critical", 0), ("major", 0), ("minor", 0),
    ]  # fmt: skip
    with database.read() as session:
        [event] = session.query(Event).filter(Event.type == "lot.accepted").all()
        assert '"edition":"ISO 2859-1:1999"' in event.body
        assert '"ac":1' in event.body
        assert all(not report.faults for report in verify(session))


FOUND = {None: (), "minor": MINOR, "major": MAJOR, "critical": CRITICAL}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(st.sampled_from([None, None, None, "minor", "major", "critical"]), min_size=13, max_size=13))
def test_every_decision_is_that_of_the_library(database: Database, found: list[Any]) -> None:
    caller = enter_organisation(database, f"org-{uuid7()}")
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 13))
    rows = sample(database, caller, lot_id)
    judge_all(database, caller, rows, {n: FOUND[worst] for n, worst in enumerate(found)})
    decided = lot(database, caller, lot_id)
    wanted = judge_lot(Plan.model_validate(decided.plan), found[: len(rows)])
    assert decided.decision == wanted.model_dump(mode="json")
    assert (decided.state is LotState.ACCEPTED) == wanted.accepted


def test_a_piece_is_judged_once_and_the_same_result_again_changes_nothing(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 3))
    row = sample(database, caller, lot_id)[0]
    first = judge(database, caller, row.id, MAJOR)
    assert judge(database, caller, row.id, MAJOR).closed_at == first.closed_at
    with pytest.raises(AlreadyDecided, match="once for each occasion"):
        judge(database, caller, row.id)
    with pytest.raises(AlreadyDecided):
        judge(database, caller, row.id, MAJOR, person="reinspector-2")


def test_two_people_at_once_judge_a_sample_without_judging_a_piece_twice(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 30))
    rows = sample(database, caller, lot_id)

    def work(person: str) -> int:
        done = 0
        for row in rows:
            try:
                judge(database, caller, row.id, person=person)
                done += 1
            except AlreadyDecided:
                continue
        return done

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, ["reinspector-1", "reinspector-2"]))
    assert sum(done) == len(rows)
    decided = lot(database, caller, lot_id)
    assert decided.state is LotState.ACCEPTED
    with database.read() as session:
        assert session.query(Event).filter(Event.type == "reinspection.recorded").count() == len(rows)
        assert session.query(Event).filter(Event.type == "lot.accepted").count() == 1
        assert all(not report.faults for report in verify(session))


def test_two_people_cannot_begin_sampling_twice(database: Database, caller: Caller) -> None:
    batch_id = filled_batch(database, caller, "B-1", 5)

    def begin(_: int) -> bool:
        try:
            sampled(database, caller, batch_id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(begin, range(2))) == [False, True]
    with database.read() as session:
        assert len(list_lots(session, caller.organisation_id, 10)) == 1


def test_whoever_inspected_or_decided_may_not_judge_again(database: Database, caller: Caller) -> None:
    inspector = Caller(caller.organisation_id, "person:inspector-3", caller.scopes)
    batch_id = filled_batch(database, inspector, "B-1", 2)
    [lot_id] = sampled(database, caller, batch_id)
    row = sample(database, caller, lot_id)[0]
    with pytest.raises(NotAllowed, match="somebody else"):
        judge(database, caller, row.id, person="inspector-3")
    with database.read() as session:
        assert list_open(session, inspector, 10) == []
        assert [x.id for x in list_open(session, caller, 10)] == [x.id for x in sample(database, caller, lot_id)]
    judge(database, caller, row.id, person="inspector-4")


def test_required_checks_are_recorded_or_waived_unless_something_critical_was_found(
    database: Database, caller: Caller
) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 3))
    one, two, _ = sample(database, caller, lot_id)
    with pytest.raises(ChecksMissing, match="moisture_pct"), database.write() as session:
        reinspections.record(session, caller, one.id, Result(PERSON, MAJOR, {}))
    with database.write() as session:
        assert reinspections.record(session, caller, one.id, Result(PERSON, CRITICAL, {})).worst == "critical"
        wet = reinspections.record(session, caller, two.id, Result(PERSON, (), {**CHECKS, "moisture_pct": 20.0}))
    assert [d["code"] for d in wet.defects or []] == ["MOISTURE_HIGH"]
    assert (wet.worst, wet.meets_standard) == (STANDARD.rules["MOISTURE_HIGH"].severity, False)


def test_one_lot_of_a_sku_is_decided_before_the_next_is_drawn(database: Database, caller: Caller) -> None:
    first, second = filled_batch(database, caller, "B-1", 3), filled_batch(database, caller, "B-2", 3)
    [lot_id] = sampled(database, caller, first)
    with pytest.raises(Conflict, match="not decided yet"):
        sampled(database, caller, second)
    assert batch_state(database, caller, second) is BatchState.OPEN
    judge_all(database, caller, sample(database, caller, lot_id), {})
    [next_lot] = sampled(database, caller, second)
    assert lot(database, caller, next_lot).number == 2


def test_lots_move_the_switching_states_in_order(database: Database, caller: Caller) -> None:
    def run(number: str, bad: bool) -> Any:
        [lot_id] = sampled(database, caller, filled_batch(database, caller, number, 3))
        judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR} if bad else {})
        return lot(database, caller, lot_id)

    assert run("B-1", bad=False).switching["major"]["after"]["score"] == 2
    run("B-2", bad=True)
    third = run("B-3", bad=True)
    assert third.switching["major"]["after"]["inspection"] == "tightened"
    assert third.switching["minor"]["after"] == {**third.switching["minor"]["before"], "score": 6} | {
        "recent": [True, True, True]
    }
    fourth = run("B-4", bad=False)
    assert {c["defect_class"]: c["inspection"] for c in fourth.plan["classes"]} == {
        "critical": "normal", "major": "tightened", "minor": "normal",
    }  # fmt: skip
    with database.read() as session:
        rows = {row.defect_class: row for row in list_switching(session, caller.organisation_id, 10)}
        assert (state_of(rows["major"]).inspection, rows["major"].lots, rows["major"].aql) == ("tightened", 4, "2.5")
        assert session.query(Event).filter(Event.type == "switching.switched").count() == 1


def test_a_sampling_begun_by_mistake_is_withdrawn_only_while_nothing_was_judged(
    database: Database, caller: Caller
) -> None:
    batch_id = filled_batch(database, caller, "B-1", 3)
    [lot_id] = sampled(database, caller, batch_id)
    with database.write() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        withdraw_sampling(session, caller, batch, "supervisor-1", "the wrong batch")
    assert lot(database, caller, lot_id).state is LotState.WITHDRAWN
    assert {row.state for row in sample(database, caller, lot_id)} == {ReinspectionState.WITHDRAWN}
    assert batch_state(database, caller, batch_id) is BatchState.OPEN
    [again] = sampled(database, caller, batch_id)
    judge(database, caller, sample(database, caller, again)[0].id, MAJOR)
    with pytest.raises(Conflict, match="judged already"), database.write() as session:
        withdraw_sampling(
            session, caller, batch_of_id(session, caller.organisation_id, batch_id), "supervisor-1", "it looks bad"
        )


def test_an_empty_or_frozen_batch_is_not_sampled(database: Database, caller: Caller) -> None:
    with database.write() as session:
        empty = open_batch(session, caller, "B-0", [NewBatchLine("NOTHING", 5)]).id
    with pytest.raises(Conflict, match="empty"):
        sampled(database, caller, empty)
    batch_id = filled_batch(database, caller, "B-1", 2)
    sampled(database, caller, batch_id)
    with pytest.raises(Conflict, match="while it is open"):
        sampled(database, caller, batch_id)


def test_another_organisations_lot_does_not_exist(database: Database, caller: Caller) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 2))
    row = sample(database, caller, lot_id)[0]
    others = enter_organisation(database, "others")
    with pytest.raises(NotFound):
        lot(database, others, lot_id)
    with pytest.raises(NotFound):
        judge(database, others, row.id)
    with database.read() as session:
        assert list_open(session, others, 10) == []


@pytest.mark.parametrize("what", ["plan", "decision", "result", "sample", "forged"])
def test_tampering_with_a_lot_shows(database: Database, caller: Caller, what: str) -> None:
    [lot_id] = sampled(database, caller, filled_batch(database, caller, "B-1", 20))
    rows = sample(database, caller, lot_id)
    judge_all(database, caller, rows, {0: MAJOR, 1: MAJOR})
    with database.write() as session:
        stored = lot_of_id(session, caller.organisation_id, lot_id)
        if what == "plan":
            stored.plan = {**stored.plan, "n": 3}
        elif what == "decision":
            stored.decision = {**(stored.decision or {}), "accepted": True}
        elif what == "sample":
            outside = next(
                p for p in pieces_of_lot(session, stored, 99) if p.piece_id not in {r.piece_id for r in rows}
            )
            session.get_one(Reinspection, rows[0].id).piece_id = outside.piece_id
        elif what == "result":
            session.get_one(Reinspection, rows[0].id).worst = None
        else:
            stored.previous_lot_id = None
            session.get_one(Reinspection, rows[0].id).state = ReinspectionState.OPEN
    with database.read() as session:
        [report] = verify(session)
        assert report.faults, what
