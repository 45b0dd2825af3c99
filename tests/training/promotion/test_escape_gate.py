"""The bound on grave defects that nobody would look at is recomputed, and held."""

from __future__ import annotations

import numpy as np
import pytest

from training.promotion.escape_gate import escape_bound
from training.promotion.gates import Policy
from training.promotion.outcomes import Judged

POLICY = Policy()
AT = (0.4, 0.4)


def grave(missed: int, n: int = 400) -> Judged:
    """So many pieces with a grave defect, some of which lie below the threshold."""
    return Judged((), tuple(np.where(np.arange(n) < missed, 0.1, 0.9).tolist()))


def test_three_of_four_hundred_missed_hold_one_percent_and_four_do_not() -> None:
    assert (POLICY.escapes, POLICY.least_grave) == (0.01, 300)
    held = escape_bound(grave(0), grave(3), POLICY, AT)
    assert held.open
    assert held.figures["bound"] == pytest.approx(4 / 401)
    assert held.figures["bound_before"] == pytest.approx(1 / 401)
    closed = escape_bound(grave(3), grave(4), POLICY, AT)
    assert not closed.open, "one piece more: within any interval, and past what serves holds"
    assert "1.25% at a referral of 0.4, in service 1.00% at 0.4 (n = 400)" in closed.got
    assert closed.wanted.startswith(
        "at most 1.0%, which the bundle in service holds; teach pieces with the grave defects"
    )
    assert held.wanted == "at most 1.0%, which the bundle in service holds", "what is held asks for nothing"


def test_where_what_serves_misses_it_already_the_next_may_not_be_above_it_by_one_piece() -> None:
    same = escape_bound(grave(40), grave(40), POLICY, AT)
    assert same.open
    assert not same.figures["alpha_held"]
    closed = escape_bound(grave(40), grave(41), POLICY, AT)
    assert not closed.open
    assert "10.47%" in closed.got
    assert closed.wanted.startswith("at most 10.22%: the bundle in service misses 1.0%")
    assert escape_bound(grave(40), grave(39), POLICY, AT).open


def test_the_thresholds_of_each_count_and_too_few_pieces_promise_nothing() -> None:
    assert not escape_bound(grave(3), grave(3), POLICY, (0.4, 0.95)).open
    few = escape_bound(grave(0, 299), grave(0, 299), POLICY, AT)
    assert not few.open
    assert few.got == "299 held-out pieces with a grave defect"
    assert "at least 300" in few.wanted
    assert "run's config" in few.wanted
