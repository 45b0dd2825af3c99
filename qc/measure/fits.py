"""Smooth lines through a rough edge: a side of a rectangle, the course of a round outline.

Loose fibres only ever stick out. So what belongs to the body is told from the inner half of the points, and less is
allowed outward than inward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_HARMONICS = 8
TERMS = 2 * _HARMONICS + 1
"""Of the course of a round outline: an oval twice as long as wide is within 0.1 %, a strand is smoothed over."""

_PIECE_MM = 6.0
"""A side is seen in pieces this long: one that has a point is seen."""


@dataclass(frozen=True)
class Side:
    """A straight side.

    middle     [2]
    direction  [2], of length one
    length     mm
    spread     how rough its points are, mm
    seen       share of its length, corners left out, on which it rests
    """

    middle: NDArray[np.float64]
    direction: NDArray[np.float64]
    length: float
    spread: float
    seen: float


def fit_side(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> Side:
    """A line through the points [n, 2] of an outline that lie along start to end, corners left out."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    normal = np.array([-along[1], along[0]])
    t, d = (points - start) @ along, (points - start) @ normal
    near = max(6.0, 0.04 * length)
    own = (t > 0.1 * length) & (t < 0.9 * length) & (np.abs(d) < near)
    if own.sum() < 6:
        return Side((start + end) / 2, along, length, near, 0.0)
    t, d = t[own] - length / 2, d[own]
    outward = 1.0 if np.dot(start - points.mean(axis=0), normal) > 0 else -1.0
    keep = np.ones(len(t), bool)
    slope = shift = spread = 0.0
    for _ in range(6):
        slope, shift = np.polyfit(t[keep], d[keep], 1)
        spread, keep = _body(outward * (d - slope * t - shift))
    pieces = max(1, round(0.8 * length / _PIECE_MM))
    seen = len(np.unique(np.floor((t[keep] / (0.8 * length) + 0.5) * pieces))) / pieces
    direction = along + slope * normal
    return Side(
        (start + end) / 2 + shift * normal, direction / np.linalg.norm(direction), length, spread, min(1.0, seen)
    )


def meet(one: Side, other: Side) -> NDArray[np.float64]:
    """The corner [2] between two sides."""
    t = np.linalg.solve(np.column_stack([one.direction, -other.direction]), other.middle - one.middle)[0]
    return np.asarray(one.middle + t * one.direction)


def fit_course(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The smooth course [360, 2] of an outline [n, 2], and the standard deviation of its points about it, mm.

    Distance from the middle as a short Fourier series of the angle.
    """
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    away = points - middle
    radius, angle = np.hypot(*away.T), np.arctan2(away[:, 1], away[:, 0])
    terms = _series(angle)
    keep = np.ones(len(points), bool)
    spread = 0.0
    for _ in range(6):
        normal = terms[keep].T @ terms[keep] + 1e-6 * np.eye(TERMS)
        series = np.linalg.solve(normal, terms[keep].T @ radius[keep])
        spread, keep = _body(radius - terms @ series)
    around = np.radians(np.arange(360.0))
    course = (_series(around) @ series)[:, None] * np.column_stack([np.cos(around), np.sin(around)])
    return middle + course, spread


def _series(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    turns = angle[:, None] * np.arange(1, _HARMONICS + 1)
    return np.concatenate([np.ones((len(angle), 1)), np.cos(turns), np.sin(turns)], axis=1)


def _body(outward: NDArray[np.float64]) -> tuple[float, NDArray[np.bool_]]:
    """Standard deviation of the body's own edge, mm, and which points belong to it, from their distances outward."""
    inward = -outward[outward < 0]
    spread = 1.4826 * float(np.median(inward)) + 0.05 if len(inward) else 0.05
    return spread, np.asarray((outward < 1.8 * spread + 0.1) & (outward > -3 * spread - 0.1))
