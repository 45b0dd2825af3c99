"""Harmless irregularities of hand work: splices, stake ends at the foot, strands of another shade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render.arrays import Array
from training.render.hand import Hand
from training.render.looks import Family
from training.render.strand import Strand


def feet(stakes: list[Strand], rng: np.random.Generator) -> list[Strand]:
    """Short stake ends below the base, as where a weaver trimmed with little care."""
    out = []
    for s in stakes:
        if rng.uniform() < 0.5:
            end = s.line[0] + np.array([0, 0, -1.0]) * float(s.width[0]) * rng.uniform(0.5, 1.5)
            line: Array = np.linspace(s.line[1], end, 5)
            out.append(replace(s.part(0, 5), line=line))
    return out


def accidents(strands: list[Strand], stakes: Family, wefts: Family, hand: Hand, rng: np.random.Generator) -> set[str]:
    """Add splices to the strands if the hand makes them; the causes that the piece has."""
    causes = set()
    if stakes.odd_rows or wefts.odd_rows:
        causes.add("odd_strand")
    if stakes.nodes or wefts.nodes:
        causes.add("node")
    rows = [k for k, s in enumerate(strands) if s.role in ("weft", "coil") and len(s) > 40]
    if rows and hand.splices:
        causes.add("splice")
        for k in rng.choice(rows, size=min(len(rows), int(rng.integers(2, 9))), replace=False):
            strands.append(_splice(strands[k], rng))
    return causes


def _splice(s: Strand, rng: np.random.Generator) -> Strand:
    """A new length laid over the old one, of slightly different shade, its ends thinned out."""
    n = int(rng.integers(8, max(9, min(40, len(s) // 2))))
    start = int(rng.integers(0, len(s) - n))
    p = s.part(start, start + n)
    taper = np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / 2.0, 0.3, 1)
    return replace(
        p, line=p.line + p.normal * (p.thickness * 0.35 * taper)[:, None], thickness=p.thickness * 0.8 * taper,
        width=p.width * 0.92, colour=np.clip(p.colour * rng.uniform(0.8, 1.2), 0.004, 0.95),
    )  # fmt: skip
