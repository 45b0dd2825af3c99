"""A strip of a picture laid along a new course: a strand that has come loose keeps its own fibres and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.noise import F32, blur
from training.surface.strokes import strokes


@dataclass(frozen=True)
class Ribbon:
    """source, heading  px start and direction of the strip in the picture;  course  px polyline [N, 2]

    half  its half width in px [N];  lift  px height along the course [N];  tone  brightness against the source
    """

    source: tuple[float, float]
    heading: float
    course: F32
    half: F32
    lift: F32
    tone: float = 1.0


def lay(picture: F32, ribbon: Ribbon, towards: tuple[float, float, float], out: F32) -> None:
    """Draw the ribbon's shadow and the ribbon onto `out` (linear RGB [n, n, 3], in place); `picture` is read."""
    n = out.shape[0]
    course, steps = ribbon.course, len(ribbon.course) - 1
    drawn = np.zeros((n, n), np.float32)
    slide = -np.array(towards[:2], np.float32) / max(0.3, towards[2])
    below = np.round((course + np.minimum(ribbon.lift, 30)[:, None] * slide + slide) * 8).astype(np.int32)
    for k in range(steps):
        a, b = below[k], below[k + 1]
        thick = max(1, round(2 * float(ribbon.half[k])))
        cv2.line(drawn, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1.0, thick, cv2.LINE_AA, 3)
    drawn = blur(drawn, 0.8 + 0.08 * float(ribbon.lift.mean()))
    out *= 1 - np.float32(0.55) * np.clip(drawn, 0, 1)[..., None]
    c, s = np.float32(np.cos(ribbon.heading)), np.float32(np.sin(ribbon.heading))
    for stroke in strokes(course, ribbon.half, out.shape):
        half, side, (dx, dy) = stroke.width, stroke.side, stroke.heading
        alpha = np.clip(half - stroke.away + np.float32(0.5), 0, 1)[..., None]
        along, offset = stroke.along, np.clip(side, -ribbon.half[0], ribbon.half[0])
        sx = np.float32(ribbon.source[0]) + along * c - offset * s
        sy = np.float32(ribbon.source[1]) + along * s + offset * c
        taken = cv2.remap(
            picture, sx.astype(np.float32), sy.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        cross = side / np.maximum(half, 0.5)
        facing = 1 + np.float32(0.35) * cross * np.float32(towards[0] * -dy + towards[1] * dx)
        edge = 1 - np.float32(0.3) * np.clip(np.abs(cross), 0, 1) ** 4
        taken = taken * (np.float32(ribbon.tone) * facing * edge)[..., None]
        out[stroke.window] += (taken - out[stroke.window]) * alpha
