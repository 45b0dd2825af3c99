"""How a photo looks as a whole, in 120 bits: equal or nearly so for the same photo saved again, scaled or trimmed.

A perceptual hash by cosine transform: the photo is reduced to 44 x 44 grey values, the 11 x 11 lowest frequencies but
the mean are kept, and each is told as above or below their median. How far two photos are from each other is the number
of bits in which they differ. What distances mean was measured: docs/shipments.md.
"""

from __future__ import annotations

import cv2
import numpy as np

from qc.model.preprocess import Rgb, resize

BITS = 120
SIDE = 44
FREQUENCIES = 11
LEAST_CONTRAST = 2.5
"""Standard deviation of the reduced grey values, of 255, below which a photo has no look of its own: a covered lens, a
bare wall. The flattest real photo of cloth measured has 4.7."""

# Neighbouring frequencies go together in photos alike. Spread over the bands of an index they tell more.
_SPREAD = np.arange(BITS).reshape(15, 8).T.ravel()


def likeness(rgb: Rgb) -> int | None:
    """The photo's 120 bits as a number; None for one without contrast.

    Args:
        rgb: uint8 [H, W, 3], upright.
    """
    small = resize(rgb, SIDE, SIDE)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)  # [44, 44]
    if float(grey.std()) < LEAST_CONTRAST:
        return None
    low = cv2.dct(grey)[:FREQUENCIES, :FREQUENCIES].ravel()[1:]  # [120]
    bits = (low > np.median(low))[_SPREAD]
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def distance(one: int, other: int) -> int:
    """In how many of the 120 bits two likenesses differ."""
    return (one ^ other).bit_count()
