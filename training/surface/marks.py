"""Marks on a surface, as maps over a square: stains of many looks, mould, blotches, bore holes; unlit.

Each returns alpha float32 [H, W] (0..1) and a tint: the factor on the albedo where alpha is 1 (above 1: bleached).
"""

from __future__ import annotations

import cv2
import numpy as np

from training.surface.noise import F32, blur, fractal_field, log_uniform, smooth_field
from training.surface.threads import linear

STAINS = {
    "oil": 0.18, "ring": 0.07, "smear": 0.12, "drip": 0.08, "ink": 0.09, "faint": 0.12, "print": 0.06, "bleach": 0.08,
    "splash": 0.07, "streak": 0.05, "clump": 0.05, "patch": 0.03,
}  # fmt: skip
"""How often each look of a stain is drawn."""


def blob(
    rng: np.random.Generator, size: int, x: float, y: float, radius: float, ragged: float, stretch: float = 1.0
) -> F32:
    """Level of a ragged blob: below 1 inside, about distance / radius outside. float32 [size, size]."""
    axis = np.arange(size, dtype=np.float32)
    angle = rng.uniform(0, np.pi)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx, dy = axis - np.float32(x), axis[:, None] - np.float32(y)
    p, q = (dx * c + dy * s) / np.float32(stretch), dy * c - dx * s
    level = cv2.magnitude(p.astype(np.float32), q.astype(np.float32)) / np.float32(radius)
    cells = float(np.clip(1.3 * size / radius, 3, size / 3))
    border = np.exp(-np.square(np.minimum(level, 3) - 1))  # ragged at its border, without islands far away
    return np.asarray(
        level + np.float32(ragged) * border * np.clip(fractal_field(rng, size, cells), -1.8, 1.8), np.float32
    )


def _soft(level: F32, softness: float) -> F32:
    return np.asarray(np.clip((1 - level) / np.float32(softness) + np.float32(0.5), 0, 1), np.float32)


def stain_colour(rng: np.random.Generator) -> F32:
    """Factor on the albedo of a full stain: oil, soot, mud, coffee, ink. [3]."""
    colours = ((90, 80, 66), (46, 42, 40), (120, 92, 62), (104, 70, 44), (50, 58, 110), (150, 60, 50), (70, 84, 62))
    tone = np.sqrt(linear(colours[rng.choice(7, p=[0.27, 0.23, 0.16, 0.13, 0.08, 0.06, 0.07])]))
    return np.asarray(tone * np.float32(rng.uniform(0.75, 1.3)), np.float32)


