"""What holds a piece together and finishes it: rims, borders, frames, handles, feet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render.arrays import Array, unit
from training.render.looks import Family
from training.render.plait import plaited
from training.render.strand import Strand
from training.render.surface import Sheet, Surface, normal


def ring(surface: Surface, v: float, family: Family, rng: np.random.Generator, group: int, role: str = "rim",
         lift: float = 0.0, points: int = 160) -> Strand:  # fmt: skip
    """A closed hoop on the row at v, raised by `lift` metres."""
    u = np.linspace(0, 1, points, endpoint=False)
    vv = np.full_like(u, v)
    n = normal(surface, u, vv)
    line = surface.point(u, vv) + n * lift
    width, thickness, colour = family.along(line, 0, rng)
    return Strand(line, n, width, thickness, colour, role, group, family.square, closed=True)


def outline(
    sheet: Sheet, exponent: float, inset: float, family: Family, rng: np.random.Generator, group: int, lift: float
) -> Strand:
    """A closed border along the edge of a flat piece."""
    a = np.linspace(0, 2 * np.pi, 4097)
    c, s = np.cos(a), np.sin(a)
    x = np.sign(c) * np.abs(c) ** (2 / exponent) * (sheet.width / 2 - inset)
    y = np.sign(s) * np.abs(s) ** (2 / exponent) * (sheet.depth / 2 - inset)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    t = np.linspace(0, arc[-1], 220, endpoint=False)
    x, y = np.interp(t, arc, x), np.interp(t, arc, y)
    line = np.stack([x, y, sheet.lift(x, y) + lift], 1)
    n = np.tile([0.0, 0.0, 1.0], (len(line), 1))
    width, thickness, colour = family.along(line, 0, rng)
    return Strand(line, n, width, thickness, colour, "rim", group, family.square, closed=True)


RIMS = ("braid", "lashed", "crossed", "bare")
RIM_WEIGHTS = (0.35, 0.4, 0.1, 0.15)


def rim(surface: Surface, family: Family, style: str, rng: np.random.Generator) -> list[Strand]:
    """A rim on the upper edge, in one of the styles RIMS."""
    hoop = ring(surface, 1.0, family, rng, 30_000)
    if style == "braid":
        return braided_rim(replace(hoop, width=hoop.width * 1.7, thickness=hoop.thickness * 1.3), rng)
    if style == "bare":
        return [hoop]
    wide, thin = family.width * rng.uniform(0.25, 0.5), family.width * 0.1
    band = replace(family, width=wide, thickness=thin, pitch=0.01, square=4.0)
    spacing = family.width * rng.uniform(0.45, 2.2)
    return [hoop, *lashing(hoop, spacing, band, rng, 30_001, style == "crossed")]


def lashing(
    hoop: Strand, spacing: float, band: Family, rng: np.random.Generator, group: int, crossed: bool = False
) -> list[Strand]:
    """A band wound round a hoop, a turn every `spacing` metres."""
    s = hoop.resampled(spacing / 10)
    arc, side, up = s.arc, s.side, unit(s.normal)
    out = []
    for sense in (1, -1) if crossed else (1,):
        phase = sense * 2 * np.pi * arc / spacing + rng.uniform(0, 6) + 0.4 * wave_drift(arc, rng)
        rw, rt = s.width / 2 + band.thickness * 0.5, s.thickness / 2 + band.thickness * 0.5
        out_dir = side * (np.cos(phase) * rw)[:, None] + up * (np.sin(phase) * rt)[:, None]
        line = s.line + out_dir
        width, thickness, colour = band.along(line, 0, rng)
        out.append(Strand(line, unit(out_dir), width, thickness, colour, "lash", group, band.square))
    return out


def wave_drift(arc: Array, rng: np.random.Generator) -> Array:
    """Slow wander of a hand-wound spacing, in radians."""
    return np.asarray(np.interp(arc, np.linspace(0, arc[-1], 12), rng.normal(size=12).cumsum() * 0.5))


def braided_rim(hoop: Strand, rng: np.random.Generator) -> list[Strand]:
    """The hoop as a thick three-ply braid."""
    return plaited(hoop, 3, rng, rng.uniform(1.8, 2.6))


def uprights(surface: Surface, places: Array, family: Family, rng: np.random.Generator, lift: float) -> list[Strand]:
    """Frame rods from foot to rim at the given u, on the inner side for negative lift."""
    out = []
    for k, u0 in enumerate(places):
        v = np.linspace(0.0, 1.0, 24)
        u = np.full_like(v, u0)
        n = normal(surface, u, v)
        line = surface.point(u, v) + n * lift
        width, thickness, colour = family.along(line, k, rng)
        out.append(Strand(line, n, width, thickness, colour, "frame", 40_000 + k, family.square))
    return out


def handle(
    surface: Surface,
    u0: float,
    span: float,
    height: float,
    family: Family,
    rng: np.random.Generator,
    group: int,
    plies: int,
) -> list[Strand]:
    """A loop of cord that leaves the rim at u0 - span/2 and comes back at u0 + span/2."""
    t = np.linspace(-0.25, 1.25, 40)
    u = u0 + span * (np.clip(t, 0, 1) - 0.5)
    rim = surface.point(u, np.where((t < 0) | (t > 1), 1 - np.maximum(-t, t - 1) * 0.5, 1.0))
    n = normal(surface, u, np.full_like(u, 0.97))
    rise = height * np.sin(np.pi * np.clip(t, 0, 1)) ** 0.7
    line = rim + np.array([0, 0, 1.0]) * rise[:, None] + n * family.width * 0.6
    width, thickness, colour = family.along(line, 0, rng)
    cord = Strand(line, n, width, thickness, colour, "rim", group, family.square)
    return plaited(cord, plies, rng) if plies > 1 else [cord]
