"""The orientation that a camera wrote beside the pixels (Exif 2.32, tag 0x0112), read without trusting the file."""

from __future__ import annotations

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 0x0112
_SHORT = 3

# What each orientation asks for, in this order: swap the axes, mirror upside down, mirror left to right.
_TURNS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def orientation_of(tiff: bytes) -> int:
    """Orientation 1 to 8 from an Exif block (with or without its "Exif" prefix); 1 where it says nothing sensible."""
    tiff = tiff.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, start)
        for i in range(entries):
            tag, kind, count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * i)
            if tag == _ORIENTATION:
                return value if (kind, count) == (_SHORT, 1) and 1 <= value <= 8 else 1
    except struct.error:  # an offset that points past the block
        return 1
    return 1


def upright(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The picture [H, W, 3] turned as its orientation says; the very array where there is nothing to turn."""
    swap, upside_down, left_right = _TURNS[orientation]
    if swap:
        picture = cv2.transpose(picture).astype(np.uint8, copy=False)
    if upside_down or left_right:
        around = -1 if upside_down and left_right else 0 if upside_down else 1
        picture = cv2.flip(picture, around).astype(np.uint8, copy=False)
    return picture


def turns_sideways(orientation: int) -> bool:
    """Whether width and height change places."""
    return _TURNS[orientation][0]
