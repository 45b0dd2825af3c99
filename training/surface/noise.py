"""Smooth random fields and tileable textures: where every irregularity of the made surfaces comes from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

TABLE = 512
"""Strand tables hold this many strands and then repeat."""
WRAP = TABLE - 1
"""`index & WRAP` is `index % TABLE`, negative ones too, and many times as fast."""


def stream(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each concern, so that a defect never changes the twin's weave, light or noise."""
    return np.random.default_rng(
        [seed & 0xFFFFFFFF, *(sum(ord(c) * 31**k for k, c in enumerate(n)) % 2**31 for n in names)]
    )


def blur(image: NDArray[Any], sigma: float) -> F32:
    """Gaussian blur of a picture or map, as float32."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def pick(mask: NDArray[np.bool_], yes: NDArray[Any], no: NDArray[Any]) -> NDArray[Any]:
    """`np.where` for two arrays of one type, several times as fast. A channel axis may follow the mask's."""
    out = no.copy()
    cv2.copyTo(np.ascontiguousarray(yes), mask.view(np.uint8), out)
    return out


def tinted(rgb: F32, factor: F32) -> F32:
    """A picture [H, W, 3] times a map [H, W]."""
    return np.asarray(cv2.multiply(rgb, cv2.merge([factor, factor, factor])), np.float32)


def mixed(rgb: F32, over: F32, alpha: F32) -> F32:
    """`over` laid on `rgb` [H, W, 3] with weight alpha [H, W]."""
    return np.asarray(rgb + tinted(np.asarray(over - rgb, np.float32), alpha), np.float32)


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """One draw, uniform in the logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def smooth_field(rng: np.random.Generator, size: int, cells: float) -> F32:
    """Smooth noise, about N(0, 1), with `cells` bumps across the tile. float32 [size, size]."""
    n = max(2, round(cells) + 2)
    grid = rng.standard_normal((n, n)).astype(np.float32)
    coarse = size // 4
    if n * 4 < coarse:  # smooth enough for the last step to be linear, at a quarter of the time
        grid = np.asarray(cv2.resize(grid, (coarse, coarse), interpolation=cv2.INTER_CUBIC), np.float32)
        return np.asarray(cv2.resize(grid, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def fractal_field(rng: np.random.Generator, size: int, cells: float, octaves: int = 3) -> F32:
    """Noise with finer noise on top, each octave at half the weight; about N(0, 1)."""
    total = smooth_field(rng, size, cells)
    for k in range(1, octaves):
        total += smooth_field(rng, size, cells * 2**k) * np.float32(0.55**k)
    return np.asarray(total * np.float32(0.85), np.float32)


def wander(rng: np.random.Generator, n: int, smoothness: float) -> F32:
    """A smooth 1-D random walk of `n` values, about N(0, 1)."""
    raw = rng.standard_normal(n + 6 * max(1, int(smoothness))).astype(np.float32)
    soft = cv2.GaussianBlur(raw[None], (0, 0), max(0.3, smoothness))[0]
    return np.asarray(soft[:n] / (soft.std() + 1e-6), np.float32)


def _tileable(noise: F32, sigma_x: float, sigma_y: float) -> F32:
    pad = int(3 * max(sigma_x, sigma_y)) + 1
    wrapped = np.pad(noise, pad, mode="wrap")
    soft = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=sigma_x, sigmaY=sigma_y)[pad:-pad, pad:-pad]
    return np.asarray((soft - soft.mean()) / soft.std(), np.float32)


@lru_cache(maxsize=1)
def fibre_tile() -> F32:
    """Fibre streaks that run along x and repeat in both directions. float32 [256, 512], mean 0, deviation 1."""
    rng = np.random.default_rng(71)
    white = rng.standard_normal((3, 256, 512)).astype(np.float32)
    streaks = (
        0.6 * _tileable(white[0], 40, 0.7) + 0.55 * _tileable(white[1], 16, 1.8) + 0.35 * _tileable(white[2], 3, 0.6)
    )
    return np.asarray(streaks / streaks.std(), np.float32)


@lru_cache(maxsize=1)
def strand_tile() -> F32:
    """Row k is the smooth course of strand k: width, wander, tone. float32 [TABLE, 512, 2], about N(0, 1)."""
    rng = np.random.default_rng(72)
    white = rng.standard_normal((2, TABLE, 512)).astype(np.float32)
    courses = []
    for layer, sigma in zip(white, (7.0, 3.0), strict=True):
        wrapped = np.pad(layer, ((0, 0), (64, 64)), mode="wrap")
        soft = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=sigma, sigmaY=0.01)[:, 64:-64]
        courses.append(soft / soft.std())
    return np.ascontiguousarray(np.stack(courses, -1).astype(np.float32))


def look_up(tile: F32, x: F32, y: F32) -> F32:
    """The tile at (x, y), repeated for ever, bilinear. Shape of x (and the tile's channels)."""
    height, width = (np.float32(n) for n in tile.shape[:2])
    x, y = x - np.floor(x / width) * width, y - np.floor(y / height) * height
    return np.asarray(cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)
