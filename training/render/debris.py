"""Loose small things: lumps, leaves and sticks, for what lies about a piece and for heaps of what is not woven."""

from __future__ import annotations

import numpy as np

from training.render.arrays import Array, from_srgb, unit
from training.render.strand import Strand

LEAF_TONES = ((0.30, 0.42, 0.14), (0.45, 0.50, 0.20), (0.50, 0.33, 0.16), (0.38, 0.24, 0.13), (0.66, 0.56, 0.25))
STONE_TONES = ((0.55, 0.53, 0.50), (0.42, 0.40, 0.38), (0.64, 0.57, 0.48), (0.33, 0.31, 0.30), (0.72, 0.70, 0.66))
UP = np.array([0, 0, 1.0])


def tone(choices: tuple[tuple[float, float, float], ...], rng: np.random.Generator) -> Array:
    """One of some sRGB colours, lighter or darker by chance, linear [3]."""
    rgb = np.array(choices[int(rng.integers(len(choices)))])
    return np.asarray(np.clip(from_srgb(rgb) * np.exp(rng.normal() * 0.2), 0.004, 0.9))


def lump(centre: Array, axis: Array, out: Array, size: float, stretch: float, colour: Array) -> Strand:
    """A rounded body, `size` across and `stretch` times as long, along axis [3]."""
    t = np.linspace(-1, 1, 7)
    line = centre + axis * (t * size * stretch / 2)[:, None]
    width = size * np.sqrt(np.clip(1 - t**2, 0.02, 1))
    colours = np.clip(np.tile(colour, (7, 1)), 0.004, 0.95)
    return Strand(line, np.tile(out, (7, 1)), width, width, colours, "fibre", 92_000)


def heading(rng: np.random.Generator, tip: float = 0.0) -> Array:
    """A direction along the ground, tipped by about `tip` radians, unit [3]."""
    a = rng.uniform(0, 2 * np.pi)
    return unit(np.array([np.cos(a), np.sin(a), rng.normal() * tip]))


def leaf(centre: Array, length: float, rng: np.random.Generator, tip: float = 0.2) -> Strand:
    """A dry or green leaf, bent along its rib."""
    t = np.linspace(0, 1, 14)
    way = heading(rng, tip)
    bend = UP * (length * rng.uniform(-0.1, 0.25) * np.sin(np.pi * t))[:, None]
    width = length * rng.uniform(0.25, 0.5) * np.sin(np.pi * np.clip(t, 0.02, 0.98)) ** 0.8
    colour = tone(LEAF_TONES, rng) * (1 + 0.15 * np.sin(t * 9))[:, None]
    n = unit(UP + rng.normal(size=3) * tip)
    line = centre + way * (length * (t - 0.5))[:, None] + bend
    return Strand(line, np.tile(n, (14, 1)), width,
                  np.full(14, 0.0007), np.clip(colour, 0.004, 0.9), "fibre", int(rng.integers(90_000)), 4)  # fmt: skip


def stick(
    centre: Array, way: Array, length: float, width: float, colour: Array, rng: np.random.Generator,
    square: float = 2.0, flatness: float = 1.0,
) -> Strand:  # fmt: skip
    """A straight or slightly bent stem through `centre` along `way`."""
    t = np.linspace(-0.5, 0.5, 12)
    bend = unit(rng.normal(size=3)) * (length * rng.uniform(0, 0.06) * (1 - 4 * t**2))[:, None]
    shade = np.clip(colour * (1 + 0.1 * rng.normal(size=12))[:, None], 0.004, 0.9)
    side = unit(np.cross(way, rng.normal(size=3)))
    wide = width * (1 + 0.05 * rng.normal(size=12))
    return Strand(centre + way * (t * length)[:, None] + bend, np.tile(side, (12, 1)), wide, wide * flatness, shade,
                  "fibre", int(rng.integers(90_000)), square)  # fmt: skip


def about(points: Array, tones: Array, rng: np.random.Generator) -> list[Strand]:
    """Things that lie round a piece, on its ground: offcuts of its strands, leaves, pebbles, a cord, a block.

    points [V, 3]: of the piece; tones [V, 3]: its colours, for the offcuts.
    """
    low, high = points.min(0), points.max(0)
    middle, half = (low + high) / 2, (high - low)[:2].max() / 2
    out: list[Strand] = []
    kinds = rng.choice(["offcuts", "leaves", "pebbles", "block", "cord"], size=int(rng.integers(1, 3)), replace=False)
    for kind in kinds:
        for _ in range(int(rng.integers(1, 3)) if kind in ("block", "cord") else int(rng.integers(3, 12))):
            a = rng.uniform(0, 2 * np.pi)
            away = half * rng.uniform(1.02, 1.6)
            at = np.array([middle[0] + away * np.cos(a), middle[1] + away * np.sin(a), low[2]])
            if kind == "offcuts":
                length, width = half * rng.uniform(0.2, 0.7), half * rng.uniform(0.015, 0.05)
                colour = tones[int(rng.integers(len(tones)))]
                out.append(stick(at + UP * width / 2, heading(rng), length, width, colour, rng, 3.0, 0.4))
            elif kind == "leaves":
                out.append(leaf(at + UP * 0.004, half * rng.uniform(0.2, 0.45), rng))
            elif kind == "pebbles":
                size = half * rng.uniform(0.06, 0.2)
                out.append(
                    lump(at + UP * size * 0.4, heading(rng), UP, size, rng.uniform(1, 1.5), tone(STONE_TONES, rng))
                )
            elif kind == "block":
                size = half * rng.uniform(0.2, 0.5)
                line = at + heading(rng) * np.linspace(-size, size, 4)[:, None] * 0.7 + UP * size / 2
                colour = np.tile(from_srgb(rng.uniform(0.1, 0.9, 3)), (4, 1))
                out.append(
                    Strand(line, np.tile(UP, (4, 1)), np.full(4, size), np.full(4, size), colour, "fibre", 1, 9.0)
                )
            else:
                t = np.linspace(0, 1, 60)
                turn = a + np.cumsum(rng.normal() * 0.05 + rng.normal(size=60).cumsum() * 0.015)
                step = half * rng.uniform(0.5, 1.5) / 60
                path = np.stack([np.cumsum(np.cos(turn)), np.cumsum(np.sin(turn)), 0 * t], 1) * step
                wide = half * rng.uniform(0.015, 0.04)
                colour = np.tile(from_srgb(rng.uniform(0.05, 0.95, 3)), (60, 1))
                out.append(Strand(at + path + UP * wide / 2, np.tile(UP, (60, 1)), np.full(60, wide), np.full(60, wide),
                                  np.clip(colour, 0.004, 0.95), "fibre", 2))  # fmt: skip
    return out
