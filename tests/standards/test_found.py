"""What a person finds is judged by the standard's own rules; who is judged again by chance follows from the seed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import BadInput, BadRequest
from qc.standards.chance import chosen
from qc.standards.checks import read_checks
from qc.standards.found import FoundDefect, judge_findings
from qc.standards.library import Library

BASKET = Library.load().for_sku("WB-WH-01")
CHECKS: dict[str, Any] = {
    "moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass", "mould": "pass", "insects": "pass",
    "base_flat": "pass",
}  # fmt: skip


def judged(*codes: str | tuple[str, Any], **checks: Any) -> Any:
    defects = [
        FoundDefect(code=code) if isinstance(code, str) else FoundDefect(code=code[0], defect_class=code[1])
        for code in codes
    ]
    return judge_findings(BASKET, defects, read_checks({**CHECKS, **checks}, BASKET.checks))


@pytest.mark.parametrize(
    ("codes", "worst", "grade"),
    [
        ((), None, "A"),
        (("STRAND_CRACKED",), "minor", "A"),  # the standard allows one
        (("STRAND_CRACKED", "STRAND_CRACKED"), "minor", "B"),
        (("STRAND_BROKEN", "STRAND_CRACKED"), "major", "rework"),
        (("SHARP_POINT", "STRAND_BROKEN"), "critical", "rework"),
        ((("STRAND_CRACKED", "major"),), "major", "rework"),  # as the person judges it
        ((("NEST_FAIL", "minor"),), "minor", "A"),
    ],
)
def test_findings_come_to_a_class_and_a_grade(codes: Any, worst: str | None, grade: str) -> None:
    found = judged(*codes)
    assert (found.worst, found.grade) == (worst, grade)
    assert found.meets_standard is (grade == "A")
    assert found.checks_missing == ()


def test_a_failed_check_is_a_defect_and_counts_once_with_what_was_seen() -> None:
    wet = judged(moisture_pct=20.0)
    assert [d.code for d in wet.defects] == ["MOISTURE_HIGH"]
    assert wet.worst == BASKET.rules["MOISTURE_HIGH"].severity
    assert not wet.meets_standard
    sharp = judged("SHARP_POINT", sharp_points="fail")
    assert [d.code for d in sharp.defects] == ["SHARP_POINT"]


def test_a_value_within_its_uncertainty_was_not_shown_to_be_bad() -> None:
    assert judged(moisture_pct={"value": 14.2, "uncertainty": 0.5}).worst is None


@pytest.mark.parametrize("code", ["NEST_FAIL", "BLACK_SPOT"])
def test_a_code_without_a_class_of_its_own_needs_the_persons(code: str) -> None:
    with pytest.raises(BadRequest, match="defect_class"):
        judged(code)


def test_missing_checks_are_named() -> None:
    found = judge_findings(BASKET, (), {})
    assert set(found.checks_missing) == set(CHECKS)


@given(st.text(max_size=40), st.integers(1, 9), st.text(max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_rate_keeps_whom_a_lower_one_chose(piece: str, attempt: int, seed: str, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert chosen(piece, attempt, seed, high) or not chosen(piece, attempt, seed, low)
    assert chosen(piece, attempt, seed, a) == chosen(piece, attempt, seed, a)
    assert chosen(piece, attempt, seed, 1)
    assert not chosen(piece, attempt, seed, 0)


def test_about_the_rate_is_chosen_and_attempts_and_seeds_are_drawn_apart() -> None:
    pieces = [f"piece-{n}" for n in range(4000)]
    drawn = [{p for p in pieces if chosen(p, attempt, seed, 0.2)} for attempt, seed in ((1, "x"), (2, "x"), (1, "y"))]
    for one in drawn:
        assert 700 < len(one) < 900  # 0.2 of 4000, four standard deviations of 25
    assert len(drawn[0] & drawn[1]) < 250
    assert len(drawn[0] & drawn[2]) < 250


@pytest.mark.parametrize("rate", [-0.01, 1.01])
def test_a_rate_is_a_share(rate: float) -> None:
    with pytest.raises(BadInput, match="0 to 1"):
        chosen("piece", 1, "seed", rate)
