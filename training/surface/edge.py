"""The edge of a piece in a partial view: its course, the rim on it and the background beyond."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.fields import BEYOND, GAP, RIM, RIM_ID, Edits, Fields
from training.surface.geometry import jittered_places
from training.surface.lattice import StrandSet
from training.surface.noise import F32, TABLE, blur, fractal_field, log_uniform, smooth_field
from training.surface.rows import Lobes, rows
from training.surface.threads import linear


@dataclass(frozen=True)
class Edge:
    """inside  float32 [H, W], px into the piece (negative beyond);  run  px along the edge
    rim, lobes  the rim's strand, or None for a bare edge;  width  of the rim in px
    backdrop  float32 [H, W, 3], linear RGB beyond the edge
    """

    inside: F32
    run: F32
    width: float
    rim: StrandSet | None
    lobes: Lobes
    backdrop: F32


def _tone(rng: np.random.Generator) -> F32:
    """Colour of a background, linear [3]: mostly greys, browns and white, seldom vivid."""
    vivid = float(rng.choice([4, 14, 60], p=[0.45, 0.4, 0.15]))
    warm = rng.uniform(-1, 1) * np.array([vivid, 0, -vivid]) + rng.normal(0, 0.4 * vivid, 3)
    grey = (rng.uniform(15, 90), rng.uniform(90, 200), rng.uniform(200, 250))[rng.integers(3)]
    return linear((grey + warm).clip(4, 252).astype(np.float32))


def backdrop(rng: np.random.Generator, size: int) -> F32:
    """A table, floor, wall or lawn, out of focus. linear RGB [H, W, 3]."""
    how = str(rng.choice(["plain", "plain", "wood", "blotch", "tiles"]))
    a, b = _tone(rng), _tone(rng)
    if how == "plain":
        mix = np.clip(smooth_field(rng, size, 1) * np.float32(0.1), -0.3, 0.3)
        return np.asarray(np.clip(a * (1 + mix[..., None]), 0.01, 0.95), np.float32)
    if how == "wood":
        grain = smooth_field(rng, size, 3) + cv2.resize(
            rng.standard_normal((size // 5, 4)).astype(np.float32), (size, size)
        )
        tone = a * np.exp(np.clip(grain, -2, 2) * np.float32(0.18))[..., None]
        return np.asarray(np.clip(tone, 0.01, 0.95), np.float32)
    if how == "tiles":
        period = rng.uniform(30, 120)
        axis = (np.arange(size) / period + rng.random()) % 1 < 0.04
        line = (axis | axis[:, None]).astype(np.float32)
        line = blur(line, 1.2)[..., None]
        return np.asarray(np.clip(a * (1 - 0.5 * line), 0.01, 0.95), np.float32)
    mix = 1 / (1 + np.exp(-2 * fractal_field(rng, size, rng.uniform(2, 10))))
    field = blur((a + (b - a) * mix[..., None]).astype(np.float32), rng.uniform(1, 6))
    return np.asarray(np.clip(field, 0.01, 0.95), np.float32)


def sample_edge(
    rng: np.random.Generator, size: int, pitch: float, along: float, centre: tuple[float, float] | None
) -> Edge:
    """Draw an edge. `along` is the px angle of one of the piece's strand directions, which the edge follows.

    Round pieces have theirs about `centre` (px from the tile's middle).
    """
    angle = along + rng.choice([0, 1, 2, 3]) * np.pi / 2 + rng.normal(0, 0.05)
    nx, ny = float(np.cos(angle)), float(np.sin(angle))
    axis = np.arange(size, dtype=np.float32) + np.float32(0.5 - size / 2)
    far = axis * nx + (axis * ny)[:, None]
    run = axis * -ny + (axis * nx)[:, None]
    curve = float(rng.choice([0, 0, 1])) * rng.uniform(-0.6, 0.6) / size
    place = rng.uniform(0.12, 0.38) * size
    if centre is not None:
        dx, dy = axis - np.float32(centre[0]), axis[:, None] - np.float32(centre[1])
        far, away = np.sqrt(dx * dx + dy * dy), float(np.hypot(*centre))
        run = np.arctan2(dx * centre[1] - dy * centre[0], -dx * centre[0] - dy * centre[1]) * np.float32(away)
        place, curve = away + rng.uniform(0.05, 0.3) * size, 0.0
    sway = smooth_field(rng, size, 3) * np.float32(0.05 * pitch)
    inside = np.float32(place) - far - np.float32(curve) * run * run + sway
    width = float(np.clip(rng.uniform(0.8, 2.2) * pitch, 6, 0.18 * size))
    rim = None
    if rng.random() < 0.75:
        reach = 4.0
        rim = StrandSet(
            1.0,
            np.full(TABLE, 0.5, np.float32),
            jittered_places(rng, (-reach, reach), 0.0),
            (-reach, reach),
            1.0,
            float(rng.uniform(0.3, 0.5)),
            0.0,
            0.02,
            0.01,
        )
    style = rng.integers(3)
    lobes = (
        Lobes(log_uniform(rng, 0.5, 4), float(rng.uniform(-0.8, 0.8)), False, False, float(rng.uniform(0.8, 1)), 0.3),
        Lobes(float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.7, 1.3)), True, False, 1.0, 0.55),
        Lobes(0.02, 0.0, False, False, 1.0, 0.05),
    )[style]
    return Edge(inside.astype(np.float32), run.astype(np.float32), width, rim, lobes, backdrop(rng, size))


def outward(edge: Edge, x: float, y: float) -> tuple[float, float]:
    """Unit vector out of the piece at (x, y) px."""
    n = edge.inside.shape[0]
    i, j = int(np.clip(round(y), 3, n - 4)), int(np.clip(round(x), 3, n - 4))
    gx = float(edge.inside[i, j - 3] - edge.inside[i, j + 3])
    gy = float(edge.inside[i - 3, j] - edge.inside[i + 3, j])
    norm = max(float(np.hypot(gx, gy)), 1e-6)
    return gx / norm, gy / norm


def bound(fields: Fields, edge: Edge, pitch: float, edits: Edits) -> None:
    """Lay the rim over the fields and the background beyond it; `fields` is changed in place."""
    if edge.rim is not None:
        band = (edge.inside > -0.02 * edge.width) & (edge.inside < edge.width)
        where = np.flatnonzero(band.ravel())
        if len(where):
            padded = np.concatenate([where, np.full(-len(where) % 128, where[-1])])
            v = (edge.inside.ravel()[padded] / np.float32(edge.width)).reshape(-1, 128)
            u = (edge.run.ravel()[padded] / np.float32(edge.width)).reshape(-1, 128)
            rim = rows(u, v, edge.rim, edge.lobes, edits, RIM)
            # v = inside / width lies in 0..1: exactly the row 0
            n = len(where)
            solid = rim.strand.ravel()[:n] != GAP
            for edit in edits.each:
                for torn in edit.torn:
                    if torn.groups is not None and RIM in torn.groups:
                        solid &= torn.level.ravel()[where] >= 1
            at = where[solid]
            scale = np.float32(edge.width / pitch)
            fields.height.ravel()[at] = rim.height.ravel()[:n][solid] * scale + np.float32(0.1)
            fields.strand.ravel()[at] = rim.strand.ravel()[:n][solid] % (2 * TABLE) + RIM_ID
            fields.across.ravel()[at] = rim.across.ravel()[:n][solid]
            fields.along.ravel()[at] = rim.along.ravel()[:n][solid] * scale
    beyond = edge.inside < 0
    fields.strand[beyond] = BEYOND
    fields.height[beyond] = np.float32(-1.2)
