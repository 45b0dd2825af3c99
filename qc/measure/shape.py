"""Sizes of a closed outline in mm: sides of a rectangle, diameter of a round, extents of anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.fits import TERMS, fit_course, fit_side, meet

Shape = Literal["rectangle", "round", "oval", "irregular"]
SizeName = Literal["length", "width", "diameter", "feret_max", "feret_min"]

_RECTANGLE_FILL = 0.89
"""Share of the smallest rectangle around it that a rectangular piece covers: one with rounded corners does, an oval
(0.79) does not."""

_ELLIPSE_MISFIT = 0.03
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
    """

    mm: float
    wave_mm: float
    line: NDArray[np.float64]


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
    """What an outline [n, 2] is."""
    _, (a, b), _ = cv2.minAreaRect(points.astype(np.float32))
    if _area(points) / max(a * b, 1e-9) >= _RECTANGLE_FILL:
        return "rectangle"
    course, _ = fit_course(points)
    widest, least = _ferets(course)
    if abs(_area(course) / (np.pi / 4 * widest[0] * least[0]) - 1) < _ELLIPSE_MISFIT:
        return "round" if least[0] / widest[0] >= _ROUND else "oval"
    return "irregular"


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
    corners = _box(points)
    for _ in range(2):
        sides = [fit_side(points, corners[k], corners[(k + 1) % 4]) for k in range(4)]
        corners = np.array([meet(sides[k - 1], sides[k]) for k in range(4)])
    read = []
    for here, there in zip(sides[:2], sides[2:], strict=True):
        direction = here.direction - there.direction  # they run against each other
        normal = np.array([-direction[1], direction[0]]) / np.linalg.norm(direction)
        wave = float(np.hypot(here.spread, there.spread)) / float(np.sqrt(max(1.0, 0.8 * here.length / _GRAIN_MM)))
        line = np.array([here.middle, there.middle])
        read.append(Reading(abs(float((here.middle - there.middle) @ normal)), wave, line))
    length, width = sorted(read, key=lambda reading: -reading.mm)
    return {"length": length, "width": width}


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
