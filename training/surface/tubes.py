"""Strands, yarn ends, sticks and hairs as tubes stamped onto a height field."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.fields import Tube
from training.surface.noise import F32, blur, fibre_tile, look_up, wander
from training.surface.strokes import strokes


@dataclass
class Canvas:
    """What tubes are stamped on; changed in place. height [H, W] px, albedo [H, W, 3], gloss [H, W], thrown [H, W]."""

    height: F32
    albedo: F32
    gloss: F32
    thrown: F32


def bend(
    rng: np.random.Generator, start: tuple[float, float], angle: float, length: float, curl: float, steps: int = 10
) -> F32:
    """A curved course from `start`, px [steps + 1, 2]: `curl` is the change of direction along it, in radians."""
    turn = np.cumsum(rng.normal(0, abs(curl) * 0.5, steps) + curl) / steps
    heading = angle + turn
    step = np.stack([np.cos(heading), np.sin(heading)], -1) * (length / steps)
    return np.concatenate([[start], start + np.cumsum(step, 0)]).astype(np.float32)


def thread(
    rng: np.random.Generator,
    points: F32,
    radius: float,
    lift: tuple[float, float],
    colour: F32,
    *,
    taper: float = 1.0,
    gloss: float = 0.0,
    flat: bool = False,
    streaks: float = 0.25,
) -> Tube:
    """A tube along `points`; radius changes to `taper` times at its far end, lift from lift[0] to lift[1] (px)."""
    n = len(points)
    t = np.linspace(0, 1, n, dtype=np.float32)
    r = radius * (1 + (taper - 1) * t) * (1 + 0.08 * wander(rng, n, 1.0))
    z = lift[0] + (lift[1] - lift[0]) * t * (0.6 + 0.4 * t)
    return Tube(
        points,
        r.astype(np.float32),
        z.astype(np.float32),
        (float(colour[0]), float(colour[1]), float(colour[2])),
        gloss,
        flat,
        streaks,
    )


def _throw_shadows(canvas: Canvas, tubes: list[Tube], towards: tuple[float, float, float]) -> None:
    h, w = canvas.height.shape
    for tube in tubes:
        if tube.lift.max() < 0.7:
            continue
        drawn = np.zeros((h, w), np.uint8)
        slide = np.minimum(tube.lift, 40)[:, None] * -np.array(towards[:2], np.float32) / max(0.25, towards[2])
        at = np.round((tube.points + slide) * 16).astype(np.int32)
        for k in range(len(at) - 1):
            thick = max(1, round(float(tube.radius[k] + tube.radius[k + 1])))
            a, b = at[k], at[k + 1]
            cv2.line(drawn, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 255, thick, cv2.LINE_AA, 4)
        soft = blur(drawn, 0.7 + 0.06 * float(tube.lift.mean()))
        weight = min(1.0, 1.2 * float(tube.radius.mean()) + 0.2)
        canvas.thrown *= 1 - soft.astype(np.float32) * np.float32(0.8 * weight / 255)


def stamp(canvas: Canvas, tubes: list[Tube], towards: tuple[float, float, float], soften: float) -> None:
    """Draw the tubes and the shadows they throw. `soften` is the width (px) of the ground they rest on."""
    if not tubes:
        return
    _throw_shadows(canvas, tubes, towards)
    ground = blur(canvas.height, max(1.0, soften))
    for tube in tubes:
        for stroke in strokes(tube.points, tube.radius, canvas.height.shape):
            k, t, r, away, window = stroke.step, stroke.t, stroke.width, stroke.away, stroke.window
            alpha = np.clip(r - away + np.float32(0.5), 0, 1) * np.minimum(2 * r, 1)
            inside = alpha > 0.5
            cap = np.clip(1 - (away / np.maximum(r, 0.3)) ** 2, 0, 1)
            top = r * (np.sqrt(cap) if not tube.flat else np.float32(0.35) * np.minimum(cap * 3, 1))
            lift = tube.lift[k] + (tube.lift[k + 1] - tube.lift[k]) * t
            raised = ground[window] + lift + top
            canvas.height[window] = np.where(inside, np.maximum(raised, canvas.height[window]), canvas.height[window])
            fibre = look_up(fibre_tile(), stroke.along.astype(np.float32), stroke.side.astype(np.float32) * 1.3)
            tint = np.clip(1 + np.float32(tube.streaks) * fibre, 0.3, 1.7)[..., None] * np.array(
                tube.colour, np.float32
            )
            canvas.albedo[window] += (tint - canvas.albedo[window]) * alpha[..., None]
            canvas.gloss[window] = np.where(inside, np.float32(tube.gloss), canvas.gloss[window])
