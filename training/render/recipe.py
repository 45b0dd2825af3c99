"""What a seed stands for: woven or not, good, hard or with which defects. All else is drawn from it further down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.render.hand import HARD

DEFECTS = {
    "STRAND_BROKEN": 0.12, "STRAND_MISSING": 0.10, "WEAVE_LOOSE": 0.09, "HOLE": 0.09, "END_PROTRUDING": 0.09,
    "EDGE_UNRAVEL": 0.09, "STAIN": 0.10, "MOULD": 0.09, "COLOUR_UNEVEN": 0.06, "SHAPE_DEFORMED": 0.06,
    "INSECT_DAMAGE": 0.06, "FOREIGN_MATTER": 0.05,
}  # fmt: skip
"""The defects and how often each is the one."""
SOLID_SHARE, DEFECTIVE_SHARE = 0.14, 0.62
"""Of all recipes are not woven; of the woven ones have defects (each of these gives two pictures)."""
HARD_SHARE, HARD_DEFECTIVE_SHARE = 0.72, 0.25
"""Of the good pieces, and of those with defects, are hard. One in five of these shows nothing of it (clutter out of the
frame, a seam in coiled work) and counts as plain."""
VERSION = 4
"""Raised when the same seed begins to mean something else."""


@dataclass(frozen=True)
class Recipe:
    """One piece to render. defects is empty for a good piece and for a solid; hard: words of training.render.hand."""

    seed: int
    woven: bool
    defects: tuple[str, ...]
    hard: tuple[str, ...] = ()

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
        return Recipe(seed, True, (), _hard(HARD_SHARE, rng))
    count = int(rng.choice([1, 2, 3], p=[0.62, 0.26, 0.12]))
    codes = rng.choice(list(DEFECTS), size=count, replace=False, p=list(DEFECTS.values()))
    return Recipe(seed, True, tuple(sorted(str(c) for c in codes)), _hard(HARD_DEFECTIVE_SHARE, rng))


def _hard(share: float, rng: np.random.Generator) -> tuple[str, ...]:
    if rng.uniform() > share:
        return ()
    count = int(rng.choice([1, 2], p=[0.7, 0.3]))
    return tuple(sorted(str(c) for c in rng.choice(list(HARD), size=count, replace=False, p=list(HARD.values()))))
