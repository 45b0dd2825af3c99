"""Over and under: strands of two families on a surface.

The pattern says which family is on top at the crossing of weft j with stake i; the lines in between follow smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.render.arrays import Array, smoothstep
from training.render.looks import Family
from training.render.noise import wave1
from training.render.strand import Strand
from training.render.surface import Sheet, Surface, normal, row_length

Pattern = Literal["plain", "twill22", "twill31", "pairs"]


def weft_over(pattern: Pattern, i: Array, j: Array) -> Array:
    """True where weft j lies over stake i. Integers of one shape."""
    if pattern == "plain":
        return np.asarray((i + j) % 2 == 0)
    if pattern == "pairs":
        return np.asarray((i + j // 2) % 2 == 0)
    if pattern == "twill22":
        return np.asarray((i + j) % 4 < 2)
    return np.asarray((i + j) % 4 < 3)


@dataclass(frozen=True)
class Weave:
    """How two families cross. Lengths in metres; jitter as a share of the pitch."""

    pattern: Pattern
    stakes: Family
    wefts: Family
    jitter: float = 0.05
    stake_bend: float = 0.5
    overlap: float = 0.02
    seam: float | None = None
    v_range: tuple[float, float] = (0.0, 1.0)


def heights(x: Array, over: Array, periodic: bool = False) -> Array:
    """Smooth -1..1 along a strand. x: position in crossings; over[k]: on top at crossing k + 0.5 -> like x."""
    sign = np.where(over, 1.0, -1.0)
    k = np.floor(x - 0.5).astype(int)
    a, b = (k, k + 1) if periodic else (np.clip(k, 0, len(sign) - 1), np.clip(k + 1, 0, len(sign) - 1))
    n = len(sign)
    f = smoothstep(x - 0.5 - k)
    return np.asarray(sign[a % n] + (sign[b % n] - sign[a % n]) * f)


def on_surface(surface: Surface, weave: Weave, n_stakes: int, n_wefts: int, rng: np.random.Generator) -> list[Strand]:
    """Stakes along v and wefts along u; on a closed surface each weft is a ring whose ends overlap at a seam."""
    v0, v1 = weave.v_range
    amp = (weave.stakes.thickness + weave.wefts.thickness) / 2 * 1.02
    iu, jv = np.arange(n_stakes), np.arange(n_wefts)
    stake_u = (iu + 0.5 + weave.jitter * rng.normal(size=n_stakes).clip(-1.5, 1.5)) / n_stakes
    weft_v = (jv + 0.5 + weave.jitter * rng.normal(size=n_wefts).clip(-1.5, 1.5)) / n_wefts
    strands: list[Strand] = []
    for i in iu:
        x = np.linspace(0, n_wefts, n_wefts * 4 + 1)
        v = v0 + (v1 - v0) * x / n_wefts
        drift = weave.jitter * 0.5 / n_stakes * wave1(rng, x, n_wefts * 2.3, 4)
        h = -heights(x, weft_over(weave.pattern, np.full(n_wefts, i), jv)) * amp * weave.stake_bend
        strands.append(laid(surface, stake_u[i] + drift, v, h, weave.stakes, "stake", int(i), rng))
    rows = np.concatenate([[-0.5 / n_wefts], weft_v, [1 + 0.5 / n_wefts]])
    for j in jv:
        over = weft_over(weave.pattern, iu, np.full(n_stakes, j))
        if surface.closed:
            at = weave.seam if weave.seam is not None else rng.uniform()
            x = (at + np.linspace(-weave.overlap / 2, 1 + weave.overlap / 2, n_stakes * 4 + 3)) * n_stakes
        else:
            x = np.linspace(0, n_stakes, n_stakes * 4 + 1)
        order = (
            np.r_[stake_u[-1] - 1, stake_u, stake_u[0] + 1]
            if surface.closed
            else np.r_[-0.5 / n_stakes, stake_u, 1 + 0.5 / n_stakes]
        )
        whole = np.floor(x / n_stakes) if surface.closed else np.zeros_like(x)
        u = np.interp(x - whole * n_stakes, np.arange(-0.5, n_stakes + 1), order) + whole
        room = min(rows[j + 1] - rows[j], rows[j + 2] - rows[j + 1])
        drift = weave.jitter * 0.6 * room * wave1(rng, u, 1.0 if surface.closed else 2.1, 5)
        h = heights(x, over, surface.closed) * amp * (1 - weave.stake_bend)
        if surface.closed:
            edge = np.minimum(x - x[0], x[-1] - x) / (weave.overlap * n_stakes + 1e-9)
            h = h + np.where(np.arange(len(x)) < len(x) / 2, -1, 1) * weave.wefts.thickness * 0.5 * smoothstep(1 - edge)
        v = v0 + (v1 - v0) * np.clip(weft_v[j] + drift, 0, 1)
        strands.append(laid(surface, u, v, h, weave.wefts, "weft", 10_000 + int(j), rng))
    return strands


def laid(
    surface: Surface, u: Array, v: Array, h: Array, family: Family, role: str, group: int, rng: np.random.Generator
) -> Strand:
    """A strand on the surface at u, v, raised by h along the normal."""
    n = normal(surface, u, v)
    line = surface.point(u, v) + n * h[:, None]
    width, thickness, colour = family.along(line, group % 10_000, rng)
    return Strand(line, n, width, thickness, colour, role, group, family.square)


def on_region(sheet: Sheet, weave: Weave, inside: Region, angle: float, rng: np.random.Generator, role: str = "weft",
              up: float = 1.0) -> list[Strand]:  # fmt: skip
    """A flat weave turned by `angle` (radians), its strands clipped where `inside` ends."""
    c, s = np.cos(angle), np.sin(angle)
    reach = np.hypot(sheet.width, sheet.depth) / 2
    amp = (weave.stakes.thickness + weave.wefts.thickness) / 2 * 1.02
    pa, pb = weave.stakes.pitch, weave.wefts.pitch
    na, nb = int(2 * reach / pa) + 1, int(2 * reach / pb) + 1
    a = (np.arange(na) + 0.5 + weave.jitter * rng.normal(size=na).clip(-1.5, 1.5)) * pa - na * pa / 2
    b = (np.arange(nb) + 0.5 + weave.jitter * rng.normal(size=nb).clip(-1.5, 1.5)) * pb - nb * pb / 2
    strands: list[Strand] = []
    for first, (mine, other, family, sign, share, base) in enumerate((
        (a, b, weave.stakes, -1.0, weave.stake_bend, 0),
        (b, a, weave.wefts, 1.0, 1 - weave.stake_bend, 10_000),
    )):  # fmt: skip
        for k in range(len(mine)):
            x = np.linspace(0, len(other), len(other) * 4 + 1)
            along = np.interp(x - 0.5, np.arange(len(other)), other)
            along = along + (x - 0.5 - np.clip(x - 0.5, 0, len(other) - 1)) * (pb if first == 0 else pa)
            across = mine[k] + weave.jitter * 0.4 * family.pitch * wave1(rng, x, len(other) * 2.1, 4)
            px, py = (across, along) if first == 0 else (along, across)
            gx, gy = c * px - s * py, s * px + c * py
            keep = np.flatnonzero(inside(gx, gy))
            if len(keep) < 5:
                continue
            keep = np.arange(keep[0], keep[-1] + 1)
            kk = np.full(len(other), k)
            over = weft_over(weave.pattern, kk, np.arange(len(other))) if first == 0 else weft_over(
                weave.pattern, np.arange(len(other)), kk)  # fmt: skip
            h = sign * heights(x, over) * amp * share
            gx, gy, h = gx[keep], gy[keep], h[keep]
            line = np.stack([gx, gy, sheet.lift(gx, gy) + up * h], -1)
            n = sheet.upward(gx, gy)
            width, thickness, colour = family.along(line, k, rng)
            strands.append(Strand(line, n * up, width, thickness, colour, role, base + k, family.square))
    return strands


class Region:
    """A convex outline on the ground: superellipse with half axes rx, ry, shrunk by `inset` metres."""

    def __init__(self, rx: float, ry: float, exponent: float, inset: float = 0.0) -> None:
        self.rx, self.ry, self.exponent = rx - inset, ry - inset, exponent

    def __call__(self, x: Array, y: Array) -> Array:
        """Whether x, y lie inside."""
        return np.asarray((np.abs(x) / self.rx) ** self.exponent + (np.abs(y) / self.ry) ** self.exponent <= 1)


def even_count(surface: Surface, v: float, pitch: float, multiple: int) -> int:
    """How many stakes fit round the row at v at about `pitch`, as a multiple that lets the pattern close."""
    return max(multiple * 3, multiple * round(row_length(surface, v) / pitch / multiple))
