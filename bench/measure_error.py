"""How far sizes read from photos on the measuring mat are off: `python -m bench.measure_error --scenes 240`.

Photos are made up (mat_scenes.py), so that the true sizes are known. Prints a markdown table for docs/measurement.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from bench.mat_scenes import Scene, photograph
from qc.errors import NotMeasurable
from qc.measure.layout import mat_layout
from qc.measure.measurement import Measurement, measure

FIBRES = (
    (0.42, 0.28, 0.11),  # water hyacinth
    (0.55, 0.50, 0.25),  # mendong
    (0.62, 0.50, 0.30),  # pandan
    (0.78, 0.70, 0.50),  # bleached pandan
    (0.50, 0.33, 0.17),  # rattan
    (0.10, 0.05, 0.03),  # dyed dark brown
    (0.35, 0.05, 0.04),  # dyed red
    (0.06, 0.16, 0.10),  # dyed green
)
TABLES = ((0.10, 0.055, 0.03), (0.30, 0.20, 0.12), (0.05, 0.12, 0.20), (0.05, 0.05, 0.055), (0.45, 0.47, 0.50))
GROUPS = ("rectangle, A3", "round or oval, A3", "small, A4", "over the paper's edge, A3", "beside the mat, A3")


@dataclass(frozen=True)
class Error:
    """One size of one scene, in mm."""

    group: str
    true: float
    read: float
    u: float

    @property
    def within_promise(self) -> bool:
        """Within 1 % or 3 mm, whichever is larger."""
        return abs(self.read - self.true) <= max(3.0, 0.01 * self.true)


def scene(seed: int, group: str) -> Scene:
    """A scene as an inspector might make it: everything varies, within what the mat's own words ask for."""
    rng = np.random.default_rng([seed, GROUPS.index(group)])
    large = rng.random() < 0.25
    paper = "A4" if "A4" in group else "A3"
    hull = mat_layout("A4" if paper == "A4" else "A3").hull
    focal = rng.uniform(24, 28)
    reach = hull.y1 - hull.y0
    shape, length, breadth, angle, place, aim = "rectangle", 0.0, 0.0, rng.uniform(0, 180), (0.0, 0.0), (0.0, 0.0)
    if group.startswith("rectangle"):
        length, breadth = rng.uniform(150, 240), rng.uniform(90, 150)
    elif group.startswith("round"):
        length = rng.uniform(120, 240)
        shape, breadth = ("round", length) if rng.random() < 0.5 else ("oval", length * rng.uniform(0.6, 0.88))
    elif group.startswith("small"):
        length, breadth = rng.uniform(80, 130), rng.uniform(60, 90)
        if rng.random() < 0.4:
            shape, breadth = "round", length
    elif group.startswith("over"):
        length, breadth, angle = rng.uniform(290, 450), rng.uniform(150, 210), rng.uniform(-4, 4)
        reach = max(reach, length)
    else:
        length, breadth, angle = rng.uniform(300, 450), rng.uniform(250, 320), 90 + rng.uniform(-6, 6)
        place = (rng.choice([-1, 1]) * (mat_layout("A3").page.x1 / 2 + breadth / 2 + rng.uniform(25, 45)), 0.0)
        aim, reach = (place[0] / 2, 0.0), 620.0
    distance = reach / rng.uniform(0.55, 0.8) / (24.0 / focal * 36 / 34.6) * (1.25 if group.startswith("beside") else 1)
    return Scene(
        seed=seed,
        width=3264 if large else 1600,
        height=2448 if large else 1200,
        focal_35mm=focal,
        k1=float(np.clip(rng.normal(0, 0.015), -0.04, 0.04)),
        k2=float(rng.normal(0, 0.003)),
        distance=distance,
        tilt=min(33.0, abs(rng.normal(0, 12))),
        azimuth=rng.uniform(0, 360),
        roll=rng.uniform(-25, 25) + (90 if not group.startswith("beside") else 0),
        aim=aim,
        paper="A4" if paper == "A4" else "A3",
        number=int(rng.integers(1, 31)),
        print_scale=1.0 if rng.random() < 0.5 else rng.uniform(0.94, 1.02),
        shape="rectangle" if shape == "rectangle" else "round" if shape == "round" else "oval",
        length=length,
        breadth=breadth,
        angle=angle,
        place=place,
        thickness=rng.uniform(0.5, 3.0),
        colour=FIBRES[rng.integers(len(FIBRES))],
        strand=rng.uniform(3, 9),
        hairs=rng.uniform(0, 0.15),
        table=TABLES[rng.integers(len(TABLES))],
        grain=rng.uniform(0.05, 0.3) if not group.startswith("beside") else rng.uniform(0.03, 0.15),
        light=rng.uniform(0, 0.35),
        shadow=rng.uniform(0.1, 0.45),
        blur_px=rng.uniform(0.5, 1.4),
        noise=rng.uniform(0.003, 0.012),
        jpeg=int(rng.integers(80, 96)),
        sharpen=rng.uniform(0, 0.8),
        contrast=rng.uniform(0, 0.5),
    )


