"""What a seed stands for: woven or not, good or with which defects. All else is drawn from it further down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DEFECTS = ("STRAND_BROKEN", "STRAND_MISSING", "WEAVE_LOOSE", "HOLE", "END_PROTRUDING", "STAIN", "MOULD")
DEFECT_WEIGHTS = (0.18, 0.14, 0.13, 0.13, 0.13, 0.16, 0.13)
SOLID_SHARE, DEFECTIVE_SHARE = 0.12, 0.62
"""Of all recipes are not woven; of the woven ones have defects (each of these gives two pictures)."""
VERSION = 2
"""Raised when the same seed begins to mean something else."""


@dataclass(frozen=True)
class Recipe:
    """One piece to render. defects is empty for a good piece and for a solid."""

    seed: int
    woven: bool
    defects: tuple[str, ...]

    @property
    def piece(self) -> str:
        """Name of the piece; its pictures are `<piece>` and, with defects, `<piece>-d`."""
        return f"r{VERSION}-{self.seed:07d}"


def recipe(run_seed: int, index: int) -> Recipe:
    """Recipe number `index` of the run with this seed."""
    seed = run_seed * 100_000 + index
    rng = np.random.default_rng([seed, 0])
    if rng.uniform() < SOLID_SHARE:
        return Recipe(seed, False, ())
    if rng.uniform() > DEFECTIVE_SHARE:
        return Recipe(seed, True, ())
    count = int(rng.choice([1, 2, 3], p=[0.62, 0.26, 0.12]))
    codes = rng.choice(DEFECTS, size=count, replace=False, p=DEFECT_WEIGHTS)
    return Recipe(seed, True, tuple(sorted(str(c) for c in codes)))
