"""Pieces for the tiny bundle: woven and good, and no two alike."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from tests.model.tiny_bundle import STRAW

SKU = "CHAOS-WB-01"
CHECKS = {"moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass"}


def photo(number: int, side: int = 256) -> bytes:
    """A JPEG of a good piece: straw-coloured, patterned by its number, so that nobody takes it for another's."""
    random = np.random.default_rng(number)
    coarse = random.integers(-30, 31, (8, 8, 1)).repeat(side // 8, 0).repeat(side // 8, 1)
    fine = random.integers(-12, 13, (side // 2, side // 2, 1)).repeat(2, 0).repeat(2, 1)
    pixels = np.clip(np.array(STRAW) + coarse + fine, 0, 255).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=85)
    return out.getvalue()
