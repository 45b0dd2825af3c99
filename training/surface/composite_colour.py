"""Composited stains, mould, uneven colour, bore holes and foreign matter on a picture's own ground."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.fields import Tube
from training.surface.local_picture import Ground
from training.surface.marks import blotch, bore_holes, mould, stain
from training.surface.noise import F32, blur, log_uniform
from training.surface.threads import linear
from training.surface.tubes import Canvas, bend, stamp, thread

Result = tuple[F32, NDArray[np.bool_]]
"""The window after the defect, linear RGB [n, n, 3], and the region that its mask may fill."""


def _times(ground: Ground, alpha: F32, tint: F32) -> Result:
    return np.asarray(ground.linear * (1 + alpha[..., None] * (tint - 1)), np.float32), alpha > 0.02


def lit(ground: Ground, colour: F32) -> F32:
    """How a matt surface of this albedo would look in the picture's local light. [n, n, 3]."""
    level = float(ground.linear.mean()) / 0.3
    return np.asarray(colour * ground.glow[..., None] * np.float32(np.clip(level, 0.15, 1.6)), np.float32)


def stained(rng: np.random.Generator, ground: Ground) -> Result:
    """STAIN: multiplies what is there, so strands and shadows stay."""
    radius = max(4.0, log_uniform(rng, 0.02, 0.16) * ground.unit)
    alpha, tint, _ = stain(rng, ground.size, ground.x, ground.y, radius, pale=bool(ground.linear.mean() < 0.06))
    return _times(ground, alpha, tint)


def mouldy(rng: np.random.Generator, ground: Ground) -> Result:
    """MOULD: specks laid over."""
    radius = max(7.0, log_uniform(rng, 0.035, 0.14) * ground.unit)
    alpha, colour, _ = mould(
        rng, ground.size, ground.x, ground.y, radius, dark_ground=bool(ground.linear.mean() < 0.12)
    )
    alpha = alpha * np.float32(rng.uniform(0.6, 0.95))
    return ground.linear + (lit(ground, colour) - ground.linear) * alpha[..., None], alpha > 0.05


def uneven(rng: np.random.Generator, ground: Ground) -> Result:
    """COLOUR_UNEVEN: a large region of another shade."""
    alpha, tint, _ = blotch(rng, ground.size, ground.x, ground.y, log_uniform(rng, 0.12, 0.28) * ground.unit)
    return _times(ground, alpha, tint)


def bored(rng: np.random.Generator, ground: Ground) -> Result:
    """INSECT_DAMAGE: dark round holes and pale dust."""
    hole, dust = bore_holes(
        rng, ground.size, ground.x, ground.y, max(5.0, log_uniform(rng, 0.02, 0.08) * ground.unit), ground.unit
    )
    pale = lit(ground, np.minimum(ground.mean_colour(0.05 * ground.unit) * 1.3 + np.float32(0.2), 0.9))
    out = ground.linear + (pale - ground.linear) * (dust * np.float32(0.8))[..., None]
    out += (ground.dark * np.float32(0.4) - out) * hole[..., None]
    return out, np.maximum(hole, dust) > 0.1


def foreign(rng: np.random.Generator, ground: Ground) -> Result:
    """FOREIGN_MATTER: hair, thread, seeds, bits."""
    n, unit = ground.size, ground.unit
    how = str(rng.choice(["hair", "seed", "bit", "thread"]))
    if how == "bit":
        corners = int(rng.integers(3, 6))
        angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 6) + rng.normal(0, 0.2, corners)
        ring = np.array([ground.x, ground.y]) + np.stack([np.cos(angle), np.sin(angle)], -1) * max(
            3.0, rng.uniform(0.012, 0.045) * unit
        )
        alpha = np.zeros((n, n), np.float32)
        cv2.fillPoly(alpha, [np.round(ring * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
        colour = lit(ground, linear(rng.uniform(10, 245, 3).astype(np.float32)))
        shadow = blur(alpha, 1.2)
        out = ground.linear * (1 - 0.45 * shadow[..., None])
        return out + (colour - out) * alpha[..., None], shadow > 0.05
    tubes = []
    if how in ("hair", "thread"):
        tone = linear(((26, 22, 20), (64, 44, 30), (206, 200, 190), (170, 40, 40), (50, 70, 130))[rng.integers(5)])
        tone = at_place(ground, tone)
        radius = max(0.5, rng.uniform(0.0012, 0.0024) * unit) * (1 if how == "hair" else 2)
        course = bend(
            rng, (ground.x, ground.y), rng.uniform(0, 6.3), rng.uniform(0.1, 0.35) * unit, rng.normal(0, 1.8), 14
        )
        tubes.append(thread(rng, course, radius, (0.5, 1.5), tone, streaks=0.1))
    else:
        tone = linear(((70, 48, 30), (196, 168, 120), (30, 26, 24))[rng.integers(3)])
        tone = at_place(ground, tone)
        for _ in range(int(rng.integers(1, 4))):
            r = max(1.8, rng.uniform(0.006, 0.015) * unit)
            spot = (ground.x + rng.normal(0, 3 * r), ground.y + rng.normal(0, 3 * r))
            tubes.append(
                thread(
                    rng,
                    bend(rng, spot, rng.uniform(0, 6.3), r * rng.uniform(1.2, 3), 0.3, 4),
                    r,
                    (0.8, 0.8),
                    tone,
                    streaks=0.1,
                )
            )
    return draw_tubes(ground, ground.linear.copy(), tubes)


def draw_tubes(ground: Ground, out: F32, tubes: list[Tube]) -> Result:
    """Draw tubes over `out` with their shadows, shaded as round bodies in the assumed lamp."""
    n = ground.size
    canvas = Canvas(np.zeros((n, n), np.float32), out.copy(), np.zeros((n, n), np.float32), np.ones((n, n), np.float32))
    stamp(canvas, tubes, ground.towards, 1.0)
    lx, ly, lz = ground.towards
    gx = np.clip(cv2.Scharr(canvas.height, cv2.CV_32F, 1, 0, scale=1 / 32), -1.2, 1.2)
    gy = np.clip(cv2.Scharr(canvas.height, cv2.CV_32F, 0, 1, scale=1 / 32), -1.2, 1.2)
    facing = np.clip((lz - lx * gx - ly * gy) / np.sqrt(1 + gx * gx + gy * gy) / lz, 0.45, 1.6)
    raised = blur((canvas.height > 0.3).astype(np.float32), 0.6)
    shown = canvas.albedo * ((0.4 + 0.6 * canvas.thrown) * (1 + raised * (0.7 * facing - 0.7)))[..., None]
    changed = cv2.dilate((np.abs(shown - out).max(-1) > 0.004).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray(shown, np.float32), changed


def at_place(ground: Ground, colour: F32) -> F32:
    """The albedo `colour` under the light at the defect's place. [3]."""
    i, j = int(np.clip(ground.y, 0, ground.size - 1)), int(np.clip(ground.x, 0, ground.size - 1))
    return np.asarray(lit(ground, colour)[i, j], np.float32)
