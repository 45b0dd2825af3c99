"""The statistics by themselves, against values that can be worked out otherwise."""

from __future__ import annotations

from math import comb, sqrt

import numpy as np
import pytest

from qc.drift.limits import beta_binomial, between, of_measure, of_share, student
from qc.drift.weeks import IsoWeek
from qc.errors import BadRequest


def test_limits_of_a_share_are_exact_binomial_ones_where_weeks_do_not_differ() -> None:
    pieces, share, alarm = 40, 0.05, 0.002
    _, least, most = of_share(50_000, 1_000_000, pieces, 0.0, 1e6, alarm)
    tails = [sum(comb(pieces, k) * share**k * (1 - share) ** (pieces - k) for k in range(n, pieces + 1))
             for n in range(pieces + 1)]  # fmt: skip
    assert (least, most) == (0, next(n for n, tail in enumerate(tails) if tail <= alarm / 2) - 1)


def test_a_share_of_a_short_baseline_gets_wider_limits_and_so_does_one_that_weeks_differ_in() -> None:
    long, short = of_share(500, 10_000, 200, 0.0, 1e6, 0.001), of_share(5, 100, 200, 0.0, 1e6, 0.001)
    uneven = of_share(500, 10_000, 200, 0.3, 1e6, 0.001)
    assert long[2] < short[2]
    assert long[2] < uneven[2]
    assert short[1] < long[1] > uneven[1]


def test_nothing_found_so_far_does_not_make_the_first_one_an_alarm() -> None:
    _, least, most = of_share(0, 400, 150, 0.0, 100.0, 0.0002)
    assert least == 0
    assert 1 <= most <= 6


def test_the_distribution_is_that_of_a_share_that_varies() -> None:
    chances = beta_binomial(30, np.array([2.0]), np.array([6.0]))[0]
    counts = np.random.default_rng(1).binomial(30, np.random.default_rng(2).beta(2.0, 6.0, 200_000))
    seen = np.bincount(counts, minlength=31) / len(counts)
    assert float(np.abs(chances - seen).max()) < 0.003


def test_student_is_the_known_one() -> None:
    assert student(0.025, 1) == pytest.approx(12.7062, abs=1e-3)  # tables
    assert student(0.0005, 10) == pytest.approx(4.5869, abs=1e-3)
    assert student(0.025, 1e6) == pytest.approx(1.95996, abs=1e-4)


def test_variation_between_weeks_is_found_again_and_one_odd_week_does_little_to_it() -> None:
    rng = np.random.default_rng(5)
    chance = rng.uniform(0.002, 0.02, 4000)
    weeks = list(zip(rng.normal(0, np.sqrt(0.01 + chance)), chance, strict=True))
    assert between(weeks, 1).variance == pytest.approx(0.01, rel=0.1)
    few = weeks[:12]
    assert between([*few, (50.0, 0.01)], 1).variance < 3 * max(0.01, between(few, 1).variance)
    quiet = [(0.01 * (-1) ** n, 0.01) for n in range(12)]
    assert between(quiet, 1).variance == 0


def test_a_measure_has_limits_as_wide_as_the_textbook_says() -> None:
    low, high = of_measure(10.0, 2.0, of_window=0.04, of_centre=0.0, freedom=1e6, alarm=0.0027)
    assert (high - 10) == pytest.approx(3 * 2 * sqrt(0.04), rel=1e-3)
    assert high - 10 == pytest.approx(10 - low)


def test_weeks_follow_one_another_over_the_end_of_a_year() -> None:
    week = IsoWeek.parse("2026-W53")
    assert str(week.following) == "2027-W01"
    assert week.following.before == week
    assert IsoWeek.of(week.ends) == week.following > week
    for wrong in ("2027-W53", "2026-W00", "2026-47", "0000-W01", "9999-W52", "2026-W1"):
        with pytest.raises(BadRequest, match="ISO week"):
            IsoWeek.parse(wrong)
