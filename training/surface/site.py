"""The place of a defect: which strand lies there, which way it runs, how large things are in px."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.fields import RIM_ID, Bool
from training.surface.noise import F32, TABLE, WRAP
from training.surface.scene import Picture, Scene


@dataclass(frozen=True)
class Site:
    """x, y in px;  group, index, along  name the strand on top and the place on it (along in base pitches)

    heading  px direction in which `along` grows, radians;  pitch  px of one base pitch here
    half  px half width of the strand;  colour  its albedo, linear RGB
    """

    x: float
    y: float
    group: int
    index: int
    along: float
    heading: float
    pitch: float
    half: float
    colour: F32

    def toward(self, along: float, aside: float = 0.0) -> tuple[float, float]:
        """The px point `along` base pitches further along the strand and `aside` px to its right."""
        c, s = np.cos(self.heading), np.sin(self.heading)
        return self.x + along * self.pitch * c - aside * s, self.y + along * self.pitch * s + aside * c


def site_at(scene: Scene, good: Picture, x: float, y: float) -> Site | None:
    """The site at (x, y), or None where no strand of the weave lies on top."""
    n = scene.size
    i, j = min(n - 3, max(2, round(y))), min(n - 3, max(2, round(x)))
    strand = int(good.fields.strand[i, j])
    weaving = scene.weaving
    if strand < 0:
        return None
    group = 0 if weaving.is_rows else strand // TABLE
    if group >= len(weaving.pitch) or (weaving.is_rows and strand >= RIM_ID):
        return None  # the rim
    index = int(good.fields.cells[1, i, j]) if weaving.is_rows else strand % TABLE
    u, v = good.coordinates
    angle = weaving.angle[group]
    c, s = float(np.cos(angle)), float(np.sin(angle))
    gx = ((u[i, j + 2] - u[i, j - 2]) * c + (v[i, j + 2] - v[i, j - 2]) * s) / 4
    gy = ((u[i + 2, j] - u[i - 2, j]) * c + (v[i + 2, j] - v[i - 2, j]) * s) / 4
    hx = ((u[i, j + 2] - u[i, j - 2]) * s - (v[i, j + 2] - v[i, j - 2]) * c) / 4
    hy = ((u[i + 2, j] - u[i - 2, j]) * s - (v[i + 2, j] - v[i - 2, j]) * c) / 4
    slope, width = float(np.hypot(gx, gy)), max(float(np.hypot(hx, hy)), 1e-4)
    pitch = 1 / max(slope, 1e-4)
    return Site(
        x=float(x),
        y=float(y),
        group=group,
        index=index % TABLE,
        along=float(u[i, j] * c + v[i, j] * s),
        heading=float(np.arctan2(gy, gx)),
        pitch=pitch,
        half=weaving.half[group] / width,
        colour=np.asarray(good.albedo[max(0, i - 1) : i + 2, max(0, j - 1) : j + 2].mean((0, 1)), np.float32),
    )


def strand_run(scene: Scene, good: Picture, site: Site, start: float, stop: float, spare: float) -> Bool:
    """Where the site's strand lies on top from `start` to `stop` along it, widened by `spare` px. bool [H, W]."""
    u, v = good.coordinates
    if scene.weaving.is_rows:
        mine = good.fields.cells[1] & WRAP == site.index
    else:
        mine = good.fields.strand == site.group * TABLE + site.index
    angle = scene.weaving.angle[site.group]
    along = u * np.float32(np.cos(angle)) + v * np.float32(np.sin(angle))
    run = mine & (along > start) & (along < stop)
    r = max(1, round(spare))
    return cv2.dilate(run.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))) > 0


def swept(size: int, courses: list[F32], radius: float) -> Bool:
    """Everything within `radius` px of the polylines. bool [size, size]."""
    drawn = np.zeros((size, size), np.uint8)
    for course in courses:
        cv2.polylines(
            drawn, [np.round(course * 8).astype(np.int32)], False, 1, max(1, round(2 * radius)), cv2.LINE_8, 3
        )
    return drawn > 0
