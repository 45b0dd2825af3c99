"""The edge of a piece in a partial view: its course, the rim on it and the background beyond."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.fields import BEYOND, GAP, RIM, Edits, Fields
from training.surface.lattice import StrandSet
from training.surface.noise import F32, TABLE, fractal_field, log_uniform, smooth_field
from training.surface.rows import Lobes, rows
from training.surface.styles import jittered_places
from training.surface.threads import linear

@dataclass(frozen=True)
class Edge:
    """inside  float32 [H, W], px into the piece (negative beyond);  run  px along the edge;  outward  unit vector
    rim, lobes  the rim's strand, or None for a bare edge;  width  of the rim in px
    backdrop  float32 [H, W, 3], linear RGB beyond the edge
    """

    inside: F32
    run: F32
    outward: tuple[float, float]
    width: float
    rim: StrandSet | None
    lobes: Lobes
    backdrop: F32


def backdrop(rng: np.random.Generator, size: int) -> F32:
    """A table, floor, wall or lawn, out of focus. linear RGB [H, W, 3]."""
    how = str(rng.choice(["plain", "plain", "wood", "blotch", "tiles"]))
    a, b = linear(rng.uniform(20, 250, 3).astype(np.float32)), linear(rng.uniform(20, 250, 3).astype(np.float32))
    grey = np.float32(rng.uniform(0.02, 0.9))
    a = a + (grey - a) * np.float32(rng.uniform(0, 1))
    if how == "plain":
        mix = np.clip(smooth_field(rng, size, 1) * np.float32(0.1), -0.3, 0.3)
        return np.asarray(np.clip(a * (1 + mix[..., None]), 0.01, 0.95), np.float32)
    if how == "wood":
        grain = smooth_field(rng, size, 3) + cv2.resize(rng.standard_normal((size // 5, 4)).astype(np.float32), (size, size))
        tone = a * np.exp(np.clip(grain, -2, 2) * np.float32(0.18))[..., None]
        return np.asarray(np.clip(tone, 0.01, 0.95), np.float32)
    if how == "tiles":
        period = rng.uniform(30, 120)
        axis = (np.arange(size) / period + rng.random()) % 1 < 0.04
        line = (axis | axis[:, None]).astype(np.float32)
        line = cv2.GaussianBlur(line, (0, 0), 1.2)[..., None]
        return np.asarray(np.clip(a * (1 - 0.5 * line), 0.01, 0.95), np.float32)
    mix = 1 / (1 + np.exp(-2 * fractal_field(rng, size, rng.uniform(2, 10))))
    field = cv2.GaussianBlur((a + (b - a) * mix[..., None]).astype(np.float32), (0, 0), rng.uniform(1, 6))
    return np.asarray(np.clip(field, 0.01, 0.95), np.float32)


def sample_edge(rng: np.random.Generator, size: int, pitch: float, along: float) -> Edge:
    """Draw an edge. `along` is the angle in px of one of the piece's strand directions, which the edge follows."""
    angle = along + rng.choice([0, 1, 2, 3]) * np.pi / 2 + rng.normal(0, 0.05)
    nx, ny = float(np.cos(angle)), float(np.sin(angle))
    axis = np.arange(size, dtype=np.float32) + np.float32(0.5 - size / 2)
    far = axis * nx + (axis * ny)[:, None]
    run = axis * -ny + (axis * nx)[:, None]
    curve = float(rng.choice([0, 0, 1])) * rng.uniform(-0.9, 0.9) / size
    place = rng.uniform(0.12, 0.38) * size
    sway = smooth_field(rng, size, 3) * np.float32(0.05 * pitch)
    inside = np.float32(place) - far - np.float32(curve) * run * run + sway
    width = float(np.clip(rng.uniform(0.8, 2.2) * pitch, 6, 0.18 * size))
    rim = None
    if rng.random() < 0.75:
        reach = 4.0
        rim = StrandSet(
            1.0, np.full(TABLE, 0.5, np.float32), jittered_places(rng, (-reach, reach), 0.0), (-reach, reach), 1.0,
            float(rng.uniform(0.3, 0.5)), 0.0, 0.02, 0.01,
        )
    style = rng.integers(3)
    lobes = (
        Lobes(log_uniform(rng, 0.5, 4), float(rng.uniform(-0.8, 0.8)), False, False, float(rng.uniform(0.8, 1)), 0.3),
        Lobes(float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.7, 1.3)), True, False, 1.0, 0.55),
        Lobes(0.02, 0.0, False, False, 1.0, 0.05),
    )[style]
    return Edge(inside.astype(np.float32), run.astype(np.float32), (nx, ny), width, rim, lobes, backdrop(rng, size))


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
            fields.strand.ravel()[at] = rim.strand.ravel()[:n][solid] % (2 * TABLE) + 2 * TABLE
            fields.across.ravel()[at] = rim.across.ravel()[:n][solid]
            fields.along.ravel()[at] = rim.along.ravel()[:n][solid] * scale
    beyond = edge.inside < 0
    fields.strand[beyond] = BEYOND
    fields.height[beyond] = np.float32(-1.2)