def stain(
    rng: np.random.Generator, size: int, x: float, y: float, radius: float, pale: bool = False
) -> tuple[F32, F32, str]:
    """A stain of about `radius` px at (x, y): alpha [H, W], tint [3], and its recipe.

    `pale` marks lie on dark goods, where a dark mark would not show: bleach, chalk, dried salt.
    """
    how = str(rng.choice(list(STAINS), p=list(STAINS.values())))
    tint = stain_colour(rng)
    if pale and rng.random() < 0.75:
        tint = np.array([1.0, 0.98, 0.93], np.float32) * np.float32(rng.uniform(2.0, 4.5))
    strength = float(rng.uniform(0.6, 1.0))
    if how == "oil":
        level = blob(rng, size, x, y, radius, 0.12, log_uniform(rng, 0.8, 1.6))
        alpha = _soft(level, rng.uniform(0.3, 1.1)) * np.clip(
            0.75 + 0.2 * fractal_field(rng, size, 2.5 * size / radius), 0.2, 1
        )
    elif how == "faint":
        alpha = _soft(blob(rng, size, x, y, radius, 0.2, log_uniform(rng, 0.6, 2)), rng.uniform(0.3, 1.2))
        strength = float(rng.uniform(0.25, 0.5))
    elif how == "ring":
        level = blob(rng, size, x, y, radius, 0.05)
        wide = rng.uniform(0.05, 0.22)
        alpha = np.exp(-(((level - 1) / wide) ** 2)) + (level < 1) * np.float32(rng.uniform(0.1, 0.5))
    elif how == "smear":
        level = blob(rng, size, x, y, radius * 0.5, 0.45, rng.uniform(2, 4))
        alpha = _soft(level, 0.7) * np.clip(0.5 + 0.6 * smooth_field(rng, size, 5 * size / radius / 3), 0, 1)
    elif how == "drip":
        alpha = np.zeros((size, size), np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        for _ in range(int(rng.integers(2, 7))):
            step, r = rng.uniform(-1, 1) * radius, radius * rng.uniform(0.1, 0.35)
            cx, cy = x + step * np.cos(angle) + rng.normal(0, r), y + step * np.sin(angle) + rng.normal(0, r)
            alpha = np.maximum(alpha, _soft(blob(rng, size, cx, cy, max(2.0, r), 0.06, log_uniform(rng, 0.9, 2)), 0.25))
    elif how == "ink":
        alpha = _soft(blob(rng, size, x, y, radius * 0.6, 0.3), rng.uniform(0.08, 0.3))
        strength, tint = float(rng.uniform(0.8, 1)), tint * np.float32(1 if pale else 0.6)
    elif how == "print":
        alpha = _print(rng, size, x, y, radius)
    elif how == "clump":
        alpha = _clump(rng, size, x, y, radius)
    elif how == "patch":
        axis = np.arange(size, dtype=np.float32)
        angle, tall = rng.uniform(0, np.pi), rng.uniform(0.5, 1)
        dx, dy = axis - np.float32(x), axis[:, None] - np.float32(y)
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        p, q = dx * c + dy * s, dy * c - dx * s
        square = np.maximum(np.abs(p), np.abs(q) / np.float32(tall)) / np.float32(0.6 * radius)
        alpha = _soft(np.asarray(square, np.float32), 2.5 / radius)
        strength = float(rng.uniform(0.4, 0.9))
    elif how == "bleach":
        alpha = _soft(blob(rng, size, x, y, radius, 0.25), rng.uniform(0.2, 0.8))
        tint = np.array([1.0, 1.0, 0.97], np.float32) * np.float32(rng.uniform(1.7, 2.8))
    elif how == "streak":
        alpha = _soft(
            blob(rng, size, x, y, max(1.6, radius * rng.uniform(0.06, 0.16)), 0.25, radius / max(1.6, 0.12 * radius)),
            0.8,
        )
    else:
        alpha = _soft(blob(rng, size, x, y, radius * 0.5, 0.25), 0.3)
        for _ in range(int(rng.integers(6, 24))):
            away, angle, r = radius * rng.uniform(0.5, 1.3), rng.uniform(0, 6.3), rng.uniform(0.7, 0.12 * radius + 1.2)
            cv2.circle(
                alpha,
                (round(x + away * np.cos(angle)), round(y + away * np.sin(angle))),
                max(1, round(r)),
                0.9,
                -1,
                cv2.LINE_AA,
            )
        alpha = blur(alpha, 0.7)
    return np.clip(alpha * np.float32(strength), 0, 1).astype(np.float32), tint.astype(np.float32), how


def _clump(rng: np.random.Generator, size: int, x: float, y: float, radius: float) -> F32:
    """Dirt rubbed into the cloth: a dark core of fine crumbs and creases in a soft grey cloud."""
    cloud = _soft(blob(rng, size, x, y, radius, 0.3, log_uniform(rng, 0.7, 2.2)), 1.0) * np.float32(0.45)
    core = _soft(blob(rng, size, x, y, 0.5 * radius, 0.4, log_uniform(rng, 0.5, 2.5)), 0.7)
    crumbs = fractal_field(rng, size, float(np.clip(6 * size / radius, 20, size / 2.5)), 2)
    return np.asarray(np.maximum(cloud, core * np.clip(0.35 + 0.55 * crumbs, 0, 1)), np.float32)


def _print(rng: np.random.Generator, size: int, x: float, y: float, radius: float) -> F32:
    """A tread or finger print: repeated short marks inside a soft oval."""
    axis = np.arange(size, dtype=np.float32)
    angle = rng.uniform(0, np.pi)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx, dy = axis - np.float32(x), axis[:, None] - np.float32(y)
    p, q = dx * c + dy * s, dy * c - dx * s
    period = np.float32(max(4.0, radius * rng.uniform(0.18, 0.4)))
    marks = (np.abs((p / period) % 1 - 0.5) < rng.uniform(0.15, 0.32)) & (
        np.abs((q / period + 0.5 * np.floor(p / period)) % 1 - 0.5) < 0.36
    )
    worn = np.clip(0.6 + 0.6 * fractal_field(rng, size, 3 * size / radius / 2), 0, 1)
    oval = _soft(blob(rng, size, x, y, radius, 0.1, 1.4), 0.4)
    return np.asarray(blur(marks.astype(np.float32), 0.8) * oval * worn, np.float32)


def mould(
    rng: np.random.Generator, size: int, x: float, y: float, radius: float, dark_ground: bool = False
) -> tuple[F32, F32, str]:
    """Clusters of specks that thin out: alpha [H, W], colour linear [3] (laid over, not multiplied), recipe."""
    names = ("grey", "green", "black", "white")
    how = str(rng.choice(names, p=[0.35, 0.15, 0.0, 0.5] if dark_ground else [0.27, 0.27, 0.33, 0.13]))
    colour = {"grey": (120, 122, 112), "green": (92, 112, 78), "black": (34, 36, 34), "white": (222, 222, 212)}[how]
    alpha = np.zeros((size, size), np.float32)
    count = int(np.clip(radius * rng.uniform(2.5, 7), 24, 320))
    clusters = rng.normal(0, 0.5 * radius, (int(rng.integers(1, 6)), 2))
    largest = float(np.clip(0.1 * radius, 1.2, 3.6))
    for _ in range(count):
        cx, cy = clusters[rng.integers(len(clusters))] + rng.normal(0, 0.28 * radius, 2)
        r = largest * rng.uniform(0.25, 1) ** 2 + 0.4
        at = (round((x + cx) * 8), round((y + cy) * 8))
        cv2.circle(alpha, at, max(4, round(r * 8)), float(rng.uniform(0.45, 1)), -1, cv2.LINE_AA, 3)
    alpha = blur(alpha, rng.uniform(0.5, 1.0))
    veil = blur(alpha, max(2.0, 0.12 * radius)) * np.float32(rng.uniform(0.0, 1.2))
    tone = linear(colour) * np.float32(rng.uniform(0.8, 1.2))
    return np.clip(np.maximum(alpha, veil), 0, 1).astype(np.float32), tone.astype(np.float32), how


def blotch(rng: np.random.Generator, size: int, x: float, y: float, radius: float) -> tuple[F32, F32, str]:
    """A large uneven region: bleached by sun, over-dyed, yellowed or greyed. alpha [H, W], tint [3], recipe."""
    how = str(rng.choice(["bleached", "dark", "yellowed", "greyed", "patchy"]))
    tint = {
        "bleached": (1.9, 1.85, 1.75),
        "dark": (0.42, 0.39, 0.37),
        "yellowed": (1.1, 0.85, 0.42),
        "greyed": (0.55, 0.68, 0.9),
        "patchy": (0.5, 0.47, 0.46),
    }[how]
    level = blob(rng, size, x, y, radius, 0.35, log_uniform(rng, 0.7, 1.8))
    alpha = _soft(level, rng.uniform(0.25, 1.0))
    if how == "patchy":
        alpha = alpha * np.clip(0.5 + 0.9 * fractal_field(rng, size, rng.uniform(5, 14)), 0, 1)
    strength = np.float32(rng.uniform(0.6, 1.0))
    return np.clip(alpha * strength, 0, 1).astype(np.float32), np.array(tint, np.float32), how


def bore_holes(rng: np.random.Generator, size: int, x: float, y: float, radius: float, unit: float) -> tuple[F32, F32]:
    """Small round holes and pale dust about them: alphas [H, W] of both. `unit` px is the piece's size."""
    hole, dust = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    r0 = max(1.2, float(rng.uniform(0.004, 0.0105)) * unit)
    for k in range(int(rng.integers(1, 8))):
        dx, dy = rng.normal(0, 0.5 * radius, 2) if k else (0.0, 0.0)
        r = r0 * rng.uniform(0.8, 1.2)
        at = (round((x + dx) * 16), round((y + dy) * 16))
        cv2.ellipse(
            hole,
            at,
            (round(r * 16), round(r * rng.uniform(0.75, 1) * 16)),
            rng.uniform(0, 180),
            0,
            360,
            1.0,
            -1,
            cv2.LINE_AA,
            4,
        )
        if rng.random() < 0.7:
            for _ in range(int(rng.integers(4, 40))):
                px, py = rng.normal(0.6 * r, 1.3 * r, 2) * rng.choice([-1, 1])
                cv2.circle(
                    dust,
                    (round((x + dx + px) * 8), round((y + dy + py) * 8)),
                    round(rng.uniform(3, 8)),
                    float(rng.uniform(0.5, 1)),
                    -1,
                    cv2.LINE_AA,
                    3,
                )
    hole = blur(hole, 0.45)
    return hole, np.asarray(blur(dust, 0.5) * (1 - hole), np.float32)
