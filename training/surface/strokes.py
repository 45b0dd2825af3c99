"""A course drawn step by step: for each straight step the pixels that it may cover, along it and beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from training.surface.noise import F32


@dataclass(frozen=True)
class Stroke:
    """One step of a course, over a window of the picture [h, w].

    window    where the step may show
    t         0 at its begin to 1 at its end, of each pixel's nearest point
    along     px from the course's begin to that point
    side      px beside the step's line, positive to its right as y goes down
    away      px from the nearest point of the step
    width     half the course's width there
    heading   of the step, as a unit vector
    """

    step: int
    window: tuple[slice, slice]
    t: F32
    along: F32
    side: F32
    away: F32
    width: F32
    heading: tuple[float, float]


def strokes(points: F32, half: F32 | Sequence[float], shape: tuple[int, ...]) -> Iterator[Stroke]:
    """The steps of a course that show in a picture.

    Args:
        points: the course, px as (x, y) [K, 2].
        half: half its width at each point, px [K].
        shape: of the picture, rows first.
    """
    h, w = shape[:2]
    run = 0.0
    for k in range(len(points) - 1):
        a, b = points[k], points[k + 1]
        length = float(np.hypot(*(b - a)))
        reach = float(max(half[k], half[k + 1])) + 1.5
        x0, x1 = int(max(0, min(a[0], b[0]) - reach)), int(min(w, max(a[0], b[0]) + reach + 1))
        y0, y1 = int(max(0, min(a[1], b[1]) - reach)), int(min(h, max(a[1], b[1]) + reach + 1))
        if x0 < x1 and y0 < y1 and length >= 1e-3:
            dx, dy = (b - a) / length
            px = np.arange(x0, x1, dtype=np.float32) - a[0]
            py = np.arange(y0, y1, dtype=np.float32)[:, None] - a[1]
            t = np.clip((px * dx + py * dy) / length, 0, 1)
            side = px * -dy + py * dx
            away = np.hypot(px - t * (dx * length), py - t * (dy * length))
            width = half[k] + (half[k + 1] - half[k]) * t
            yield Stroke(k, (slice(y0, y1), slice(x0, x1)), t, run + t * length, side, away, width, (dx, dy))
        run += length
