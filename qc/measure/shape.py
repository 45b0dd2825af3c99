"""Sizes of a closed outline in mm: sides of a rectangle, diameter of a round, extents of anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

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

_HARMONICS = 8
_TERMS = 2 * _HARMONICS + 1
"""Of the course of a round outline: an oval twice as long as wide is within 0.1 %, a strand is smoothed over."""

METHODS: dict[SizeName, str] = {
    "length": "minimum_area_rectangle",
    "width": "minimum_area_rectangle",
    "diameter": "equivalent_area",
    "feret_max": "feret",
    "feret_min": "feret",
}


@dataclass(frozen=True)
class Sizes:
    """Sizes by name in mm, and for each the standard deviation that the waves of the edge leave in it."""

    shape: Shape
    mm: dict[SizeName, float]
    wave_mm: dict[SizeName, float]


def classify(points: NDArray[np.float64]) -> Shape:
    """What an outline [n, 2] is."""
    area = _area(points)
    (_, (a, b), _) = cv2.minAreaRect(points.astype(np.float32))
    if area / max(a * b, 1e-9) >= _RECTANGLE_FILL:
        return "rectangle"
    course, _ = _course(points)
    widest, least = _ferets(course)
    if abs(_area(course) / (np.pi / 4 * widest * least) - 1) < _ELLIPSE_MISFIT:
        return "round" if least / widest >= _ROUND else "oval"
    return "irregular"


def sizes_of(points: NDArray[np.float64], shape: Shape) -> Sizes:
    """Sizes of an outline [n, 2], taken as `shape`."""
    if shape == "rectangle":
        return _rectangle(points)
    course, wave = _course(points)
    widest, least = _ferets(course)
    perimeter = float(np.linalg.norm(np.diff(course, axis=0, append=course[:1]), axis=1).sum())
    freedom = max(1.0, perimeter / _GRAIN_MM)  # independent readings along the edge
    mean = 2 * wave / np.sqrt(freedom)
    one = wave * np.sqrt(2 * _TERMS / freedom)  # of two opposite places on the fitted course
    if shape == "round":
        diameter = float(np.sqrt(4 * _area(course) / np.pi))
        return Sizes(
            shape,
            {"diameter": diameter, "feret_max": widest, "feret_min": least},
            {"diameter": float(mean), "feret_max": float(one), "feret_min": float(one)},
        )
    if shape == "irregular":  # no fit to lean on: the smallest rectangle, and all the roughness of its outermost points
        (_, (a, b), _) = cv2.minAreaRect(points.astype(np.float32))
        widest, least, one = max(a, b), min(a, b), 2 * wave
    return Sizes(shape, {"length": widest, "width": least}, {"length": float(one), "width": float(one)})


def _rectangle(points: NDArray[np.float64]) -> Sizes:
    """Length and width between lines fitted to opposite sides, within the smallest rectangle around the outline.

    That rectangle alone rests on four outermost points, which are loose fibres; the sides rest on hundreds.
    """
    corners = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))).astype(np.float64)
    for _ in range(2):
        lines = [_side(points, corners[k], corners[(k + 1) % 4]) for k in range(4)]
        corners = np.array([_meet(lines[k - 1], lines[k]) for k in range(4)])
    mm: dict[SizeName, float] = {}
    wave: dict[SizeName, float] = {}
    across = []
    for k in range(2):
        here, there = lines[k], lines[k + 2]
        direction = here[1] - there[1]  # they run against each other
        direction = direction / np.linalg.norm(direction)
        normal = np.array([-direction[1], direction[0]])
        across.append((abs(float(np.dot(here[0] - there[0], normal))), float(np.hypot(here[2], there[2]))))
    across.sort(reverse=True)
    names: tuple[SizeName, SizeName] = ("length", "width")
    for name, (value, spread) in zip(names, across, strict=True):
        mm[name], wave[name] = value, spread
    return Sizes("rectangle", mm, wave)


_Line = tuple[NDArray[np.float64], NDArray[np.float64], float]
"""Middle [2], direction [2] of length one, standard deviation of the middle across the line."""


def _side(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> _Line:
    """A line through the points that belong to one side, corners left out."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    normal = np.array([-along[1], along[0]])
    t, d = (points - start) @ along, (points - start) @ normal
    near = max(6.0, 0.04 * length)
    own = (t > 0.1 * length) & (t < 0.9 * length) & (np.abs(d) < near)
    if own.sum() < 6:
        return (start + end) / 2, along, near
    t, d = t[own] - length / 2, d[own]
    outward = 1.0 if np.dot(start - points.mean(axis=0), normal) > 0 else -1.0
    keep = np.ones(len(t), bool)
    slope = shift = spread = 0.0
    for _ in range(6):
        slope, shift = np.polyfit(t[keep], d[keep], 1)
        spread, keep = _body(outward * (d - slope * t - shift))
    waves = spread / np.sqrt(max(1.0, 0.8 * length / _GRAIN_MM))
    direction = along + slope * normal
    return (start + end) / 2 + shift * normal, direction / np.linalg.norm(direction), waves


def _body(outward: NDArray[np.float64]) -> tuple[float, NDArray[np.bool_]]:
    """Standard deviation of the body's own edge, mm, and which points belong to it, from their distances outward.

    Loose fibres only ever stick out: the spread is that of the inner half, and less is allowed outward than inward.
    """
    inward = -outward[outward < 0]
    spread = 1.4826 * float(np.median(inward)) + 0.05 if len(inward) else 0.05
    return spread, (outward < 1.8 * spread + 0.1) & (outward > -3 * spread - 0.1)


def _meet(one: _Line, other: _Line) -> NDArray[np.float64]:
    t = np.linalg.solve(np.column_stack([one[1], -other[1]]), other[0] - one[0])[0]
    return np.asarray(one[0] + t * one[1])


def _area(points: NDArray[np.float64]) -> float:
    x, y = (points - points.mean(axis=0)).T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def _ferets(points: NDArray[np.float64]) -> tuple[float, float]:
    """Greatest and least extent over half a turn."""
    angles = np.radians(np.arange(0, 180, 1.0))
    reach = points @ np.stack([np.cos(angles), np.sin(angles)])  # [n, 180]
    extent = reach.max(axis=0) - reach.min(axis=0)
    return float(extent.max()), float(extent.min())


def _course(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The outline's smooth course, [360, 2], and the standard deviation of the outline about it, mm.

    Distance from the middle as a short Fourier series of the angle, fitted so that loose fibres have no say.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    away = points - middle
    radius, angle = np.hypot(*away.T), np.arctan2(away[:, 1], away[:, 0])
    terms = _series(angle)
    keep = np.ones(len(points), bool)
    for _ in range(6):
        normal = terms[keep].T @ terms[keep] + 1e-6 * np.eye(terms.shape[1])
        series = np.linalg.solve(normal, terms[keep].T @ radius[keep])
        spread, keep = _body(radius - terms @ series)
    around = np.radians(np.arange(360.0))
    course = (_series(around) @ series)[:, None] * np.column_stack([np.cos(around), np.sin(around)])
    return middle + course, spread


def _series(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    turns = angle[:, None] * np.arange(1, _HARMONICS + 1)
    return np.concatenate([np.ones((len(angle), 1)), np.cos(turns), np.sin(turns)], axis=1)
