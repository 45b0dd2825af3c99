"""A defect map as a picture to lay over its photo: clear where nothing is wrong, the redder the surer."""

from __future__ import annotations

import cv2
import numpy as np

from qc.model.network import Floats

LEAST = 0.05
"""Probability below which nothing is painted, as the least that evidence lists."""
SURE = 0.7
"""Probability from which the colour is the reddest."""
OPAQUE = 0.85
"""Largest opacity: the photo stays to be seen underneath."""
_COOL, _HOT = np.array([0, 212, 255], np.float32), np.array([0, 20, 255], np.float32)  # BGR: yellow, red


def heat_picture(heat: Floats) -> bytes:
    """Paint a map of probabilities.

    Args:
        heat: [h, w], 0 to 1, laid over the whole photo.

    Returns:
        A PNG of w x h pixels with transparency, one pixel a cell; to be stretched over the photo.
    """
    sure = np.clip((heat - LEAST) / (SURE - LEAST), 0, 1)[..., None]
    colour = _COOL + sure * (_HOT - _COOL)
    opacity = np.where(heat[..., None] < LEAST, 0, 0.25 + sure * (OPAQUE - 0.25)) * 255
    painted = np.concatenate([colour, opacity], axis=2).round().astype(np.uint8)  # [h, w, 4]
    return cv2.imencode(".png", painted)[1].tobytes()
