"""Open hexagonal weave of three directions, as cane seats and bamboo baskets have it.

Lines of one direction lie `spacing` apart and half a spacing off the point where the other two would meet, so that no
three cross in one place and hexagons stay open. Direction 0 passes over 1, 1 over 2 and 2 over 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from training.render.arrays import Array
from training.render.looks import Family, Look
from training.render.strand import Strand
from training.render.surface import Sheet, Surface, column_length, normal, row_length
from training.render.weave import Region, heights

TURN = 2 * np.pi / 3


@dataclass(frozen=True)
class Line:
    """One strand on flat ground: direction 0..2, number, x and y in metres and its height in -1..1, all [n]."""

    way: int
    number: int
    x: Array
    y: Array
    h: Array


def lattice(width: float, height: float, spacing: float, jitter: float, rng: np.random.Generator) -> list[Line]:
    """Lines over the rectangle 0..width, 0..height, each from edge to edge and a little beyond."""
    reach = float(np.hypot(width, height)) / 2 + spacing
    count = int(reach / spacing) + 1
    numbers = np.arange(-count, count)
    offsets = [
        (numbers + 0.5 + jitter * 0.5 * rng.normal(size=len(numbers)).clip(-1.5, 1.5)) * spacing for _ in range(3)
    ]
    normals = [np.array([-np.sin(TURN * w), np.cos(TURN * w)]) for w in range(3)]
    middle = np.array([width, height]) / 2
    lines = []
    for w in range(3):
        along = np.array([np.cos(TURN * w), np.sin(TURN * w)])
        for number, c in zip(numbers, offsets[w], strict=True):
            at, over = [], []
            for other, wins in (((w + 1) % 3, True), ((w + 2) % 3, False)):
                t = (offsets[other] - c * (normals[w] @ normals[other])) / (along @ normals[other])
                at.append(t)
                over.append(np.full(len(t), wins))
            t, top = np.concatenate(at), np.concatenate(over)
            order = np.argsort(t)
            t, top = t[order], top[order]
            fine = np.linspace(t[0], t[-1], len(t) * 4)
            xy = middle + c * normals[w] + fine[:, None] * along
            inside = (np.abs(xy - middle) <= np.array([width, height]) / 2).all(1)
            if inside.sum() < 6:
                continue
            keep = np.arange(np.flatnonzero(inside)[0], np.flatnonzero(inside)[-1] + 1)
            h = heights(np.interp(fine, t, np.arange(len(t)) + 0.5), top)
            lines.append(Line(w, int(number) + count, xy[keep, 0], xy[keep, 1], h[keep]))
    return lines


def splints(look: Look, odd: float, rng: np.random.Generator) -> Family:
    """Strands of hexagonal work; pitch is the spacing of parallel ones."""
    u = rng.uniform
    w = u(0.0022, 0.0034) if look.material == "rattan" else u(0.004, 0.009)
    thin = w * 0.4 if look.material == "rattan" else 0.0013
    flat = look.family(w, thin, w * u(2.6, 4.0), 4.0)
    return replace(flat, cycle=look.weft_cycle, nodes=u(0.15, 0.4), odd=odd)


def on_wall(surface: Surface, family: Family, jitter: float, rng: np.random.Generator) -> tuple[list[Strand], float]:
    """Hexagons round a wall and the spacing that closes them: round it goes a whole number of slanting strands."""
    length, height = row_length(surface, 0.6), column_length(surface)
    n = max(8, round(length / (family.pitch * 2 / np.sqrt(3))))
    spacing = length / n * np.sqrt(3) / 2
    lines = lattice(length, height, spacing, jitter, rng)
    return _laid(lines, lambda x, y: (x / length, np.clip(y / height, 0, 1)), surface, family, rng), spacing


def on_ground(
    sheet: Sheet, inside: Region, family: Family, jitter: float, angle: float, rng: np.random.Generator
) -> list[Strand]:
    """Hexagons on a flat piece, clipped at its outline, turned by `angle`."""
    size = float(np.hypot(sheet.width, sheet.depth)) * 1.02
    c, s = np.cos(angle), np.sin(angle)
    lines = []
    for line in lattice(size, size, family.pitch, jitter, rng):
        x, y = line.x - size / 2, line.y - size / 2
        gx, gy = c * x - s * y, s * x + c * y
        kept = np.flatnonzero(inside(gx, gy))
        if len(kept) >= 6:
            k = slice(kept[0], kept[-1] + 1)
            lines.append(replace(line, x=gx[k], y=gy[k], h=line.h[k]))
    return _laid(lines, lambda x, y: (x / sheet.width + 0.5, y / sheet.depth + 0.5), sheet, family, rng)


def _laid(
    lines: list[Line], place: Callable[[Array, Array], tuple[Array, Array]], surface: Surface, family: Family,
    rng: np.random.Generator,
) -> list[Strand]:  # fmt: skip
    amp = family.thickness * 0.62
    out = []
    for line in lines:
        u, v = place(line.x, line.y)
        n = normal(surface, u, v)
        path = surface.point(u, v) + n * (line.h * amp)[:, None]
        width, thickness, colour = family.along(path, line.number, rng)
        role, group = ("weft", 10_000) if line.way == 0 else ("stake", 4_000 * (line.way - 1))
        out.append(Strand(path, n, width, thickness, colour, role, group + line.number, family.square))
    return out
