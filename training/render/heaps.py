"""Natural stuff that looks like weaving from afar and is none: straw, planks, cloth, gravel, leaves, bricks, stems."""

from __future__ import annotations

import numpy as np

from training.render.arrays import Array, from_srgb, unit
from training.render.debris import LEAF_TONES, STONE_TONES, UP, heading, leaf, lump, stick, tone
from training.render.noise import wave3
from training.render.strand import Mesh, Strand, sweep

HEAPS = ("straw", "planks", "cloth", "gravel", "leaves", "bricks", "stems")
STRAW = ((0.78, 0.68, 0.42), (0.70, 0.56, 0.33), (0.62, 0.52, 0.36), (0.55, 0.52, 0.30), (0.42, 0.29, 0.18))
WOOD = ((0.60, 0.42, 0.26), (0.42, 0.28, 0.17), (0.76, 0.61, 0.42), (0.50, 0.47, 0.43), (0.84, 0.72, 0.54))
BRICK = ((0.58, 0.28, 0.20), (0.66, 0.36, 0.25), (0.50, 0.24, 0.19), (0.60, 0.55, 0.50))


def heap(kind: str, rng: np.random.Generator) -> tuple[Mesh, float, bool]:
    """A heap of a kind of HEAPS; its roughness; whether it is fibrous."""
    if kind == "cloth":
        return _cloth(rng), float(rng.uniform(0.7, 0.95)), False
    strands = {
        "straw": _straw, "planks": _planks, "gravel": _gravel, "leaves": _leaves, "bricks": _bricks, "stems": _stems,
    }[kind](rng)  # fmt: skip
    return sweep(strands), float(rng.uniform(0.5, 0.9)), kind in ("straw", "planks", "stems")


def _straw(rng: np.random.Generator) -> list[Strand]:
    """A sheaf bound once or twice, or a loose heap."""
    colour, loose = tone(STRAW, rng), rng.uniform() < 0.4
    length, r = rng.uniform(0.25, 0.45), rng.uniform(0.03, 0.06)
    out = []
    for _ in range(int(rng.integers(220, 420))):
        angle, d = rng.uniform(0, 2 * np.pi), r * rng.uniform() ** 0.5
        at = np.array([rng.normal() * length * 0.06, d * np.cos(angle), r + d * np.sin(angle)])
        way = unit(np.array([1.0, rng.normal() * 0.06, rng.normal() * 0.06]))
        if loose:
            at, way = np.array([*rng.normal(size=2) * 0.12, abs(rng.normal()) * 0.03]), heading(rng, 0.15)
        shade = np.exp(rng.normal() * 0.25)
        out.append(stick(at, way, length * rng.uniform(0.6, 1.05), rng.uniform(0.002, 0.0045), colour * shade, rng))
    if not loose:
        for x in (0.0,) if rng.uniform() < 0.5 else (-0.2 * length, 0.2 * length):
            a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
            ring = np.stack([np.full(48, x), 1.06 * r * np.cos(a), r + 1.06 * r * np.sin(a)], 1)
            n = unit(ring - np.array([x, 0, r]))
            band = np.tile(from_srgb(rng.uniform(0.1, 0.8, 3)), (48, 1))
            out.append(Strand(ring, n, np.full(48, 0.012), np.full(48, 0.004), band, "fibre", 1, 3.0, closed=True))
    return out


def _planks(rng: np.random.Generator) -> list[Strand]:
    """Boards side by side, now and then a second layer across."""
    colour, wide, length = tone(WOOD, rng), rng.uniform(0.03, 0.09), rng.uniform(0.35, 0.6)
    count = int(length / wide) + 2
    gap = wide * rng.uniform(0.02, 0.2)
    out = []
    for k in range(count):
        y = (k - count / 2) * (wide + gap)
        t = np.linspace(-0.5, 0.5, 40)
        knots = 1 - 0.5 * np.exp(-(((t - rng.uniform(-0.5, 0.5)) / 0.02) ** 2)) * (rng.uniform() < 0.4)
        shade = np.exp(rng.normal() * 0.14) * (1 + 0.08 * rng.normal(size=40)) * knots
        line = np.stack([t * length, np.full(40, y), np.full(40, 0.01)], 1)
        out.append(Strand(line, np.tile(UP, (40, 1)), np.full(40, wide), np.full(40, 0.018),
                          np.clip(colour * shade[:, None], 0.004, 0.9), "fibre", k, 12.0))  # fmt: skip
    return out


