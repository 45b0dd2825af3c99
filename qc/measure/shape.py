"""Sizes of a closed outline in mm: sides of a rectangle, diameter of a round, extents of anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.fits import TERMS, Side, fit_course, fit_side, meet

Shape = Literal["rectangle", "round", "oval", "irregular"]
SizeName = Literal["length", "width", "diameter", "feret_max", "feret_min"]

_MISFIT = 0.015
"""Median distance of an outline from the rectangle or ellipse that it is called, as a share of its size, or 1 mm."""

_ROUND = 0.92
"""Least over greatest diameter of what is called round."""

_GRAIN_MM = 10.0
"""Waves of an edge are independent of each other at about this distance: a strand or two."""


@dataclass(frozen=True)
class Reading:
    """One size.

    mm       the size
    wave_mm  the standard deviation that the waves of the edge leave in it
    line     [2, 2] in mm, where it was taken, end to end
    seen     share of the edge it rests on that was seen
    """

    mm: float
    wave_mm: float
    line: NDArray[np.float64]
    seen: float = 1.0


Readings = dict[SizeName, Reading]

METHODS: dict[tuple[Shape, SizeName], str] = {
    ("rectangle", "length"): "rectangle_sides_fitted",
    ("rectangle", "width"): "rectangle_sides_fitted",
    ("round", "diameter"): "equivalent_area",
    ("round", "feret_max"): "feret",
    ("round", "feret_min"): "feret",
    ("oval", "length"): "feret",
    ("oval", "width"): "feret",
    ("irregular", "length"): "minimum_area_rectangle",
    ("irregular", "width"): "minimum_area_rectangle",
}
"""What is read from which shape, and how."""


def classify(points: NDArray[np.float64]) -> Shape:
    """What an outline [n, 2] is: the rectangle or the ellipse that fits it better, if either fits."""
    _, corners = _sides(points)
    to_rectangle = np.median(_distance_to(corners, points))
    centre, axes, angle = cv2.fitEllipse(points.astype(np.float32))
    a = np.radians(angle)
    along = (points - centre) @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    size = float(np.sqrt(axes[0] * axes[1]))
    to_ellipse = np.median(np.abs(np.hypot(*(along / np.array(axes) * 2).T) - 1)) * size / 2
    if min(to_rectangle, to_ellipse) > max(1.0, _MISFIT * size):
        return "irregular"
    if to_rectangle < to_ellipse:
        return "rectangle"
    widest, least = _ferets(fit_course(points)[0])
    return "round" if least[0] / widest[0] >= _ROUND else "oval"


def _distance_to(corners: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n], from points [n, 2] to the nearest side of a polygon [m, 2]."""
    start, step = corners, np.roll(corners, -1, axis=0) - corners
    away = points[:, None] - start
    share = np.clip((away * step).sum(axis=-1) / (step**2).sum(axis=-1), 0, 1)
    return np.asarray(np.linalg.norm(away - share[..., None] * step, axis=-1).min(axis=1))


def sizes_of(points: NDArray[np.float64], shape: Shape) -> Readings:
    """Sizes of an outline [n, 2], taken as `shape`."""
    if shape == "rectangle":
        return _rectangle(points)
    if shape == "irregular":
        return _irregular(points)
    course, wave = fit_course(points)
    perimeter = float(np.linalg.norm(np.diff(course, axis=0, append=course[:1]), axis=1).sum())
    freedom = max(1.0, perimeter / _GRAIN_MM)  # independent readings along the edge
    opposite = wave * float(np.sqrt(2 * TERMS / freedom))  # of two places of the fitted course
    widest, least = (Reading(mm, opposite, line) for mm, line in _ferets(course))
    if shape == "oval":
        return {"length": widest, "width": least}
    diameter = float(np.sqrt(4 * _area(course) / np.pi))
    middle = course.mean(axis=0)
    line = middle + (widest.line - middle) * diameter / widest.mm
    return {
        "diameter": Reading(diameter, 2 * wave / float(np.sqrt(freedom)), line),
        "feret_max": widest,
        "feret_min": least,
    }


def _rectangle(points: NDArray[np.float64]) -> Readings:
    """Length and width between lines fitted to opposite sides, within the smallest rectangle around the outline.

    That rectangle alone rests on four outermost points, which are loose fibres; the sides rest on hundreds.
    """
    sides, _ = _sides(points)
    read = []
    for here, there in zip(sides[:2], sides[2:], strict=True):
        direction = here.direction - there.direction  # they run against each other
        normal = np.array([-direction[1], direction[0]]) / np.linalg.norm(direction)
        wave = float(np.hypot(here.spread, there.spread)) / float(np.sqrt(max(1.0, 0.8 * here.length / _GRAIN_MM)))
        line = np.array([here.middle, there.middle])
        value = abs(float((here.middle - there.middle) @ normal))
        read.append(Reading(value, wave, line, min(here.seen, there.seen)))
    length, width = sorted(read, key=lambda reading: -reading.mm)
    return {"length": length, "width": width}


def _sides(points: NDArray[np.float64]) -> tuple[list[Side], NDArray[np.float64]]:
    """Four fitted sides in order, and the corners [4, 2] where they meet."""
    corners = _box(points)
    for _ in range(3):
        sides = [fit_side(points, corners[k], corners[(k + 1) % 4]) for k in range(4)]
        corners = np.array([meet(sides[k - 1], sides[k]) for k in range(4)])
    return sides, corners


def _irregular(points: NDArray[np.float64]) -> Readings:
    """The smallest rectangle around it, with all the roughness of the outermost points on which that rests."""
    corners = _box(points)
    _, wave = fit_course(points)
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    read = [
        Reading(float(np.linalg.norm(middles[k] - middles[k + 2])), 2 * wave, middles[[k, k + 2]]) for k in range(2)
    ]
    length, width = sorted(read, key=lambda reading: -reading.mm)
    return {"length": length, "width": width}


def _box(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """[4, 2], corners of the smallest rectangle around the points."""
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))), np.float64)


def _area(points: NDArray[np.float64]) -> float:
    x, y = (points - points.mean(axis=0)).T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def _ferets(points: NDArray[np.float64]) -> list[tuple[float, NDArray[np.float64]]]:
    """Greatest and least extent over half a turn, each with its line [2, 2] through the middle."""
    angles = np.radians(np.arange(0, 180, 1.0))
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    reach = points @ directions.T  # [n, 180]
    extent = reach.max(axis=0) - reach.min(axis=0)
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    ends = np.array([[-0.5], [0.5]])
    return [(float(extent[k]), middle + ends * extent[k] * directions[k]) for k in (extent.argmax(), extent.argmin())]
