"""Surfaces that strands run on: u along the rows, v across them, both 0..1; metres in space, z up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from training.render.arrays import Array, unit
from training.render.noise import wave1


class Surface(Protocol):
    """A surface with an outer side."""

    @property
    def closed(self) -> bool:
        """u = 1 is u = 0."""

    def point(self, u: Array, v: Array) -> Array:
        """[..., 3] for u and v of one shape."""


def normal(surface: Surface, u: Array, v: Array) -> Array:
    """Unit normals on the outer side, [..., 3]."""
    e = 1e-3
    du = surface.point(u + e, v) - surface.point(u - e, v)
    dv = surface.point(u, np.minimum(v + e, 1)) - surface.point(u, np.maximum(v - e, 0))
    return unit(np.cross(du, dv))


def row_length(surface: Surface, v: float) -> float:
    """Length of the row at v, in metres."""
    u = np.linspace(0, 1, 257)
    return float(np.linalg.norm(np.diff(surface.point(u, np.full_like(u, v)), axis=0), axis=1).sum())


def column_length(surface: Surface) -> float:
    """Length across the rows at u = 0, in metres."""
    v = np.linspace(0, 1, 257)
    return float(np.linalg.norm(np.diff(surface.point(np.zeros_like(v), v), axis=0), axis=1).sum())


@dataclass(frozen=True)
class Revolved:
    """A profile turned about z over a footprint between circle and rectangle, slightly out of true.

    profile   [k, 2] radius and height, in order of v
    exponent  2 is an ellipse, 6 nearly a rectangle
    aspect    depth over width of the footprint
    flip      -1 turns the outer side round (a round mat looks up, not down)
    """

    profile: Array
    exponent: float = 2.0
    aspect: float = 1.0
    wobble: float = 0.0
    lean: tuple[float, float] = (0.0, 0.0)
    seed: int = 0
    closed: bool = True
    _table: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        a = np.linspace(0, 2 * np.pi, 4097)
        c, s = np.cos(a), np.sin(a)
        x = np.sign(c) * np.abs(c) ** (2 / self.exponent)
        y = self.aspect * np.sign(s) * np.abs(s) ** (2 / self.exponent)
        arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        object.__setattr__(self, "_table", np.stack([arc / arc[-1], x, y], 1))

    def point(self, u: Array, v: Array) -> Array:
        """[..., 3] for u and v of one shape."""
        u, v = np.broadcast_arrays(u, v)
        table, p = self._table, self.profile
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
        arc /= arc[-1]
        r, z = np.interp(v, arc, p[:, 0]), np.interp(v, arc, p[:, 1])
        turn = np.mod(u, 1.0)
        x, y = np.interp(turn, table[:, 0], table[:, 1]), np.interp(turn, table[:, 0], table[:, 2])
        rng = np.random.default_rng(self.seed)
        r = r * (1 + self.wobble * wave1(rng, turn, octaves=3))
        z = z + self.wobble * 0.4 * r * wave1(rng, turn, octaves=3) * np.clip(v, 0, 1)
        return np.stack([r * x + self.lean[0] * z, r * y + self.lean[1] * z, z], -1)


@dataclass(frozen=True)
class Sheet:
    """A flat piece lying on the ground, not quite flat: it waves, and a corner may lift."""

    width: float
    depth: float
    wave: float = 0.0
    curl: float = 0.0
    corner: int = 0
    seed: int = 0
    closed: bool = False

    def point(self, u: Array, v: Array) -> Array:
        """[..., 3] for u and v of one shape."""
        u, v = np.broadcast_arrays(np.asarray(u, float), np.asarray(v, float))
        x, y = (u - 0.5) * self.width, (v - 0.5) * self.depth
        return np.stack([x, y, self.lift(x, y)], -1)

    def lift(self, x: Array, y: Array) -> Array:
        """Height above the ground at x, y (metres)."""
        rng = np.random.default_rng(self.seed)
        z = self.wave * (wave1(rng, x, self.width * 2.2, 3) + wave1(rng, y, self.depth * 2.2, 3))
        sx, sy = (1 if self.corner & 1 else -1), (1 if self.corner & 2 else -1)
        reach = (sx * x / self.width + sy * y / self.depth - 0.55) / 0.45
        return np.asarray(z + self.curl * np.clip(reach, 0, None) ** 2)

    def upward(self, x: Array, y: Array) -> Array:
        """Unit normals at x, y, [..., 3]."""
        e = 1e-3
        dx = (self.lift(x - e, y) - self.lift(x + e, y)) / (2 * e)
        dy = (self.lift(x, y - e) - self.lift(x, y + e)) / (2 * e)
        return unit(np.stack([dx, dy, np.ones_like(dx)], -1))
