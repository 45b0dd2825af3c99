"""The shape of what has walls: a profile turned over a footprint, stiff or soft."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.render.arrays import Array, smoothstep
from training.render.noise import wave1
from training.render.surface import Revolved, Surface


@dataclass(frozen=True)
class Give:
    """How a soft bag gives way, as shares of its own size.

    pinch: the sides come together towards the mouth; bulge: the belly; dip: the rim sags between the handles;
    crease: folds in the wall; seed: of the folds.
    """

    pinch: float
    bulge: float
    dip: float
    crease: float
    seed: int


@dataclass(frozen=True)
class Soft:
    """A stiff surface after it gave way. height, radius: of the stiff one, metres."""

    stiff: Surface
    give: Give
    height: float
    radius: float
    closed: bool = True

    def point(self, u: Array, v: Array) -> Array:
        """[..., 3] for u and v of one shape."""
        p, g = self.stiff.point(u, v), self.give
        k = np.clip(p[..., 2] / self.height, 0, 1)
        x = p[..., 0] * (1 + 0.12 * g.pinch * k)
        y = p[..., 1] * (1 - g.pinch * smoothstep(k) + g.bulge * np.sin(np.pi * k))
        rng = np.random.default_rng(g.seed)
        turn = np.mod(np.broadcast_to(u, k.shape), 1.0)
        folds = wave1(rng, turn, 1.0, 4) * np.sin(np.pi * np.clip(k * 0.9, 0, 1)) + 0.5 * wave1(rng, turn + 0.3 * k)
        out = g.crease * self.radius * folds * k
        z = p[..., 2] - g.dip * self.height * k**3 * np.clip(1 - (x / self.radius) ** 2, 0, 1)
        return np.stack([x + 0.3 * out, y + out, z], -1)


@dataclass(frozen=True)
class Form:
    """The shape of a thing with walls, metres. wall [k, 2]: radius and height from foot to rim; give: None if stiff."""

    kind: str
    wall: Array
    square: bool
    exponent: float
    aspect: float
    wobble: float
    lean: tuple[float, float]
    seed: int
    give: Give | None = None

    @property
    def radius(self) -> float:
        """Radius of the foot."""
        return float(self.wall[0, 0])

    @property
    def mouth(self) -> float:
        """Radius of the rim."""
        return float(self.wall[-1, 0])

    @property
    def height(self) -> float:
        """From foot to rim."""
        return float(self.wall[-1, 1])

    def surface(self, profile: Array, exponent: float) -> Surface:
        """A profile on this form's footprint, out of true as this form is."""
        stiff = Revolved(profile, exponent, self.aspect, self.wobble, self.lean, self.seed)
        return Soft(stiff, self.give, self.height, self.mouth) if self.give else stiff
