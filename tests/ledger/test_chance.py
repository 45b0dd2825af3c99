"""Pieces judged again by chance: who is chosen, what a disagreement leads to, and the rates with their intervals."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from qc.errors import AlreadyDecided, BadRequest, Conflict
from qc.ledger import reinspections
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.batches import batch_of_id, hold_batch
from qc.ledger.carton_contents import pack
from qc.ledger.cartons import close_carton, open_carton
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.disagreements import list_disagreements
from qc.ledger.events import now
from qc.ledger.inspections import latest_inspection
from qc.ledger.lot_gaps import lot_gaps
from qc.ledger.lot_screening import remove_defective
from qc.ledger.pieces import piece_of_id
from qc.ledger.rates import rates
from qc.ledger.reinspections import list_open, reinspection_of_id
from qc.ledger.sampling_policy import set_policy
from qc.ledger.states import Outcome, PieceState, Purpose, ReinspectionState
from qc.ledger.tables import Event, Reinspection, SamplingPolicy
from qc.ledger.verify import verify
from qc.standards.chance import chosen
from qc.standards.estimates import estimate
from tests.ledger.conftest import enter_organisation
from tests.ledger.lot_scenes import MAJOR, accepted, filled_batch, inspected, judge, judge_all, sample, sampled
from tests.ledger.scenes import rule


def policy(database: Database, caller: Caller, accepted_rate: float, refused_rate: float) -> SamplingPolicy:
    with database.write() as session:
        return set_policy(
            session, caller, lots_required=False, accepted_rate=accepted_rate, refused_rate=refused_rate,
            decided_by="admin-1",
        )  # fmt: skip


def refused(database: Database, caller: Caller, outcome: Outcome = Outcome.REJECT) -> UUID:
    with database.write() as session:
        inspection = inspected(session, caller)
        decide(session, caller, inspection, rule(outcome, "reject"))
        return inspection.piece_id


def waiting(database: Database, caller: Caller) -> list[Reinspection]:
    with database.read() as session:
        return list(list_open(session, caller, 200))


def state(database: Database, caller: Caller, piece_id: UUID) -> PieceState:
    with database.read() as session:
        return piece_of_id(session, caller.organisation_id, piece_id).state


def test_without_a_policy_nothing_is_chosen(database: Database, caller: Caller) -> None:
    filled_batch(database, caller, "B-1", 3)
    refused(database, caller)
    assert waiting(database, caller) == []


def test_exactly_those_are_chosen_that_the_seed_tells(database: Database, caller: Caller) -> None:
    seed = policy(database, caller, 0.3, 0.6).seed
    with database.write() as session:
        good = [accepted(session, caller) for _ in range(40)]
    bad = [refused(database, caller) for _ in range(20)]
    told = {p for p in good if chosen(str(p), 1, seed, 0.3)} | {p for p in bad if chosen(str(p), 1, seed, 0.6)}
    assert {row.piece_id for row in waiting(database, caller)} == told
    assert {row.purpose for row in waiting(database, caller)} == {Purpose.ACCEPTED, Purpose.REFUSED}


def test_the_seed_is_told_in_the_chain_only_once_it_is_replaced(database: Database, caller: Caller) -> None:
    first = policy(database, caller, 0.5, 0.5).seed
    second = policy(database, caller, 0.1, 0.5).seed
    assert first != second
    with database.read() as session:
        bodies = [event.body for event in session.query(Event).order_by(Event.sequence)]
    set_events = [json.loads(b)["data"] for b in bodies if json.loads(b)["type"] == "sampling.policy_set"]
    assert [e["previous_seed"] for e in set_events] == [None, first]
    assert [e["seed_sha256"] for e in set_events] == [sha256(s.encode()).hexdigest() for s in (first, second)]
    assert all(second not in body for body in bodies)


@pytest.mark.parametrize("rate", [-0.1, 1.5])
def test_a_rate_is_a_share(database: Database, caller: Caller, rate: float) -> None:
    with pytest.raises(BadRequest, match="0 to 1"):
        policy(database, caller, rate, 0.5)


def test_an_escape_leaves_its_open_batch_and_a_person_looks(database: Database, caller: Caller) -> None:
    policy(database, caller, 1, 0)
    filled_batch(database, caller, "B-1", 2)
    bad, good = waiting(database, caller)
    judge(database, caller, bad.id, MAJOR)
    judge(database, caller, good.id)
    assert state(database, caller, bad.piece_id) is PieceState.REFERRED
    assert state(database, caller, good.piece_id) is PieceState.IN_BATCH
    with database.read() as session:
        assert batch_of_piece(session, bad.piece_id) is None
        assert [row.id for row in list_disagreements(session, caller.organisation_id, 10)] == [bad.id]


def test_an_escape_in_a_frozen_batch_stays_until_its_lot_is_decided_and_leaves_before_sealing(
    database: Database, caller: Caller
) -> None:
    policy(database, caller, 1, 0)
    batch_id = filled_batch(database, caller, "B-1", 30)
    by_chance = waiting(database, caller)
    [lot_id] = sampled(database, caller, batch_id)
    drawn = sample(database, caller, lot_id)
    outside = next(row for row in by_chance if row.piece_id not in {x.piece_id for x in drawn})
    judge(database, caller, outside.id, MAJOR)
    assert state(database, caller, outside.piece_id) is PieceState.IN_BATCH
    with database.read() as session:
        [event] = session.query(Event).filter(Event.type == "reinspection.disagreed")
        assert "pieces are removed while it is open" in json.loads(event.body)["data"]["kept"]
    judge_all(database, caller, drawn, {})
    with database.read() as session:
        gaps = list(lot_gaps(session, batch_of_id(session, caller.organisation_id, batch_id)))
        assert [(gap.code, gap.subjects) for gap in gaps] == [("lot.defective", (str(outside.piece_id),))]
    with database.write() as session:
        assert remove_defective(session, caller, lot_id, "supervisor-1") == [outside.piece_id]
        assert list(lot_gaps(session, batch_of_id(session, caller.organisation_id, batch_id))) == []


def test_an_escape_in_a_closed_carton_keeps_its_batch_from_being_sealed(database: Database, caller: Caller) -> None:
    policy(database, caller, 1, 0)
    batch_id = filled_batch(database, caller, "B-1", 1)
    [row] = waiting(database, caller)
    with database.write() as session:
        batch = hold_batch(session, caller, batch_id)
        carton = open_carton(session, caller, batch)
        pack(session, caller, carton, [row.piece_id])
        close_carton(session, caller, carton)
    judge(database, caller, row.id, MAJOR)
    assert state(database, caller, row.piece_id) is PieceState.IN_BATCH
    with database.read() as session:
        [gap] = lot_gaps(session, batch_of_id(session, caller.organisation_id, batch_id))
    assert (gap.code, gap.subjects, gap.waivable) == ("lot.defective", (str(row.piece_id),), False)


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.RETURN])
def test_a_false_reject_is_referred_so_that_it_can_be_accepted(
    database: Database, caller: Caller, outcome: Outcome
) -> None:
    policy(database, caller, 0, 1)
    piece_id = refused(database, caller, outcome)
    [row] = waiting(database, caller)
    judge(database, caller, row.id)
    assert state(database, caller, piece_id) is PieceState.REFERRED
    with database.write() as session:
        decide(session, caller, latest_inspection(session, piece_id), rule(Outcome.ACCEPT, decided_by="supervisor-1"))
    assert state(database, caller, piece_id) is PieceState.ACCEPTED
    assert waiting(database, caller) == []  # one attempt is drawn once


def test_a_piece_that_comes_back_is_missed_and_drawn_anew(database: Database, caller: Caller) -> None:
    policy(database, caller, 0, 1)
    piece_id = refused(database, caller, Outcome.RETURN)
    [first] = waiting(database, caller)
    with database.write() as session:
        again = inspected(session, caller, piece_id=piece_id)
        assert again.attempt == 2
    with database.read() as session:
        assert reinspection_of_id(session, caller.organisation_id, first.id).state is ReinspectionState.MISSED
    with pytest.raises(Conflict, match="missed"):
        judge(database, caller, first.id)
    with database.write() as session:
        decide(session, caller, latest_inspection(session, piece_id), rule(Outcome.RETURN, "rework"))
    [second] = waiting(database, caller)
    assert (second.attempt, second.occasion) == (2, "attempt:2")


def test_a_piece_that_is_gone_is_missed(database: Database, caller: Caller) -> None:
    policy(database, caller, 1, 0)
    filled_batch(database, caller, "B-1", 2)
    row = waiting(database, caller)[0]
    for _ in range(2):
        with database.write() as session:
            reinspections.miss(session, caller, row.id, "reinspector-1", "sold at the market")
    with database.read() as session:
        assert rates(session, caller.organisation_id)[Purpose.ACCEPTED].missed == 1


def test_rates_are_those_of_the_library_by_stratum_with_what_is_open(database: Database, caller: Caller) -> None:
    policy(database, caller, 1, 1)
    batch_id = filled_batch(database, caller, "B-1", 6)
    rejected = [refused(database, caller) for _ in range(4)]
    by_piece = {row.piece_id: row for row in waiting(database, caller)}
    good = [row for row in by_piece.values() if row.purpose is Purpose.ACCEPTED]
    [lot_id] = sampled(database, caller, batch_id)
    judge_all(database, caller, sample(database, caller, lot_id), {0: MAJOR})
    judge_all(database, caller, good[:5], {0: MAJOR, 1: MAJOR})
    for piece_id, bad in zip(rejected[:3], (True, False, True), strict=True):
        judge(database, caller, by_piece[piece_id].id, MAJOR if bad else ())
    with database.read() as session:
        found = rates(session, caller.organisation_id)
        n = len(sample(database, caller, lot_id))
        assert found[Purpose.ACCEPTED].rate == estimate(2, 5)
        assert found[Purpose.SAMPLE].rate == estimate(1, n)
        assert found[Purpose.REFUSED].rate == estimate(1, 3)
        assert (found[Purpose.ACCEPTED].open, found[Purpose.REFUSED].open) == (1, 1)
        assert rates(session, caller.organisation_id, confidence=0.9)[Purpose.SAMPLE].rate == estimate(1, n, 0.9)
        later = rates(session, caller.organisation_id, since=now() + timedelta(seconds=1))
        assert later[Purpose.SAMPLE].rate is None
        assert rates(session, caller.organisation_id, sku="OTHER")[Purpose.SAMPLE].judged == 0
        assert all(not report.faults for report in verify(session))


def test_rates_of_another_organisation_are_its_own(database: Database, caller: Caller) -> None:
    policy(database, caller, 1, 1)
    refused(database, caller)
    others = enter_organisation(database, "others")
    with database.read() as session:
        assert rates(session, others.organisation_id)[Purpose.REFUSED].open == 0
        assert rates(session, caller.organisation_id)[Purpose.REFUSED].open == 1


def test_a_result_is_recorded_once(database: Database, caller: Caller) -> None:
    policy(database, caller, 0, 1)
    refused(database, caller)
    [row] = waiting(database, caller)
    judge(database, caller, row.id, MAJOR)
    with pytest.raises(AlreadyDecided):
        judge(database, caller, row.id)
