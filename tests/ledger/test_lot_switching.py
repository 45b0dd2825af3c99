"""Switching states in the ledger: what stops, what resumes, and what reduced inspection needs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger import reinspections, switching
from qc.ledger.accounts import Caller
from qc.ledger.batches import batch_of_id
from qc.ledger.database import Database
from qc.ledger.lots import start_sampling
from qc.ledger.reinspections import Result
from qc.ledger.states import LotState
from qc.ledger.tables import Event, SwitchingState
from qc.standards.switching import Switching
from tests.ledger.conftest import enter_organisation
from tests.ledger.lot_scenes import CHECKS, MAJOR, PERSON, SKU, filled_batch, lot, sample, standard_of


def one_lot(database: Database, caller: Caller, number: str, *, bad: bool = False, reduced: bool = False) -> Any:
    """A batch of three is sampled and judged; the decided lot."""
    lot_id = begin(database, caller, number, reduced=reduced)
    finish(database, caller, lot_id, bad=bad, reduced=reduced)
    return lot(database, caller, lot_id)


def begin(database: Database, caller: Caller, number: str, *, reduced: bool = False) -> UUID:
    batch_id = filled_batch(database, caller, number, 3)
    with database.write() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        [drawn] = start_sampling(session, caller, batch, standard_of, "supervisor-1", reduced_allowed=reduced)
        return drawn.id


def finish(database: Database, caller: Caller, lot_id: UUID, *, bad: bool = False, reduced: bool = False) -> None:
    for index, row in enumerate(sample(database, caller, lot_id)):
        result = Result(PERSON, MAJOR if bad and index == 0 else (), CHECKS)
        with database.write() as session:
            reinspections.record(session, caller, row.id, result, reduced_allowed=reduced)


def major(database: Database, caller: Caller) -> SwitchingState:
    with database.read() as session:
        rows = switching.list_switching(session, caller.organisation_id, 10, sku=SKU)
        return next(row for row in rows if row.defect_class == "major")


def put(database: Database, caller: Caller, state: Switching) -> None:
    """Let a long history have led here."""
    with database.write() as session:
        row = switching.switching_of_id(session, caller.organisation_id, major(database, caller).id)
        row.state = state.model_dump(mode="json")


def state(database: Database, caller: Caller) -> Switching:
    return switching.state_of(major(database, caller))


def test_five_rejected_while_tightened_stop_sampling_until_somebody_resumes_it(
    database: Database, caller: Caller
) -> None:
    one_lot(database, caller, "B-1")
    put(database, caller, Switching(inspection="tightened", rejected_on_tightened=4))
    one_lot(database, caller, "B-2", bad=True)
    assert state(database, caller).discontinued
    with pytest.raises(Conflict, match="discontinued for major"):
        begin(database, caller, "B-3")
    with database.write() as session:
        row = switching.switching_of_id(session, caller.organisation_id, major(database, caller).id)
        switching.resume(session, caller, row, "admin-1", "new loom")
        with pytest.raises(Conflict, match="nothing to resume"):
            switching.resume(session, caller, row, "admin-1", "again")
    assert state(database, caller) == Switching(inspection="tightened")
    with database.read() as session:
        kinds = [event.type for event in session.query(Event).filter(Event.type.like("switching.%"))]
    assert kinds.count("switching.discontinued") == 1


def test_reduced_inspection_needs_the_setting_and_two_people(database: Database, caller: Caller) -> None:
    one_lot(database, caller, "B-1")
    with database.write() as session:
        row = switching.switching_of_id(session, caller.organisation_id, major(database, caller).id)
        with pytest.raises(BadRequest, match="QC_REDUCED_INSPECTION"):
            switching.allow_reduced(session, caller, row, "supervisor-1", "admin-1", reduced_allowed=False)
        with pytest.raises(BadRequest, match="two people"):
            switching.allow_reduced(session, caller, row, "admin-1", "admin-1", reduced_allowed=True)
        with pytest.raises(Conflict, match="no permission"):
            switching.withdraw_reduced(session, caller, row, "admin-1", "none there")


def allowed(database: Database, caller: Caller) -> None:
    """A state whose next accepted lot leads to reduced inspection."""
    one_lot(database, caller, "B-1")
    put(database, caller, Switching(score=29))
    with database.write() as session:
        row = switching.switching_of_id(session, caller.organisation_id, major(database, caller).id)
        switching.allow_reduced(session, caller, row, "supervisor-1", "admin-1", reduced_allowed=True)


def test_reduced_inspection_is_reached_used_and_left_when_the_setting_goes(database: Database, caller: Caller) -> None:
    allowed(database, caller)
    one_lot(database, caller, "B-2", reduced=True)
    assert state(database, caller) == Switching(inspection="reduced")
    third = one_lot(database, caller, "B-3", reduced=True)
    assert {c["defect_class"]: c["inspection"] for c in third.plan["classes"]}["major"] == "reduced"
    fourth = one_lot(database, caller, "B-4")
    assert {c["inspection"] for c in fourth.plan["classes"]} == {"normal"}
    assert state(database, caller).inspection == "normal"


def test_without_the_setting_no_score_leads_to_reduced(database: Database, caller: Caller) -> None:
    allowed(database, caller)
    one_lot(database, caller, "B-2")
    assert (state(database, caller).inspection, state(database, caller).score) == ("normal", 31)


def test_a_lot_drawn_before_reduced_inspection_ended_is_decided_all_the_same(
    database: Database, caller: Caller
) -> None:
    allowed(database, caller)
    one_lot(database, caller, "B-2", reduced=True)
    lot_id = begin(database, caller, "B-3", reduced=True)
    with database.write() as session:
        row = switching.switching_of_id(session, caller.organisation_id, major(database, caller).id)
        switching.withdraw_reduced(session, caller, row, "admin-1", "the harvest is late")
    finish(database, caller, lot_id, reduced=True)
    assert lot(database, caller, lot_id).state is LotState.ACCEPTED
    assert state(database, caller) == Switching()


def test_another_organisations_state_does_not_exist(database: Database, caller: Caller) -> None:
    one_lot(database, caller, "B-1")
    others = enter_organisation(database, "others")
    with pytest.raises(NotFound), database.read() as session:
        switching.switching_of_id(session, others.organisation_id, major(database, caller).id)
