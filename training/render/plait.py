"""Cords made of plies: the three-strand flat braid and the two-ply twist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render.arrays import Array
from training.render.noise import wave1
from training.render.strand import Strand


def plaited(strand: Strand, plies: int, rng: np.random.Generator, lay: float = 2.1) -> list[Strand]:
    """The plies of a cord in its place: 3 braided or 2 twisted. `lay` is the repeat in widths of the cord."""
    width = float(strand.width.mean())
    period = lay * width
    s = strand.resampled(period / 8)
    arc, side, up = s.arc, s.side, s.normal
    turn = 2 * np.pi * arc / period + 0.12 * wave1(rng, arc, max(float(arc[-1]), 1e-3), 4)
    out = []
    for k in range(plies):
        phase = turn + 2 * np.pi * k / plies + 0.25 * rng.normal() / plies
        a, b = (0.27, 0.26) if plies == 3 else (0.25, 0.25)
        if plies == 3:
            x, y = np.sin(phase), np.sin(2 * phase)
        else:
            x, y = np.cos(phase), np.sin(phase)
        line = s.line + side * (a * s.width * x)[:, None] + up * (b * s.thickness * y)[:, None]
        fat = 1 + 0.10 * wave1(rng, arc, max(float(arc[-1]), 1e-3) * 1.1, 16)
        shade = np.exp(0.10 * rng.normal() + 0.12 * wave1(rng, arc, max(float(arc[-1]), 1e-3) * 1.3, 20))
        colour: Array = np.clip(s.colour * shade[:, None], 0.004, 0.95)
        width, thick = (0.44, 0.50) if plies == 3 else (0.52, 0.56)
        ply = replace(s, line=line, width=s.width * width * fat, thickness=s.thickness * thick * fat)
        out.append(replace(ply, colour=colour, square=2.2))
    return out


def corded(strands: list[Strand], role: str, plies: int, rng: np.random.Generator) -> list[Strand]:
    """The strands with every one of a role turned into a cord of `plies`; one ply leaves them as they are."""
    if plies == 1:
        return strands
    lay = float(rng.uniform(1.8, 2.8))
    out: list[Strand] = []
    for s in strands:
        out += plaited(s, plies, rng, lay) if s.role == role and len(s) > 6 else [s]
    return out
