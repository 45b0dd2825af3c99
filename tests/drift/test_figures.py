"""Several weeks of a chart as one: a measure's centre is not moved by one odd week, a share is of all pieces."""

from __future__ import annotations

import pytest

from qc.drift.charts import Chart, chart_called
from qc.drift.digest import Count, Mean, PointWeek
from qc.drift.figures import Figure, figure_of, together
from qc.drift.weeks import IsoWeek

WEEK = IsoWeek(2026, 40)


def chart(key: str) -> Chart:
    found = chart_called(key)
    assert found is not None
    return found


def test_a_measures_centre_is_the_median_of_weeks_and_its_mean_that_of_pieces() -> None:
    weeks = [Figure(WEEK, of, value, sd) for of, value, sd in ((30, 0.5, 0.1), (10, 0.52, 0.1), (60, 0.9, 0.2))]
    base = together(chart("exposure"), weeks)
    assert (base.of, base.centre) == (100, 0.52)
    assert base.mean == pytest.approx(0.3 * 0.5 + 0.1 * 0.52 + 0.6 * 0.9)
    assert base.unit == pytest.approx((0.4 * 0.1**2 + 0.6 * 0.2**2) ** 0.5)
    assert base.concentration == pytest.approx(0.3**2 + 0.1**2 + 0.6**2)
    assert together(chart("exposure"), [Figure(WEEK, 9, 0.5, 0.0)]).unit == 0.02, "no finer than the chart's finest"


def test_a_share_is_of_all_pieces_and_never_nothing_nor_everything() -> None:
    some = together(chart("defect.HOLE"), [Figure(WEEK, 10, 0.2, found=2), Figure(WEEK, 30, 0.1, found=3)])
    assert (some.of, some.found, some.mean) == (40, 5, 5 / 40)
    assert some.centre == pytest.approx(5.5 / 41)
    none = together(chart("defect.HOLE"), [Figure(WEEK, 40, 0.0)])
    assert 0 < none.centre < 0.02
    assert none.unit == pytest.approx(none.centre * (1 - none.centre))
    assert none.piece == pytest.approx(1 / none.unit)


def test_a_week_without_pieces_has_no_figure() -> None:
    mean = Mean(of=4, mean=0.4, sd=0.1)
    seen = PointWeek(
        point="P", model="m", inspections=4, means={"exposure": mean}, counts={"retake": Count(found=1, of=4)}
    )
    assert figure_of(chart("exposure"), WEEK, seen) == Figure(WEEK, 4, 0.4, 0.1)
    assert figure_of(chart("retake"), WEEK, seen) == Figure(WEEK, 4, 0.25, found=1)
    assert figure_of(chart("novelty"), WEEK, seen) is None
    assert figure_of(chart("overruled"), WEEK, seen) is None
