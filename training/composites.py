"""Defects put on good pieces while they are drawn, so that no two draws of a good piece teach the same defect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.surface.composite import COMPOSITES, SMALLEST, composite

_CODES = tuple(COMPOSITES)
_MOST = 3


def spoil(
    rng: np.random.Generator, rgb: NDArray[np.uint8], mask: NDArray[np.int32], alpha: NDArray[np.int32]
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """One to three defects on the piece: picture uint8 [H, W, 3] and mask int32 [H, W], bit k for channel k.

    `alpha` int32 [H, W] is 255 on the piece. What nobody could see leaves picture and mask as they were, and so the
    piece good: the compositor compares before and after.
    """
    region = alpha > 127
    if min(rgb.shape[:2]) < SMALLEST or region.mean() < 0.05:
        return rgb, mask
    for _ in range(int(rng.choice([1, 2, _MOST], p=[0.65, 0.25, 0.1]))):
        rgb, shown = composite(rgb, region, _CODES[rng.integers(len(_CODES))], int(rng.integers(2**31)))
        mask = mask | shown.astype(np.int32)
    return rgb, mask
