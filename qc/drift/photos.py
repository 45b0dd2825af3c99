"""Which photos to look at: those that are most like the baseline, and those of a week that show a signal best."""

from __future__ import annotations

from collections.abc import Iterable

from qc.drift.charts import Measure
from qc.drift.digest import PHOTOS, PointWeek, WeekDigest
from qc.drift.judge import Judged, PointChart


def point_weeks(digests: Iterable[WeekDigest], point: str, model: str) -> dict[str, PointWeek]:
    """What a model saw at a point, by week."""
    return {
        digest.week: seen for digest in digests for seen in digest.points if seen.point == point and seen.model == model
    }


def typical_of_baseline(line: PointChart, seen: dict[str, PointWeek], most: int = PHOTOS) -> tuple[str, ...]:
    """SHA-256 of photos most like the baseline's, one from each of its last weeks before any second one."""
    by_week = [seen[str(week)].photos.get("typical", ()) for week in reversed(line.baseline) if str(week) in seen]
    in_turn = [names[n] for n in range(PHOTOS) for names in by_week if n < len(names)]
    return tuple(dict.fromkeys(in_turn))[:most]


def showing(line: PointChart, judged: Judged, seen: dict[str, PointWeek]) -> tuple[str, ...]:
    """SHA-256 of the photos of a week that show its signal best: the farthest of a measure, some that a share counts.

    Where a share fell there is nothing to show: what is not there is on no photo.
    """
    week = seen.get(str(judged.week))
    if week is None or judged.signal is None:
        return ()
    side = judged.signal.side
    if isinstance(line.chart, Measure):
        return week.photos.get(f"{side}.{line.chart.key}", ())
    return week.photos.get(line.chart.key, ()) if side == "above" else ()
