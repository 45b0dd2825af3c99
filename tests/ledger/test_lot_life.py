"""Lots in any order of steps that people may take: what must hold after each of them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger import reinspections
from qc.ledger.batches import batch_of_id
from qc.ledger.database import Database
from qc.ledger.lot_screening import remove_defective, resubmit, start_screening
from qc.ledger.lots import STANDING, list_lots, lots_of_batch, start_sampling, withdraw_sampling
from qc.ledger.reinspections import Result, list_open
from qc.ledger.sampling_policy import set_policy
from qc.ledger.states import BatchState, LotState, PieceState, Purpose
from qc.ledger.switching import list_switching, resume, state_of
from qc.ledger.tables import Batch, BatchPiece, Lot, Piece, Reinspection
from qc.ledger.verify import verify
from qc.standards.sampling import LotDecision, Plan, judge_lot
from qc.standards.switching import Switching
from tests.ledger.conftest import enter_organisation
from tests.ledger.lot_scenes import CHECKS, MAJOR, MINOR, SKU, accepted, filled_batch, standard_of

TEMPLATE: list[Path] = []
"""An SQLite file to copy, migrated once."""
BOSS = "supervisor-1"


class LotLife(RuleBasedStateMachine):
    """Batches of one SKU go through sampling, screening and resubmission while pieces come in."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="qc-lots-"))
        shutil.copy(TEMPLATE[0], self.folder / "ledger.db")
        self.database = Database(f"sqlite:///{self.folder / 'ledger.db'}")
        self.caller = enter_organisation(self.database, "weavers")
        self.batches = 0

    def teardown(self) -> None:
        with self.database.read() as session:
            assert [fault for report in verify(session) for fault in report.faults] == []
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        with self.database.write() as session:
            set_policy(
                session, self.caller, lots_required=True, accepted_rate=0.2, refused_rate=0.2, decided_by="admin-1"
            )
        self.open_batch(6)

    @precondition(lambda self: self.batches < 4)
    @rule(pieces=st.integers(1, 8))
    def open_batch(self, pieces: int) -> None:
        self.batches += 1
        filled_batch(self.database, self.caller, f"B-{self.batches}", pieces)

    @rule()
    def accept_a_piece(self) -> None:
        with self.database.write() as session:
            accepted(session, self.caller)

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        batch = self.one_of(data, BatchState.OPEN)
        if batch is None:
            return
        with self.database.read() as session:
            waiting = any(lot.state is LotState.SAMPLING and lot.previous_lot_id is None for lot in self.lots(session))
            stopped = any(state_of(row).discontinued for row in self.states(session))
            empty = not batch_of_id(session, self.caller.organisation_id, batch.id).lines[0].filled
        refused = False
        try:
            with self.database.write() as session:
                start_sampling(session, self.caller, session.get_one(Batch, batch.id), standard_of, BOSS)
        except Conflict:
            refused = True
        assert refused == (waiting or stopped or empty)

    @rule(data=st.data(), most=st.integers(1, 12), bad=st.sampled_from([0, 0, 0, 1, 3]))
    def judge(self, data: st.DataObject, most: int, bad: int) -> None:
        with self.database.read() as session:
            rows = list(list_open(session, self.caller, most))
        found: Any = [data.draw(st.sampled_from([MAJOR, MINOR])) for _ in rows[:bad]] + [()] * len(rows[bad:])
        for row, defects in zip(rows, found, strict=True):
            with self.database.write() as session:
                reinspections.record(session, self.caller, row.id, Result("reinspector-1", defects, CHECKS))

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        batch = self.one_of(data, BatchState.SAMPLING)
        if batch is None:
            return
        with self.database.read() as session:
            lots = [x for x in lots_of_batch(session, batch) if x.state in STANDING]
            ids = [lot.id for lot in lots]
            judged = session.scalar(
                select(func.count()).where(Reinspection.lot_id.in_(ids), Reinspection.state != "open")
            )
            may = not judged and all(lot.previous_lot_id is None for lot in lots)
        done = True
        try:
            with self.database.write() as session:
                withdraw_sampling(session, self.caller, session.get_one(Batch, batch.id), BOSS, "a mistake")
        except Conflict:
            done = False
        assert done == may

    @rule()
    def go_on_with_rejected_lots(self) -> None:
        for lot in self.in_states(LotState.REJECTED):
            with self.database.write() as session:
                start_screening(session, self.caller, lot.id, BOSS)

    @rule()
    def resubmit_screened_lots(self) -> None:
        for lot in self.in_states(LotState.SCREENED):
            why = "nothing of lot|discontinued"
            try:
                with self.database.write() as session:
                    new = resubmit(session, self.caller, lot.id, standard_of, BOSS)
                    assert {c["inspection"] for c in new.plan["classes"]} == {"tightened"}
            except Conflict as refusal:
                if re.search(why, refusal.detail) is None:
                    raise

    @rule()
    def remove(self) -> None:
        for lot in self.in_states(LotState.ACCEPTED):
            with self.database.write() as session:
                remove_defective(session, self.caller, lot.id, BOSS)

    @rule()
    def resume_what_stopped(self) -> None:
        with self.database.write() as session:
            for row in self.states(session):
                if state_of(row).discontinued:
                    resume(session, self.caller, row, BOSS, "the loom was mended")

    @invariant()
    def counts_agree_and_no_piece_is_in_two_places(self) -> None:
        with self.database.read() as session:
            placed = Counter(session.scalars(select(BatchPiece.batch_id)))
            for batch in session.scalars(select(Batch)).unique():
                assert sum(line.filled for line in batch.lines) == placed[batch.id]
            inside = session.scalar(select(func.count()).select_from(Piece).where(Piece.state == PieceState.IN_BATCH))
            assert inside == placed.total()

    @invariant()
    def decisions_are_the_librarys_and_move_the_states_in_order(self) -> None:
        with self.database.read() as session:
            states: dict[str, Switching] = {}
            for lot in sorted(self.lots(session), key=lambda lot: lot.number):
                if lot.decision is None:
                    continue
                plan = Plan.model_validate(lot.plan)
                worst: Any = session.scalars(
                    select(Reinspection.worst)
                    .where(Reinspection.lot_id == lot.id, Reinspection.purpose == Purpose.SAMPLE)
                    .order_by(Reinspection.position)
                ).all()
                decision = LotDecision.model_validate(lot.decision)
                assert decision == judge_lot(plan, worst)
                for result in decision.classes:
                    before = states.get(result.defect_class, Switching())
                    if before.discontinued and lot.previous_lot_id is None:
                        before = before.resume()  # somebody must have, or this lot could not have been drawn
                    states[result.defect_class] = before.after(result, original=lot.previous_lot_id is None)
            for row in self.states(session):
                known = states.get(row.defect_class, Switching())
                assert state_of(row) in {known, known.resume() if known.discontinued else known}

    @invariant()
    def a_batch_stands_as_its_lots_do(self) -> None:
        with self.database.read() as session:
            for batch in session.scalars(select(Batch)).unique():
                standing = {lot.state for lot in lots_of_batch(session, batch) if lot.state in STANDING}
                if standing & {LotState.REJECTED, LotState.SCREENING, LotState.SCREENED}:
                    assert batch.state is BatchState.REJECTED
                else:
                    assert batch.state is (BatchState.SAMPLING if standing else BatchState.OPEN)

    def one_of(self, data: st.DataObject, state: BatchState) -> Batch | None:
        with self.database.read() as session:
            found = session.scalars(select(Batch).where(Batch.state == state).order_by(Batch.number)).unique().all()
        return data.draw(st.sampled_from(found)) if found else None

    def in_states(self, *states: LotState) -> list[Lot]:
        with self.database.read() as session:
            return [lot for lot in self.lots(session) if lot.state in states]

    def lots(self, session: Session) -> list[Lot]:
        return list(list_lots(session, self.caller.organisation_id, 1000))

    def states(self, session: Session) -> list[Any]:
        return list(list_switching(session, self.caller.organisation_id, 100, sku=SKU))


@pytest.fixture
def template(migrated_file: Path) -> Path:
    TEMPLATE[:] = [migrated_file]
    return migrated_file


@pytest.mark.usefixtures("template")
def test_lots_hold_their_promises_in_any_order_of_steps() -> None:
    run_state_machine_as_test(
        LotLife,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
