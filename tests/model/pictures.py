"""Photos as files, made with Pillow: another library than the one under test."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ORIENTATION = 0x0112

# What a viewer must undo: the transpose that stores an upright picture under each orientation.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def smooth(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Colours that vary slowly, so that JPEG keeps them: uint8 [H, W, 3]."""
    coarse = np.random.default_rng(seed).integers(30, 226, (5, 7, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)).copy()


def encode(picture: NDArray[Any] | Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    """The file's bytes."""
    file = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    if format == "JPEG":
        options = {"quality": 95, "subsampling": 0} | options
    image.save(file, format, **options)
    return file.getvalue()


def stored(picture: NDArray[np.uint8], orientation: int, format: str) -> bytes:
    """An upright picture as a camera held that way stores it."""
    turn = STORED_AS[orientation]
    image = Image.fromarray(picture)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    return encode(image if turn is None else image.transpose(turn), format, exif=exif, **options)


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """A grey PNG that says one size and holds whatever pixels it is given."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
