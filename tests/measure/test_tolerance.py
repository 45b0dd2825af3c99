"""The guard band: a doubtful reading neither passes nor fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import BadRequest
from qc.measure.tolerance import SizeDecision, Tolerance, guard_band, parse_nominal, parse_tolerance, worst

mm = st.floats(min_value=-1000, max_value=1000)
size = st.floats(min_value=0, max_value=1000)
share = st.floats(min_value=-1, max_value=1)
PASS, FAIL, TAPE = SizeDecision.PASS, SizeDecision.FAIL, SizeDecision.MEASURE_BY_TAPE


@pytest.mark.parametrize(
    ("deviation", "u", "tolerance", "decision"),
    [
        (3, 2, 5, PASS), (-3, 2, 5, PASS), (3.1, 2, 5, TAPE), (7, 2, 5, TAPE), (7.1, 2, 5, FAIL), (-7.1, 2, 5, FAIL),
        (0, 6, 5, TAPE), (5, 0, 5, PASS), (5.01, 0, 5, FAIL),
    ],
)  # fmt: skip
def test_the_band(deviation: float, u: float, tolerance: float, decision: SizeDecision) -> None:
    assert guard_band(deviation, u, tolerance) is decision


@given(mm, size, size, share)
def test_no_true_size_within_u_contradicts_a_decision(deviation: float, u: float, tolerance: float, at: float) -> None:
    true = abs(deviation + at * u)
    decision = guard_band(deviation, u, tolerance)
    if decision is PASS:
        assert true <= tolerance * (1 + 1e-9) + 1e-9
    if decision is FAIL:
        assert true >= tolerance * (1 - 1e-9) - 1e-9


@given(mm, size, size, size)
def test_more_doubt_never_decides_what_less_doubt_left_open(d: float, u: float, more: float, tolerance: float) -> None:
    before, after = guard_band(d, u, tolerance), guard_band(d, u + more, tolerance)
    assert after in (before, TAPE)


@given(mm, size, size, size)
def test_a_wider_tolerance_is_never_worse(d: float, u: float, tolerance: float, more: float) -> None:
    order = [FAIL, TAPE, PASS]
    assert order.index(guard_band(d, u, tolerance + more)) >= order.index(guard_band(d, u, tolerance))


@given(mm, size, size)
def test_too_large_is_as_bad_as_too_small(d: float, u: float, tolerance: float) -> None:
    assert guard_band(d, u, tolerance) is guard_band(-d, u, tolerance)


@given(st.lists(st.sampled_from([PASS, FAIL, TAPE]), max_size=6))
def test_one_fail_fails_and_one_doubt_asks(decisions: list[SizeDecision]) -> None:
    expected = FAIL if FAIL in decisions else TAPE if TAPE in decisions else PASS
    assert worst(decisions) is expected


@pytest.mark.parametrize(
    "bad", [(0, -1, 5), (0, 1, -5), (float("nan"), 1, 5), (0, float("inf"), 5), (0, 1, float("nan"))]
)
def test_numbers_that_no_measurement_has_are_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        guard_band(*bad)


@pytest.mark.parametrize(
    ("text", "expected"), [("3%", Tolerance(0.03, True)), ("5mm", Tolerance(5)), (" 2.5 ", Tolerance(2.5))]
)
def test_tolerances_are_written_as_people_write_them(text: str, expected: Tolerance) -> None:
    assert parse_tolerance(text) == expected
    assert Tolerance(0.03, True).mm(200) == pytest.approx(6)


@pytest.mark.parametrize(("text", "expected"), [("300x200", (300, 200)), ("200X300", (300, 200)), ("250 mm", (250,))])
def test_nominal_sizes_come_largest_first(text: str, expected: tuple[float, ...]) -> None:
    assert parse_nominal(text) == expected


@pytest.mark.parametrize("text", ["", "-3%", "3 %%", "three", "1e3mm"])
def test_a_tolerance_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="tolerance"):
        parse_tolerance(text)


@pytest.mark.parametrize("text", ["", "0x200", "300x", "300x200x100", "-300"])
def test_a_nominal_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="nominal"):
        parse_nominal(text)