def read(scene: Scene, seed: int) -> Measurement:
    """Measure a scene, its print scale read with a ruler to half a millimetre."""
    ruler = np.random.default_rng([seed, 99]).uniform(-0.005, 0.005)
    return measure(photograph(scene), scene.print_scale + ruler)


def errors(group: str, scene: Scene, measurement: Measurement) -> list[Error]:
    """The scene's true sizes against what was read; a shape taken for another counts with its extents."""
    if scene.shape == "round" and measurement.shape == "round":
        size = measurement.size("diameter")
        return [Error(group, scene.length, size.value_mm, size.u_mm)]
    true = sorted((scene.length, scene.breadth), reverse=True)
    names = ("feret_max", "feret_min") if measurement.shape == "round" else ("length", "width")
    sizes = [measurement.size("feret_max" if n == "feret_max" else "feret_min" if n == "feret_min" else
                              "length" if n == "length" else "width") for n in names]  # fmt: skip
    return [Error(group, t, s.value_mm, s.u_mm) for t, s in zip(true, sizes, strict=True)]


def run(scenes: int, groups: tuple[str, ...] = GROUPS) -> tuple[list[Error], dict[str, int]]:
    """Errors of `scenes` scenes spread over the groups, and how many of each group were refused."""
    found: list[Error] = []
    refused = dict.fromkeys(groups, 0)
    for seed in range(scenes):
        group = groups[seed % len(groups)]
        made = scene(seed, group)
        try:
            found += errors(group, made, read(made, seed))
        except NotMeasurable as why:
            refused[group] += 1
            print(f"<!-- scene {seed} ({group}): {why.extra['reason']} -->", flush=True)
    return found, refused


def table(found: list[Error], refused: dict[str, int]) -> str:
    """A markdown table."""
    lines = [
        "| scenes | sizes | refused | bias | median error | 95 % | within 1 % or 3 mm | median U | error within U |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for group in (*refused, "all on the mat", "all"):
        own = [e for e in found if group in ("all", e.group) or (group == "all on the mat" and "beside" not in e.group)]
        turned_away = sum(
            n for g, n in refused.items() if group in ("all", g) or (group == "all on the mat" and "beside" not in g)
        )
        if not own:
            continue
        off = np.array([(e.read - e.true) / e.true * 100 for e in own])
        lines.append(
            f"| {group} | {len(own)} | {turned_away} | {off.mean():+.2f} % | {np.median(np.abs(off)):.2f} % "
            f"| {np.quantile(np.abs(off), 0.95):.2f} % | {np.mean([e.within_promise for e in own]):.1%} "
            f"| {np.median([e.u for e in own]):.1f} mm | {np.mean([abs(e.read - e.true) <= e.u for e in own]):.1%} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=40, help="how many photos to make")
    options, _ = parser.parse_known_args()
    print(table(*run(options.scenes)), flush=True)


if __name__ == "__main__":
    main()
