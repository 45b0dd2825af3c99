"""What a person would see of a defect: where the picture with it and the picture without it differ."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.noise import F32, blur

SEEN_AT = 4.0
"""CIELAB difference from which a pixel counts as changed, on a plain ground."""
LEAST_DELTA_E = 6.0
"""Mean CIELAB difference below which a defect counts as invisible."""
LEAST_AREA = 20
"""Area in px below which a defect counts as invisible."""


def _window(region: NDArray[np.bool_], margin: int) -> tuple[slice, slice] | None:
    rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    if len(rows) == 0:
        return None
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def _lab(coded: F32) -> F32:
    return np.asarray(blur(cv2.cvtColor(np.ascontiguousarray(coded), cv2.COLOR_RGB2LAB), 0.8), np.float32)


def seen(before: F32, after: F32, region: NDArray[np.bool_], noise: float = 0.0) -> tuple[NDArray[np.bool_], float]:
    """Mask bool [H, W] of the visible change inside `region`, and its mean CIELAB difference (0 where none is seen).

    before, after  float32 [H, W, 3], sRGB coded 0..1, without noise;  noise  its level in 8-bit grey levels.
    The threshold rises with the noise and with the ground's own contrast, which hide a faint change.
    """
    mask = np.zeros(region.shape, bool)
    window = _window(region, 4)
    if window is None:
        return mask, 0.0
    old, new, inside = _lab(before[window]), _lab(after[window]), region[window]
    delta = blur(np.sqrt(np.square(new - old).sum(-1)), 1.6)
    busy = float(old[..., 0][inside].std())
    threshold = SEEN_AT + 0.25 * noise + 0.08 * busy
    changed = (delta > max(threshold, 0.18 * float(delta.max(initial=0)))) & inside
    closed = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    keep = np.zeros(count, bool)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= 5
    kept = keep[labels]
    if int(kept.sum()) < LEAST_AREA:
        return mask, 0.0
    strength = float(delta[kept].mean())
    if strength < LEAST_DELTA_E + 0.25 * noise:
        return mask, 0.0
    mask[window] = kept
    return mask, strength
