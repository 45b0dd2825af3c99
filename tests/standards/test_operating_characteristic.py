"""What plans promise, and how sure an estimated rate is."""

from __future__ import annotations

from fractions import Fraction
from math import comb, exp, fsum, lgamma, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc.errors import BadInput
from qc.standards.aql_tables import aql_tables
from qc.standards.estimates import estimate
from qc.standards.operating_characteristic import acceptance_probability


def poisson(n: int, ac: int, per_piece: float) -> float:
    """Probability of at most `ac` defects on `n` pieces: AQLs above 10 mean defects per hundred, not bad pieces."""
    expected = n * per_piece
    return fsum(exp(d * log(expected) - expected - lgamma(d + 1)) for d in range(ac + 1))


@pytest.mark.parametrize(
    ("n", "ac", "expected"), [(315, 14, [0.99, 0.72, 0.15, 0.01]), (50, 3, [0.96, 0.86, 0.65, 0.43])]
)
def test_what_aql_2_5_really_promises(n: int, ac: int, expected: list[float]) -> None:
    assert [round(acceptance_probability(n, ac, share), 2) for share in (0.025, 0.04, 0.06, 0.08)] == expected


def test_every_normal_plan_accepts_lots_at_its_aql() -> None:
    tables = aql_tables()
    chances = [
        poisson(plan.n, plan.ac, aql / 100)
        for letter in tables.tables["normal"]
        for aql in tables.aqls
        for plan in [tables.plan("normal", letter, aql)]
    ]
    assert len(chances) == 416
    assert (round(min(chances), 4), round(max(chances), 4)) == (0.8781, 0.9939)


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_binomial_and_hypergeometric_agree_with_exact_fractions(n: int, data: st.DataObject) -> None:
    ac = data.draw(st.integers(0, n))
    lot = data.draw(st.integers(n, 200))
    bad = data.draw(st.integers(0, lot))
    share = Fraction(bad, lot)
    binomial = sum(comb(n, d) * share**d * (1 - share) ** (n - d) for d in range(ac + 1))
    exact = sum(Fraction(comb(bad, d) * comb(lot - bad, n - d), comb(lot, n)) for d in range(ac + 1))
    assert acceptance_probability(n, ac, float(share)) == pytest.approx(float(binomial), abs=1e-11)
    assert acceptance_probability(n, ac, bad / lot, lot) == pytest.approx(float(exact), abs=1e-11)


def test_inspecting_every_piece_leaves_nothing_to_chance() -> None:
    assert acceptance_probability(80, 5, 5 / 80, 80) == pytest.approx(1)
    assert acceptance_probability(80, 5, 6 / 80, 80) == 0
    assert acceptance_probability(50, 3, 0) == 1
    assert acceptance_probability(50, 3, 1) == 0


@given(st.integers(1, 400), st.integers(0, 30), st.floats(0, 1), st.floats(0, 1))
def test_worse_lots_are_accepted_less_often(n: int, ac: int, one: float, other: float) -> None:
    better, worse = sorted((one, other))
    assert acceptance_probability(n, ac, worse) <= acceptance_probability(n, ac, better) + 1e-12


@pytest.mark.parametrize("wrong", [(0, 0, 0.1), (5, -1, 0.1), (5, 0, 1.1), (5, 0, 0.1, 4)])
def test_what_is_no_plan_has_no_curve(wrong: tuple[int, int, float]) -> None:
    with pytest.raises(BadInput, match="wanted"):
        acceptance_probability(*wrong)


@pytest.mark.parametrize(
    ("found", "inspected", "low", "high"),
    [
        # 95 %, as scipy's beta.ppf has them
        (0, 10, 0.0, 0.30850),
        (1, 10, 0.00253, 0.44502),
        (5, 10, 0.18709, 0.81291),
        (10, 10, 0.69150, 1.0),
        (15, 148, 0.05784, 0.16165),
        (0, 300, 0.0, 0.01222),
    ],
)
def test_intervals_are_those_of_the_tables(found: int, inspected: int, low: float, high: float) -> None:
    got = estimate(found, inspected)
    assert (round(got.low, 5), round(got.high, 5)) == (low, high)
    assert got.method == "Clopper-Pearson"
    assert got.rate == found / inspected


@settings(deadline=None)
@given(st.integers(1, 200), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_an_interval_leaves_exactly_its_tails(inspected: int, data: st.DataObject, confidence: float) -> None:
    found = data.draw(st.integers(0, inspected))
    got = estimate(found, inspected, confidence)
    tail = (1 - confidence) / 2
    assert got.low <= got.rate <= got.high
    if found:  # at the lower bound, as many or more are found with probability tail
        assert 1 - acceptance_probability(inspected, found - 1, got.low) == pytest.approx(tail, rel=1e-6)
    if found < inspected:
        assert acceptance_probability(inspected, found, got.high) == pytest.approx(tail, rel=1e-6)


def test_large_numbers_stay_exact_and_quick() -> None:
    got = estimate(1000, 1_000_000)
    # the normal approximation is good here: 1.96 * sqrt(0.001 * 0.999 / 1e6)
    assert (got.low, got.high) == pytest.approx((0.000939, 0.001064), abs=2e-6)


@pytest.mark.parametrize("wrong", [(3, 2), (-1, 5), (0, 0)])
def test_counts_that_cannot_be_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match="wanted"):
        estimate(*wrong)
    with pytest.raises(BadInput, match="confidence"):
        estimate(1, 2, 1.0)
