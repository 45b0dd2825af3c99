"""A week is added up from its rows: each piece once, points and models apart, with photos that show what is meant."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

from qc.drift.charts import chart_called
from qc.drift.digest import PHOTOS, PointWeek
from qc.drift.gather import Gathering, Seen
from qc.drift.judge import Band, Judged, PointChart, Side, Signal
from qc.drift.photos import showing, typical_of_baseline
from qc.drift.weeks import IsoWeek

WEEK = IsoWeek(2026, 40)


def photo(name: str, holes: tuple[float, ...] = (), **seen: Any) -> dict[str, Any]:
    quality = {"exposure": seen.pop("exposure", 0.5), "sharpness": seen.pop("sharpness", 400.0)}
    found = [{"code": "HOLE", "probability": probability} for probability in holes]
    usual = {"woven": 0.9, "material": "pandan", "width": 2000, "height": 1000, "novelty": 0.5}
    return {"sha256": name, "quality": quality, "detections": found} | usual | seen


def seen(
    piece: int, *photos: dict[str, Any], status: str = "graded", grade: str | None = "A", holed: bool = False
) -> Seen:
    return Seen(piece, status, grade, ["HOLE"] if holed else [], {"photos": list(photos)})


def added_up(*every: Seen, point: str = "BTL-1") -> PointWeek:
    week = Gathering(WEEK)
    for each in every:
        week.inspected(point, "m-1", each)
    (only,) = week.digest().points
    return only


def counts(of: PointWeek, *keys: str) -> list[tuple[int, int]]:
    return [(of.counts[key].found, of.counts[key].of) for key in keys]


def test_a_piece_counts_once_by_its_last_inspection_that_was_no_retake() -> None:
    week = added_up(
        seen(1, photo("a"), status="retake", grade=None),
        seen(1, photo("b"), status="referred", grade=None, holed=True),
        seen(1, photo("c"), grade="rework", holed=True),
        seen(1, photo("d"), status="retake", grade=None),
        seen(2, photo("e")),
    )
    assert week.inspections == 5
    assert counts(week, "retake") == [(2, 5)]
    assert counts(week, "referred", "grade.A", "grade.rework", "defect.HOLE") == [(0, 2), (1, 2), (1, 2), (1, 2)]


def test_points_and_models_are_apart_and_decisions_and_phones_count_where_they_belong() -> None:
    week = Gathering(WEEK)
    for point, model in (("P-1", "m-1"), ("P-1", "m-2"), ("P-2", "m-1")):
        week.inspected(point, model, seen(1, photo("a")))
    week.decided("P-1", "m-2", True)
    week.decided("P-1", "m-2", False)
    week.phone_said("P-2", "m-1", False)
    points = {(p.point, p.model): p for p in week.digest().points}
    assert counts(points["P-1", "m-2"], "overruled") == [(1, 2)]
    assert counts(points["P-2", "m-1"], "phone_disagreed") == [(1, 1)]
    assert "overruled" not in points["P-1", "m-1"].counts


def test_a_measure_is_of_inspections_by_the_mean_of_their_photos_on_its_scale() -> None:
    week = added_up(
        seen(1, photo("a", exposure=0.2, sharpness=99.0), photo("b", exposure=0.4, sharpness=99.0)),
        seen(2, photo("c", exposure=0.7, sharpness=99.0)),
    )
    exposure = week.means["exposure"]
    assert (exposure.of, exposure.mean, exposure.sd) == pytest.approx((2, 0.5, (2 * 0.2**2) ** 0.5))
    assert week.means["sharpness"].mean == pytest.approx(log(100))
    assert week.means["megapixels"].mean == pytest.approx(1.0)  # 2 MP, in powers of two


def test_photos_are_the_farthest_the_most_usual_and_those_that_show_it_best() -> None:
    dark = [seen(k, photo(f"dark-{k}", exposure=0.10 + k / 100), holed=False) for k in range(4)]
    usual = [seen(10 + k, photo(f"usual-{k}", exposure=0.5)) for k in range(9)]
    bright = [seen(20 + k, photo(f"bright-{k}", exposure=0.9 - k / 100)) for k in range(4)]
    holed = seen(30, photo("side"), photo("hole", (0.9,)), photo("edge", (0.3, 0.6)), holed=True, grade="rework")
    week = added_up(*dark, *usual, *bright, holed)
    assert week.photos["below.exposure"] == ("dark-0", "dark-1", "dark-2")
    assert week.photos["above.exposure"] == ("bright-0", "bright-1", "bright-2")
    assert week.photos["typical"] == ("usual-0", "usual-1", "usual-2")
    assert week.photos["defect.HOLE"] == ("hole",)
    assert week.photos["grade.rework"] == ("side",)
    assert len(week.photos["grade.A"]) == PHOTOS
    blank = added_up(seen(1, photo("a"), photo("wall", woven=0.1, material=None), photo("b")))
    assert counts(blank, "not_woven", "material_unsure") == [(1, 1), (0, 1)]
    assert blank.photos["not_woven"] == ("wall",)


@pytest.mark.parametrize(
    ("key", "side", "shown"),
    [
        ("exposure", "below", ("dark",)),
        ("exposure", "above", ("bright",)),
        ("defect.HOLE", "above", ("hole",)),
        ("defect.HOLE", "below", ()),  # what is not there is on no photo
    ],
)
def test_a_signal_is_shown_by_its_own_photos(key: str, side: Side, shown: tuple[str, ...]) -> None:
    photos = {"below.exposure": ("dark",), "above.exposure": ("bright",), "defect.HOLE": ("hole",)}
    week = PointWeek(point="P-1", model="m-1", inspections=9, means={}, counts={}, photos=photos)
    chart = chart_called(key)
    assert chart is not None
    signal = Signal("week", side, 0.1, 9, Band(0.5, 0.4, 0.6))
    line = PointChart("P-1", chart, "m-1", (), ())
    assert showing(line, Judged(WEEK, 9, 0.1, "signal", signal=signal), {str(WEEK): week}) == shown
    assert showing(line, Judged(WEEK, 9, 0.1, "in_control"), {str(WEEK): week}) == ()


def test_usual_photos_come_from_each_of_the_last_weeks_before_any_second_one() -> None:
    chart = chart_called("exposure")
    assert chart is not None
    weeks = [WEEK, WEEK.following, WEEK.following.following]
    names = {week: (f"{n}-first", f"{n}-second", f"{n}-third") for n, week in enumerate(weeks)}
    seen_weeks = {
        str(week): PointWeek(point="P", model="m", inspections=3, means={}, counts={}, photos={"typical": shown})
        for week, shown in names.items()
    }
    line = PointChart("P", chart, "m", tuple(weeks), ())
    assert typical_of_baseline(line, seen_weeks) == ("2-first", "1-first", "0-first")
    assert typical_of_baseline(line, seen_weeks, most=4)[3] == "2-second"