def _cloth(rng: np.random.Generator) -> Mesh:
    """A cloth in folds, plain, striped or checked."""
    n, size = 200, rng.uniform(0.3, 0.5)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, n), np.linspace(-0.5, 0.5, n), indexing="ij")
    flat = np.stack([x.ravel(), y.ravel(), np.zeros(n * n)], 1)
    ridge = wave3(rng, flat * [1, rng.uniform(0.1, 1), 1], rng.uniform(0.15, 0.5), 10)
    z = size * rng.uniform(0.01, 0.05) * (ridge + 0.5 * np.abs(ridge)) + 0.02
    points = flat * size + np.stack([0 * z, 0 * z, z], 1)
    base, other = from_srgb(rng.uniform(0.1, 0.92, 3)), from_srgb(rng.uniform(0.1, 0.95, 3))
    k = int(rng.integers(4, 26))
    a, b = np.sin(flat[:, 0] * k * 6.28) > 0.2, np.sin(flat[:, 1] * k * 6.28) > 0.2
    pattern = (np.zeros(n * n), a, (a.astype(int) + b) / 2)[int(rng.integers(3))]
    colour = base * (1 - np.asarray(pattern, float)[:, None]) + other * np.asarray(pattern, float)[:, None]
    i, j = np.meshgrid(np.arange(n - 1), np.arange(n - 1), indexing="ij")
    quads = np.stack([i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1], -1).reshape(-1, 4)
    none = np.zeros(n * n)
    return Mesh(
        points, quads.astype(np.int32), np.clip(colour, 0.004, 0.9), points.copy(), none.astype(int), none, none
    )


def _gravel(rng: np.random.Generator) -> list[Strand]:
    size, base = rng.uniform(0.008, 0.03), STONE_TONES[int(rng.integers(len(STONE_TONES)))]
    out = []
    side = int(rng.integers(14, 22))
    for k in range(side * side * 2):
        grid = np.array([k % side - side / 2, k // side % side - side / 2, 0]) * size * 0.85
        at = grid + rng.normal(size=3) * size * 0.25 + UP * size * (0.3 + 0.45 * (k >= side * side))
        mixed = tone((base, base, STONE_TONES[int(rng.integers(len(STONE_TONES)))]), rng)
        out.append(lump(at, heading(rng, 0.4), UP, size * rng.lognormal(0, 0.25), rng.uniform(1, 1.5), mixed))
    return out


def _leaves(rng: np.random.Generator) -> list[Strand]:
    length = rng.uniform(0.05, 0.12)
    spread = length * rng.uniform(1.2, 2.2)
    out = []
    for _ in range(int(rng.integers(90, 220))):
        at = np.array([*rng.normal(size=2) * spread, abs(rng.normal()) * 0.02])
        out.append(leaf(at, length * rng.uniform(0.6, 1.2), rng, 0.45))
    return out


def _bricks(rng: np.random.Generator) -> list[Strand]:
    """A wall or pavement of bricks over mortar."""
    colour, long = tone(BRICK, rng), rng.uniform(0.08, 0.2)
    tall, gap = long * rng.uniform(0.3, 0.5), long * rng.uniform(0.04, 0.1)
    out: list[Strand] = []
    rows, columns = 9, 5
    for r in range(rows):
        for c in range(columns):
            x = (c - columns / 2 + 0.5 * (r % 2)) * (long + gap)
            y = (r - rows / 2) * (tall + gap)
            line = np.array([x, y, 0.02]) + np.array([1.0, 0, 0]) * np.linspace(-long / 2, long / 2, 8)[:, None]
            shade = np.clip(colour * np.exp(rng.normal() * 0.15) * (1 + 0.08 * rng.normal(size=8))[:, None], 0.004, 0.9)
            out.append(
                Strand(line, np.tile(UP, (8, 1)), np.full(8, tall), np.full(8, 0.03), shade, "fibre", r * 9 + c, 14.0)
            )
    span = rows * (tall + gap)
    mortar = np.stack([np.linspace(-2.8 * long, 3.0 * long, 6), np.full(6, -tall / 2), np.full(6, 0.01)], 1)
    grey = np.tile(from_srgb(np.full(3, rng.uniform(0.35, 0.75))), (6, 1))
    out.append(Strand(mortar, np.tile(UP, (6, 1)), np.full(6, span), np.full(6, 0.02), grey, "fibre", 999, 16.0))
    return out


def _stems(rng: np.random.Generator) -> list[Strand]:
    """Raw stems before weaving: laid side by side to dry, or stood in a bundle; green, or dry."""
    colour = tone((*STRAW, *LEAF_TONES[:2]), rng)
    wide, length = rng.uniform(0.006, 0.02), rng.uniform(0.35, 0.6)
    out = []
    for k in range(int(0.4 / wide)):
        at = np.array([rng.normal() * 0.02, (k - 0.2 / wide) * wide * 1.05, wide / 2 + abs(rng.normal()) * wide * 0.3])
        way: Array = unit(np.array([1.0, rng.normal() * 0.03, rng.normal() * 0.01]))
        out.append(stick(at, way, length * rng.uniform(0.85, 1.1), wide * rng.uniform(0.7, 1.2),
                         colour * np.exp(rng.normal() * 0.16), rng))  # fmt: skip
    return out
