"""Smooth, seeded noise in one and three dimensions, made of sine waves of random direction and phase."""

from __future__ import annotations

import numpy as np

from training.render.arrays import Array


def wave1(rng: np.random.Generator, x: Array, period: float = 1.0, octaves: int = 5) -> Array:
    """Noise along a line, about unit standard deviation, periodic in `period`. x and result: any shape."""
    out = np.zeros_like(x, dtype=float)
    norm = 0.0
    for k in range(1, octaves + 1):
        a = rng.normal() / k**0.5
        out += a * np.sin(2 * np.pi * k * x / period + rng.uniform(0, 2 * np.pi))
        norm += 0.5 / k
    return np.asarray(out / norm**0.5)


def wave3(rng: np.random.Generator, points: Array, scale: float, waves: int = 20) -> Array:
    """Noise in space, about unit standard deviation. points [N, 3], features about `scale` long -> [N]."""
    out = np.zeros(len(points))
    for _ in range(waves):
        k = rng.normal(size=3)
        k *= 2 * np.pi / scale * rng.uniform(0.4, 1.4) / np.linalg.norm(k)
        out += np.sin(points @ k + rng.uniform(0, 2 * np.pi))
    return np.asarray(out * (2.0 / waves) ** 0.5)
