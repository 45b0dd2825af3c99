"""Where nothing changes hardly anything is alarmed; what is planted is found, and the weeks it takes are stated."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from qc.drift.digest import WeekDigest
from qc.drift.judge import BASELINE_WEEKS, LEAST_WEEKS, PointChart, judge
from qc.drift.weeks import IsoWeek
from tests.drift.simulated import MODEL, World

LATER = IsoWeek(2099, 1)


def judged(weeks: Iterable[WeekDigest]) -> list[PointChart]:
    return judge(weeks, MODEL, LATER, bands_from=LATER)


def alarms(lines: Iterable[PointChart]) -> set[tuple[str, IsoWeek]]:
    """Points and weeks of which something new is told."""
    return {(line.point, week.week) for line in lines for week in line.weeks if week.signal and week.signal.fresh}


def found_after(lines: Iterable[PointChart], key: str, from_week: int) -> list[int | None]:
    """By point: how many weeks with the change it took until its chart gave a signal."""
    return [
        next((n for n, week in enumerate(line.weeks[from_week:], 1) if week.signal is not None), None)
        for line in lines
        if line.chart.key == key
    ]


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(World(points=5), id="five points"),
        pytest.param(World(points=5, between=(0.05, 0.15)), id="some points steady, some not"),
        pytest.param(World(points=1), id="one point"),
        pytest.param(World(points=8, size=40, between=(0.0,)), id="small points, weeks that differ by chance alone"),
    ],
)
def test_where_nothing_changes_a_point_is_alarmed_in_one_week_of_a_hundred_at_most(world: World) -> None:
    weeks, sets, found = 30, 0, 0
    for seed in range(min(9, 15 // world.points)):
        lines = judged(world.weeks(weeks, seed))
        sets += world.points * (weeks - LEAST_WEEKS)
        found += len(alarms(lines))
    assert sets >= 200
    assert found <= 0.01 * sets + 1


@pytest.mark.parametrize(
    ("key", "shift", "within"),
    [
        ("exposure", -1.0, 1),  # a standard deviation of a piece darker: photos after sunset
        ("novelty", 1.5, 1),  # a new material, further from what the model was trained on
        ("exposure", -0.5, 4),
        ("grade.A", -0.3, 4),
        ("referred", 0.3, 4),
        ("retake", 0.2, 4),
        ("defect.HOLE", 0.15, 2),
    ],
)
def test_what_is_planted_is_found_within_weeks(key: str, shift: float, within: int) -> None:
    world = World(points=5, shift={key: shift}, from_week=20)
    took = found_after(judged(world.weeks(24, seed=3)), key, 20)
    assert len(took) == 5
    assert sum(weeks is not None and weeks <= within for weeks in took) >= 4


def test_a_signal_is_fresh_once_however_long_it_lasts() -> None:
    world = World(points=3, shift={"exposure": -2.0}, from_week=20)
    for line in judged(world.weeks(26, seed=1)):
        if line.chart.key == "exposure":
            signals = [week.signal for week in line.weeks[20:]]
            assert all(signals)
            assert [signal.fresh for signal in signals if signal] == [True, *[False] * 5]
            assert {signal.side for signal in signals if signal} == {"below"}


def test_a_week_out_of_control_is_not_learnt_from() -> None:
    world = World(points=3, shift={"novelty": 2.0}, from_week=8)
    for line in judged(world.weeks(20, seed=2)):
        if line.chart.key == "novelty":
            assert len(line.baseline) == 8
            assert all(week.signal for week in line.weeks[8:])


def test_the_baseline_is_the_first_weeks_of_the_model_and_stands_still_then() -> None:
    weeks = list(World(points=2).weeks(30, seed=4))
    lines = judged(weeks)
    assert [line.baseline for line in judged(weeks[:BASELINE_WEEKS])] == [line.baseline for line in lines]
    for line in lines:
        assert len(line.weeks) == 30
        assert len(line.baseline) >= BASELINE_WEEKS - 1
        assert {week.state for week in line.weeks[:LEAST_WEEKS]} == {"learning"}
        assert {week.state for week in line.weeks[LEAST_WEEKS:]} <= {"in_control", "signal"}


def test_a_stated_reference_period_begins_the_baseline_anew() -> None:
    world = World(points=2, shift={"exposure": -2.0}, from_week=20)
    weeks = list(world.weeks(34, seed=4))
    since = IsoWeek.parse(weeks[20].week)
    lines = judge(weeks, MODEL, LATER, since=since)
    assert {week.state for line in lines if line.chart.key == "exposure" for week in line.weeks} == {
        "learning", "in_control",
    }  # fmt: skip
    assert all(line.weeks[0].week == since for line in lines)


def test_too_few_pieces_are_said_to_be_too_few_and_alarm_nobody() -> None:
    lines = judged(World(points=2, size=2, shift={"exposure": -3.0}, from_week=20).weeks(30, seed=1))
    assert alarms(lines) == set()
    assert {week.state for line in lines for week in line.weeks[BASELINE_WEEKS:]} == {"too_few"}


def test_weeks_too_small_to_judge_alone_are_judged_together() -> None:
    world = World(points=4, size=14, shift={"exposure": -2.5}, from_week=24)
    took = found_after(judged(world.weeks(30, seed=1)), "exposure", 24)
    assert all(weeks is not None and weeks <= 4 for weeks in took)


def test_a_week_of_another_model_is_no_week_of_this_one() -> None:
    weeks = list(World(points=2).weeks(20, seed=1))
    other = [
        week.model_copy(update={"points": tuple(p.model_copy(update={"model": "b-2"}) for p in week.points)})
        for week in World(points=2, shift={"exposure": -3.0}, from_week=0).weeks(26, seed=2)
    ]
    lines = judge([*weeks, *other[20:]], "b-2", LATER)
    assert {len(line.weeks) for line in lines} == {6}
    assert alarms(lines) == set()
