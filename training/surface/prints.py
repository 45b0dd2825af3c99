"""Painted and printed motifs, as on bags: flowers, dots, leaves. Good work, however unlike the weave they look."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.noise import F32, blur
from training.surface.threads import DYES, linear

Paint = tuple[NDArray[np.float32], F32]
"""alpha [H, W] and colour, linear RGB [H, W, 3]."""


def _flower(rng: np.random.Generator, canvas: F32, alpha: F32, at: tuple[float, float], r: float) -> None:
    petals, turn = int(rng.integers(4, 9)), rng.uniform(0, 360)
    petal, heart, leaf = (linear(DYES[k]).tolist() for k in rng.choice(len(DYES), 3, replace=False))
    for sheet, marks in ((canvas, (leaf, petal, heart)), (alpha, (1.0, 1.0, 1.0))):
        for k in range(2):
            angle = turn + 140 * k
            spot = (at[0] + 1.3 * r * np.cos(np.radians(angle)), at[1] + 1.3 * r * np.sin(np.radians(angle)))
            _oval(sheet, spot, (0.6 * r, 0.25 * r), angle, marks[0])
        for k in range(petals):
            angle = turn + 360 * k / petals
            spot = (at[0] + 0.55 * r * np.cos(np.radians(angle)), at[1] + 0.55 * r * np.sin(np.radians(angle)))
            _oval(sheet, spot, (0.45 * r, 0.24 * r), angle, marks[1])
        _oval(sheet, at, (0.25 * r, 0.25 * r), 0, marks[2])


def _oval(
    sheet: F32, at: tuple[float, float], axes: tuple[float, float], angle: float, colour: float | list[float]
) -> None:
    centre = (round(at[0] * 16), round(at[1] * 16))
    size = (max(8, round(axes[0] * 16)), max(8, round(axes[1] * 16)))
    cv2.ellipse(sheet, centre, size, float(angle), 0, 360, colour, -1, cv2.LINE_AA, 4)


def printed(rng: np.random.Generator, size: int) -> Paint:
    """A print over the tile: a repeated motif, or one or two large ones."""
    canvas, alpha = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    repeated = rng.random() < 0.6
    if repeated:
        period = rng.uniform(0.12, 0.4) * size
        r, turn = period * rng.uniform(0.2, 0.4), rng.uniform(0, np.pi / 2)
        pick = int(rng.integers(1 << 30))
        dots = rng.random() < 0.4
        reach = int(size / period) + 2
        for i in range(-reach, reach + 1):
            for j in range(-reach, reach + 1):
                x, y = (i + 0.5 * (j % 2)) * period, j * period
                at = (x * np.cos(turn) - y * np.sin(turn) + size / 2, x * np.sin(turn) + y * np.cos(turn) + size / 2)
                if not (-r < at[0] < size + r and -r < at[1] < size + r):
                    continue
                same = np.random.default_rng(pick)  # every repeat is the same motif
                if dots:
                    colour = linear(DYES[same.integers(len(DYES))]).tolist()
                    _oval(canvas, at, (0.5 * r, 0.5 * r), 0, colour)
                    _oval(alpha, at, (0.5 * r, 0.5 * r), 0, 1.0)
                else:
                    _flower(same, canvas, alpha, at, r)
    else:
        for _ in range(int(rng.integers(1, 3))):
            at = (float(rng.uniform(0.1, 0.9) * size), float(rng.uniform(0.1, 0.9) * size))
            _flower(rng, canvas, alpha, at, float(rng.uniform(0.12, 0.35) * size))
    soft = blur(alpha, 0.7) * np.float32(rng.uniform(0.6, 0.97))
    return soft, canvas
