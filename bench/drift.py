"""Drift charts: how often they alarm where nothing changes, and how many weeks a change of some size takes to be found.

Simulated collection points (tests/drift/simulated.py): every point has its own usual figures, weeks differ by a tenth
of a piece's standard deviation and by a third in odds. QC_BENCH_SETS sets how many point-weeks are looked at, by world.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from qc.drift.charts import charts
from qc.drift.judge import LEAST_WEEKS, PointChart, judge
from qc.drift.weeks import IsoWeek
from tests.drift.simulated import MODEL, World

SETS = int(os.environ.get("QC_BENCH_SETS", "500"))
BEFORE, AFTER = 20, 4
LATER = IsoWeek(2099, 1)
WORLDS = {
    "5 points of 150 pieces": World(),
    "1 point of 150 pieces": World(points=1),
    "10 points of 40 pieces": World(points=10, size=40),
    "weeks differ by chance alone": World(between=(0.0,)),
    "weeks differ twice as much": World(between=(0.2,)),
    "some points 3 times as unsteady": World(between=(0.05, 0.15)),
}
SHIFTS = (
    ("exposure", -0.3, "0.024 darker (0.3 sd of a piece)"),
    ("exposure", -0.5, "0.04 darker (0.5 sd)"),
    ("exposure", -1.0, "0.08 darker (1 sd)"),
    ("novelty", 0.5, "0.15 further from the training set (0.5 sd)"),
    ("novelty", 1.0, "0.3 further (1 sd)"),
    ("grade.A", -0.15, "grade A from 70 to 55 %"),
    ("grade.A", -0.3, "grade A from 70 to 40 %"),
    ("referred", 0.15, "referred from 15 to 30 %"),
    ("overruled", 0.1, "overruled from 3 to 13 %"),
    ("phone_disagreed", 0.15, "phones disagree from 5 to 20 %"),
    ("not_woven", 0.08, "nothing woven from 2 to 10 %"),
    ("defect.HOLE", 0.1, "a rare defect up by 10 points"),
)


def main() -> None:
    """Both tables."""
    print(f"{len(charts())} charts a point; a point is alarmed where any of them gives a new signal")
    for name, world in WORLDS.items():
        sets, alarmed, fresh = false_alarms(world, SETS)
        print(f"  {name:32} {sets:6} weeks of a point: {alarmed / sets:.2%} out of control, {fresh / sets:.2%} new")
    for name in list(WORLDS)[:3]:
        world = WORLDS[name]
        print(f"found within 1, 2 and 4 weeks, {name}:")
        for key, shift, said in SHIFTS:
            took = weeks_taken(world, key, shift, max(2, 40 // world.points))
            found = [sum(n is not None and n <= within for n in took) / len(took) for within in (1, 2, 4)]
            print(f"  {said:44} " + "  ".join(f"{share:4.0%}" for share in found))


def false_alarms(world: World, sets: int) -> tuple[int, int, int]:
    """Of so many weeks of a point: how many were judged, were out of control, and gave a new signal."""
    weeks, judged, alarmed, fresh = 30, 0, set(), set()
    for seed in range(max(1, sets // (world.points * (weeks - LEAST_WEEKS)))):
        judged += world.points * (weeks - LEAST_WEEKS)
        for line in judge(world.weeks(weeks, seed), MODEL, LATER, bands_from=LATER):
            for week in line.weeks:
                if week.signal is not None:
                    alarmed.add((seed, line.point, week.week))
                    if week.signal.fresh:
                        fresh.add((seed, line.point, week.week))
    return judged, len(alarmed), len(fresh)


def weeks_taken(world: World, key: str, shift: float, runs: int) -> list[int | None]:
    """By run and point: weeks from a change on until its chart gives a signal on that side; None: not in four weeks."""
    changed = World(world.points, world.between, world.size, {key: shift}, BEFORE)
    return [
        first_found(line, shift > 0)
        for seed in range(runs)
        for line in judge(changed.weeks(BEFORE + AFTER, seed), MODEL, LATER, bands_from=LATER, only={key})
    ]


def first_found(line: PointChart, up: bool) -> int | None:
    """Weeks from the change on until a signal on its side."""
    side = "above" if up else "below"
    found: Iterable[int] = (
        n for n, week in enumerate(line.weeks[BEFORE:], 1) if week.signal is not None and week.signal.side == side
    )
    return next(iter(found), None)


if __name__ == "__main__":
    main()
