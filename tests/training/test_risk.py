"""The referral threshold holds what it promises on exchangeable pieces, and says so when it cannot be had."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.risk import LEAST, TooFewError, promise, what_if


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), n=st.integers(LEAST, 900), alpha=st.sampled_from([0.01, 0.02, 0.05]))
def test_the_rule_of_conformal_risk_control_holds_at_the_threshold_and_not_above(
    seed: int, n: int, alpha: float
) -> None:
    rng = np.random.default_rng(seed)
    defective = rng.beta(4, 2, n).astype(np.float32)
    chosen = promise(defective, rng.beta(2, 5, 200).astype(np.float32), alpha)
    missed = int((defective < chosen.threshold).sum())
    assert (missed + 1) / (n + 1) <= alpha + 1e-9
    above = np.nextafter(np.float32(chosen.threshold), np.float32(2))
    assert (int((defective < above).sum()) + 1) / (n + 1) > alpha


def test_on_pieces_to_come_the_promise_holds_on_average() -> None:
    rng = np.random.default_rng(5)
    escapes = []
    for _ in range(400):
        held, to_come = rng.beta(4, 2, (2, LEAST)).astype(np.float32)
        escapes.append((to_come < promise(held, rng.random(50, np.float32), 0.02).threshold).mean())
    assert np.mean(escapes) <= 0.0212  # 6 in 301, and the noise of 400 rounds


def test_where_both_cannot_be_had_the_price_is_named() -> None:
    rng = np.random.default_rng(6)
    same = rng.random(1000, np.float32)
    chosen = promise(same[:500], same[500:])
    assert not chosen.kept
    assert chosen.escapes == pytest.approx(0.85, abs=0.06)
    assert "none: 1% of escapes" in str(chosen)
    apart = promise(np.float32(0.9) + same[:500] / np.float32(10), same[500:] / np.float32(2))
    assert apart.kept
    assert "at most 1% of made pieces" in str(apart)


def test_too_few_pieces_choose_nothing() -> None:
    with pytest.raises(TooFewError, match="299 defective"):
        promise(np.ones(299, np.float32), np.ones(10, np.float32))


def test_a_bolder_threshold_trades_referrals_for_escapes() -> None:
    rng = np.random.default_rng(7)
    lines = what_if(rng.beta(4, 2, 400).astype(np.float32), rng.beta(2, 4, 400).astype(np.float32), act=0.8)
    assert np.all(np.diff([line["escapes"] for line in lines]) >= 0)
    assert np.all(np.diff([line["good_referred"] for line in lines]) <= 0)
    assert lines[0]["false_rejects"] == lines[-3]["false_rejects"]
