"""The weaver's hand: how even the work is, and which harmless oddities it has. Good work, all of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

HARD = {
    "pitch_jitter": 0.16, "odd_strand": 0.13, "node": 0.06, "splice": 0.12, "seam": 0.08, "feet": 0.07,
    "hard_shadow": 0.12, "clutter": 0.10, "partial": 0.08, "dyed": 0.08,
}  # fmt: skip
"""Why an honest eye may stumble over a good piece, and how often a hard piece is hard for that reason."""


@dataclass(frozen=True)
class Hand:
    """jitter: of the pitch, as a share of it; odd: share of strands of quite another shade; the rest: oddities."""

    jitter: float
    odd: float = 0.0
    splices: bool = False
    seam: bool = False
    feet: bool = False
    nodes: bool = False


def draw_hand(hard: Collection[str], rng: np.random.Generator) -> Hand:
    """A hand by chance, with the oddities in `hard` for certain."""
    tight, usual, rough = rng.uniform(0.01, 0.05), rng.uniform(0.05, 0.11), rng.uniform(0.16, 0.25)
    even = float(tight if rng.uniform() < 0.5 else usual)
    odd = float(rng.uniform(0.06, 0.2))
    return Hand(
        jitter=float(rough) if "pitch_jitter" in hard else even,
        odd=odd if "odd_strand" in hard else 0.0,
        splices="splice" in hard or bool(rng.uniform() < 0.12),
        seam="seam" in hard,
        feet="feet" in hard,
        nodes="node" in hard,
    )
