"""Composited defects of the weave on a picture's own ground: holes, cut strands, gaps, loose ends, dents."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.composite_colour import Result, draw_tubes
from training.surface.fields import Tube
from training.surface.local_picture import Ground
from training.surface.marks import blob
from training.surface.noise import F32, blur, fractal_field, log_uniform, smooth_field
from training.surface.ribbon import Ribbon, lay
from training.surface.tubes import bend, thread


def _frame(ground: Ground) -> tuple[F32, F32]:
    """Px along and across the strand at the defect's place, for each pixel of the window."""
    axis = np.arange(ground.size, dtype=np.float32)
    dx, dy = axis - np.float32(ground.x), axis[:, None] - np.float32(ground.y)
    c, s = np.float32(np.cos(ground.heading)), np.float32(np.sin(ground.heading))
    return np.asarray(dx * c + dy * s, np.float32), np.asarray(dy * c - dx * s, np.float32)


def _deep(ground: Ground, rng: np.random.Generator, show: float) -> F32:
    """What lies behind the weave: the dark of its gaps, with a hint of the strands below. [n, n, 3]."""
    shift = rng.integers(3, max(4, ground.size // 4), 2)
    under = np.roll(ground.linear, (int(shift[0]), int(shift[1])), (0, 1))
    return np.asarray(ground.dark + np.float32(show) * under * np.float32(0.35), np.float32)


def _pit(ground: Ground, level: F32, deep: F32, soft: float) -> tuple[F32, F32]:
    """The window with a pit where `level` < 1: dark inside, shaded under the lip on the lamp's side, the far lip lit.

    Second value: alpha [n, n] of the pit.
    """
    alpha = np.clip((1 - level) / np.float32(soft) + np.float32(0.5), 0, 1).astype(np.float32)
    shift = np.array([[1, 0, -ground.towards[0] * 3], [0, 1, -ground.towards[1] * 3]], np.float32)
    moved = cv2.warpAffine(alpha, shift, alpha.shape[::-1], borderMode=cv2.BORDER_REFLECT)
    lip = blur(moved - alpha, 1.0)
    inside = deep * (1 + np.float32(0.5) * np.clip(-lip, 0, 1))[..., None]
    rim = ground.linear * (1 - np.float32(0.3) * np.clip(lip, -0.6, 1))[..., None]
    return np.asarray(rim + (inside - rim) * alpha[..., None], np.float32), alpha


def _lifted(
    rng: np.random.Generator,
    ground: Ground,
    start: tuple[float, float],
    angle: float,
    length: float,
    half: float,
    high: float,
) -> Ribbon:
    course = bend(rng, start, angle, length, rng.normal(0, 0.8), 9)
    t = np.linspace(0, 1, len(course), dtype=np.float32)
    source = (
        ground.x + rng.normal(0, 1.5) - 0.3 * length * np.cos(ground.heading),
        ground.y - 0.3 * length * np.sin(ground.heading),
    )
    return Ribbon(
        source,
        ground.heading,
        course,
        (half * (1 - rng.uniform(0.1, 0.5) * t)).astype(np.float32),
        (high * t).astype(np.float32),
        float(rng.uniform(0.95, 1.3)),
    )


def _ends(
    rng: np.random.Generator, ground: Ground, places: list[tuple[float, float, float]], length: float
) -> list[Tube]:
    """Thin yarn or fibre ends at (x, y, angle)."""
    tone = ground.mean_colour(max(2.0, ground.half))
    tubes = []
    for x, y, angle in places:
        course = bend(rng, (x, y), angle + rng.normal(0, 0.5), length * rng.uniform(0.4, 1.2), rng.normal(0, 1.2), 6)
        radius = max(0.5, min(0.5 * ground.half, 0.004 * ground.unit) * rng.uniform(0.4, 1))
        tubes.append(
            thread(
                rng,
                course,
                radius,
                (0.3, rng.uniform(0.5, 3)),
                np.clip(tone * np.float32(rng.uniform(0.9, 1.5)), 0.005, 1),
                taper=0.5,
            )
        )
    return tubes


def hole(rng: np.random.Generator, ground: Ground) -> Result:
    """HOLE: a ragged dark pit that follows the strands, yarn ends hanging into it."""
    radius = max(4.0, log_uniform(rng, 0.016, 0.1) * ground.unit, 0.8 * ground.half)
    level = blob(rng, ground.size, ground.x, ground.y, radius, rng.uniform(0.12, 0.4), log_uniform(rng, 0.5, 2.0))
    luma = np.sqrt(ground.linear.mean(-1))
    detail = luma - blur(luma, max(2.0, ground.half))
    level = level + np.float32(0.35) * np.clip(detail / (float(detail.std()) + 1e-4), -1.5, 1.5) * np.exp(
        -np.square(level - 1)
    )
    out, alpha = _pit(ground, level, _deep(ground, rng, float(rng.uniform(0, 0.25))), min(0.5, 1.6 / radius + 0.1))
    count = int(rng.integers(0, 9))
    angles = rng.uniform(0, 6.3, count)
    places = [(ground.x + radius * np.cos(a), ground.y + radius * np.sin(a), a + np.pi) for a in angles]
    region = (alpha > 0.03) | (level < 1.35)
    if places:
        out, drawn = draw_tubes(ground, out, _ends(rng, ground, places, radius * 1.1))
        region |= drawn
    return out, region


def broken(rng: np.random.Generator, ground: Ground) -> Result:
    """STRAND_BROKEN: the strand's own strip cut, its ends lifted aside, the dark behind it bare."""
    along, across = _frame(ground)
    half = max(2.2, ground.half)
    gap = max(3.0, half * rng.uniform(0.6, 2.2))
    ragged = np.float32(0.35 * half) * smooth_field(rng, ground.size, max(4, ground.size / max(2.0, 0.6 * half)))
    level = np.maximum((np.abs(along) + ragged) / np.float32(gap), np.abs(across) / np.float32(half * 1.02))
    out, alpha = _pit(
        ground, level.astype(np.float32), _deep(ground, rng, float(rng.uniform(0, 0.4))), min(0.9, 1.5 / half)
    )
    region = alpha > 0.03
    c, s = np.cos(ground.heading), np.sin(ground.heading)
    before = out.copy()
    places = []
    for side in (-1, 1):
        start = (ground.x + side * (gap + 0.3 * half) * c, ground.y + side * (gap + 0.3 * half) * s)
        back = ground.heading + (np.pi if side > 0 else 0)
        if rng.random() < 0.75:
            length = float(np.clip(half * rng.uniform(2, 6), 7, 0.22 * ground.unit))
            angle = (back if rng.random() < 0.55 else back + np.pi) + rng.normal(0, 0.5)
            lay(
                ground.linear,
                _lifted(rng, ground, start, angle, length, half * 0.9, min(0.4 * length, 0.05 * ground.unit)),
                ground.towards,
                out,
            )
        places += [(start[0], start[1], back)] * int(rng.integers(0, 4))
    if places:
        out, drawn = draw_tubes(ground, out, _ends(rng, ground, places, 2.2 * half))
        region |= drawn
    region |= np.abs(out - before).max(-1) > 0.004
    return out, region


def missing(rng: np.random.Generator, ground: Ground) -> Result:
    """STRAND_MISSING: a run of the strand gone, the dark and the strands below showing."""
    along, across = _frame(ground)
    half = max(2.0, ground.half) * (1 if rng.random() < 0.7 else 2)
    length = float(np.clip(half * rng.uniform(4, 16), 8, 0.3 * ground.unit))
    bow = np.float32(0.15 * half) * fractal_field(rng, ground.size, 6)
    level = np.maximum(np.abs(along) / np.float32(length), np.abs(across + bow) / np.float32(half))
    luma = np.sqrt(ground.linear.mean(-1))
    detail = luma - blur(luma, max(2.0, half))
    level = level - np.float32(0.2) * np.clip(detail / (float(detail.std()) + 1e-4), -1, 1) * np.exp(
        -np.square(4 * (level - 1))
    )
    rungs = 0.5 + 0.5 * np.sin(
        along * np.float32(2 * np.pi / max(5.0, 2.4 * ground.half)) + np.float32(rng.uniform(0, 6))
    )
    deep = _deep(ground, rng, 0.2) + ground.linear * (np.float32(rng.uniform(0.1, 0.45)) * rungs * rungs)[..., None]
    out, alpha = _pit(ground, level.astype(np.float32), deep.astype(np.float32), min(0.8, 1.5 / half))
    return out, alpha > 0.03


def loose(rng: np.random.Generator, ground: Ground) -> Result:
    """WEAVE_LOOSE: strands pushed apart about a lens-shaped dark gap; nothing is lost, it is crowded aside."""
    along, across = _frame(ground)
    wide = float(np.clip(max(3.0, ground.half) * rng.uniform(0.6, 1.6), 2.2, 0.06 * ground.unit + 2))
    length = wide * rng.uniform(1.8, 5)
    reach = wide * rng.uniform(1.3, 3.5)
    beside = float(rng.choice([-1, 1])) * ground.half
    off = across - np.float32(beside)
    width = np.maximum(np.float32(wide) * np.exp(-np.square(along / np.float32(length))) - np.float32(0.05 * wide), 0)
    push = width * np.exp(-np.maximum(np.abs(off) - width, 0) / np.float32(reach))
    shift = np.where(np.abs(off) < width, off, np.sign(off) * push)
    axis = np.arange(ground.size, dtype=np.float32)
    c, s = np.float32(np.cos(ground.heading)), np.float32(np.sin(ground.heading))
    sx, sy = axis[None] + shift * s, axis[:, None] - shift * c
    moved = cv2.remap(
        ground.linear, sx.astype(np.float32), sy.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    level = np.where(width > 0.6, np.abs(off) / np.maximum(width, 0.6), np.float32(3)).astype(np.float32)
    pushed = replace(ground, linear=np.asarray(moved, np.float32))
    out, alpha = _pit(pushed, level, _deep(ground, rng, float(rng.uniform(0, 0.5))), min(0.9, 1.4 / wide))
    return out, (alpha > 0.03) | (level < 1.5)


def protruding(rng: np.random.Generator, ground: Ground) -> Result:
    """END_PROTRUDING: a strand's end or fibres standing off the surface, with their shadow."""
    unit = ground.unit
    if rng.random() < 0.55:
        out = ground.linear.copy()
        half = float(np.clip(ground.half * rng.uniform(0.4, 0.9), 1.3, 0.02 * unit + 1))
        length = float(np.clip(half * rng.uniform(4, 12), 9, 0.25 * unit))
        angle = ground.heading + rng.choice([0, np.pi]) + rng.normal(0, 0.7)
        lay(
            ground.linear,
            _lifted(rng, ground, (ground.x, ground.y), angle, length, half, min(0.45 * length, 0.07 * unit)),
            ground.towards,
            out,
        )
        changed: NDArray[np.bool_] = np.abs(out - ground.linear).max(-1) > 0.004
        return out, changed
    tone = ground.mean_colour(max(2.0, ground.half)) * np.float32(rng.choice([0.35, 1.5, 2.0]))
    tubes = []
    for _ in range(int(rng.integers(2, 8))):
        spot = (ground.x + rng.normal(0, 0.01 * unit), ground.y + rng.normal(0, 0.01 * unit))
        course = bend(
            rng,
            spot,
            ground.heading + rng.normal(0, 0.9),
            max(8.0, log_uniform(rng, 0.04, 0.14) * unit),
            rng.normal(0, 1.2),
            8,
        )
        tubes.append(
            thread(
                rng,
                course,
                max(0.6, rng.uniform(0.0015, 0.003) * unit),
                (0.5, rng.uniform(2, 6)),
                np.clip(tone, 0.01, 0.95),
                taper=0.5,
            )
        )
    return draw_tubes(ground, ground.linear.copy(), tubes)


def dented(rng: np.random.Generator, ground: Ground) -> Result:
    """SHAPE_DEFORMED: a dent: the picture drawn together, one flank dark, the other lit."""
    n = ground.size
    radius = np.float32(log_uniform(rng, 0.07, 0.2) * ground.unit)
    axis = np.arange(n, dtype=np.float32)
    dx, dy = axis - np.float32(ground.x), axis[:, None] - np.float32(ground.y)
    stretch, heading = log_uniform(rng, 0.6, 1.8), rng.uniform(0, np.pi)
    c, s = np.float32(np.cos(heading)), np.float32(np.sin(heading))
    p, q = (dx * c + dy * s) / np.float32(stretch), dy * c - dx * s
    away = np.sqrt(p * p + q * q) / radius
    bell = np.where(away < 1, (1 - away * away) ** 2, 0).astype(np.float32)
    sign = -1.0 if rng.random() < 0.75 else 1.0
    pull = np.float32(sign * rng.uniform(0.2, 0.4)) * bell
    sx, sy = axis + pull * dx, axis[:, None] + pull * dy
    moved = cv2.remap(
        ground.linear, sx.astype(np.float32), sy.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    relief = bell * radius * np.float32(sign * rng.uniform(0.35, 0.7))
    gx, gy = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=1 / 8)
    lx, ly, lz = ground.towards
    facing = np.clip((lz - lx * gx - ly * gy) / np.sqrt(1 + gx * gx + gy * gy) / lz, 0.2, 1.9)
    return np.asarray(moved * (0.25 + 0.75 * facing)[..., None], np.float32), bell > 0.05
