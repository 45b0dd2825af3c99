"""Switching rules of ISO 2859-1:1999, in scenarios and as properties."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import BadRequest, Conflict
from qc.standards.aql_tables import Inspection, aql_tables
from qc.standards.sampling import ClassPlan, ClassResult
from qc.standards.switching import ReducedPermission, SignedOff, Switching

SIGNED = SignedOff(by="supervisor-7", at=datetime(2026, 11, 24, tzinfo=UTC))
PERMISSION = ReducedPermission(steady_production=SIGNED, authority=SIGNED)


def result(d: int, inspection: Inspection = "normal", letter: str = "K", aql: float = 2.5) -> ClassResult:
    """A major class on letter K at AQL 2.5: normal Ac 7, and 5 one step tighter; tightened Ac 5; reduced Ac 5."""
    plan = aql_tables().plan(inspection, letter, aql)
    rule = ClassPlan(
        defect_class="major", aql=aql, inspection=inspection, letter=plan.letter, n=plan.n, ac=plan.ac, re=plan.re
    )
    return ClassResult(defect_class="major", d=d, plan=rule, accepted=d <= plan.ac)


GOOD, PASSABLE, BAD = 0, 6, 50
"""Accepted one step tighter too; accepted on normal only; rejected everywhere."""


def run(state: Switching, lots: str, permission: ReducedPermission | None = None) -> Switching:
    """The state after lots: a accepted, r rejected, A and R resubmitted ones."""
    for lot in lots:
        lot_result = result(GOOD if lot in "aA" else BAD, state.inspection)
        state = state.after(lot_result, original=lot.islower(), reduced=permission)
    return state


@pytest.mark.parametrize(
    ("lots", "inspection"),
    [
        ("", "normal"), ("r", "normal"), ("rr", "tightened"), ("rar", "tightened"), ("raar", "tightened"),
        ("raaar", "tightened"), ("raaaar", "normal"), ("raaaarr", "tightened"), ("aaaaaaar", "normal"),
    ],
)  # fmt: skip
def test_two_of_five_rejected_lots_tighten(lots: str, inspection: str) -> None:
    assert run(Switching(), lots).inspection == inspection


@pytest.mark.parametrize(
    ("lots", "inspection"),
    [("aaaa", "tightened"), ("aaaaa", "normal"), ("aaaraaaa", "tightened"), ("raaaaa", "normal")],
)
def test_five_accepted_lots_in_a_row_loosen_again(lots: str, inspection: str) -> None:
    state = run(Switching(inspection="tightened"), lots)
    assert state.inspection == inspection
    if inspection == "normal":
        assert state == Switching()


def test_a_switch_begins_a_new_window() -> None:
    assert run(Switching(), "rr").recent == ()
    assert run(Switching(), "rraaaaar").inspection == "normal"


def test_five_rejected_lots_on_tightened_stop_sampling() -> None:
    state = run(Switching(), "rr" + "raara" + "raaaar")
    assert (state.inspection, state.rejected_on_tightened, state.discontinued) == ("tightened", 4, False)
    stopped = run(state, "r")
    assert stopped.discontinued
    with pytest.raises(Conflict, match="resume it first"):
        run(stopped, "a")
    assert stopped.resume() == Switching(inspection="tightened")
    with pytest.raises(Conflict, match="nothing to resume"):
        state.resume()


def test_leaving_tightened_forgets_its_rejected_lots() -> None:
    assert run(Switching(), "rr" + "rrrr" + "aaaaa" + "rr" + "rrrr").rejected_on_tightened == 4


def test_resubmitted_lots_never_count() -> None:
    state = run(Switching(), "rRRRRAAAA")
    assert state == run(Switching(), "r")
    stopped = run(Switching(inspection="tightened"), "rrrrr")
    assert run(stopped, "A") == stopped


def test_the_score_asks_one_step_tighter_where_ac_is_two_or_more() -> None:
    state = Switching().after(result(5))
    assert state.score == 3
    assert state.after(result(4)).score == 6
    assert state.after(result(PASSABLE)).score == 0  # accepted, but not at AQL 1.5
    assert state.after(result(PASSABLE)).recent == (True, True)


def test_the_score_asks_acceptance_where_ac_is_zero_or_one() -> None:
    for letter, ac in (("C", 0), ("F", 1)):
        at = result(ac, letter=letter)
        assert at.plan.ac == ac
        state = Switching().after(at)
        assert state.score == 2
        assert state.after(at).score == 4
        assert state.after(result(ac + 1, letter=letter)).score == 0


def test_one_step_tighter_keeps_the_sample_size_wherever_ac_is_two_or_more() -> None:
    tables = aql_tables()
    seen = 0
    for letter in tables.tables["normal"]:
        for aql in tables.aqls:
            plan = tables.plan("normal", letter, aql)
            if plan.ac >= 2:
                tighter = tables.one_step_tighter("normal", plan, aql)
                assert tighter is not None
                assert tighter.n == plan.n
                assert tighter.ac < plan.ac
                seen += 1
    assert seen > 150


@pytest.mark.parametrize(("letter", "lots"), [("K", 10), ("F", 15)])
def test_reduced_needs_a_score_of_thirty_and_permission(letter: str, lots: int) -> None:
    state = Switching()
    for _ in range(lots - 1):
        state = state.after(result(0, letter=letter), reduced=PERMISSION)
    assert (state.inspection, state.score) == ("normal", 30 - (3 if letter == "K" else 2))
    assert state.after(result(0, letter=letter)).inspection == "normal"
    assert state.after(result(0, letter=letter)).score == 30
    assert state.after(result(0, letter=letter), reduced=PERMISSION) == Switching(inspection="reduced")


def test_reduced_is_left_on_a_rejected_lot_on_irregular_production_and_on_request() -> None:
    state = Switching(inspection="reduced")
    assert run(state, "aaaaaaa", PERMISSION).inspection == "reduced"
    assert run(state, "ar", PERMISSION) == Switching()
    assert run(state, "a", None) == Switching()
    assert state.back_to_normal() == Switching()
    with pytest.raises(Conflict, match="only reduced"):
        Switching().back_to_normal()


def test_a_lot_inspected_otherwise_is_refused() -> None:
    with pytest.raises(BadRequest, match="on tightened inspection, the state is normal"):
        Switching().after(result(0, "tightened"))


histories = st.text(alphabet="arAR", max_size=60)


@given(histories, st.sampled_from([None, PERMISSION]))
def test_every_history_obeys_the_rules(lots: str, permission: ReducedPermission | None) -> None:
    state, since_switch = Switching(), ""
    for lot in lots:
        if state.discontinued:
            state, since_switch = state.resume(), ""
        before = state
        state = run(before, lot, permission)
        if lot.isupper():
            assert state == before
            continue
        since_switch += lot
        if state.inspection != before.inspection:
            last = since_switch[-5:]
            match (before.inspection, state.inspection):
                case ("normal", "tightened"):
                    assert last.count("r") == 2
                    assert lot == "r"
                case ("tightened", "normal"):
                    assert last == "aaaaa"
                case ("normal", "reduced"):
                    assert permission is not None
                    assert since_switch.endswith("a" * 10)
                case ("reduced", "normal"):
                    assert lot == "r"
                case other:
                    raise AssertionError(other)
            assert (state.score, state.recent, state.rejected_on_tightened) == (0, (), 0)
            since_switch = ""
        elif before.inspection == "tightened":
            assert state.rejected_on_tightened == since_switch.count("r")
            assert state.discontinued == (since_switch.count("r") == 5)
        elif before.inspection == "normal":
            assert since_switch[-5:].count("r") < 2
            assert state.score == 3 * (len(since_switch) - len(since_switch.rstrip("a")))


@given(histories)
def test_a_state_survives_being_stored(lots: str) -> None:
    state = Switching()
    for lot in lots:
        state = run(state.resume() if state.discontinued else state, lot, PERMISSION)
        assert Switching.model_validate_json(state.model_dump_json()) == state
