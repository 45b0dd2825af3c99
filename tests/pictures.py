"""Small photos whose colour tells the examiner of `tests.examiner` what to see, and files that are no photos at all."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image

GOOD, HOLED, DOUBTFUL, NOT_WOVEN = (40, 160, 60), (180, 40, 40), (40, 60, 180), (20, 20, 20)


@cache
def jpeg(colour: tuple[int, int, int] = GOOD, number: int = 0, side: int = 800) -> bytes:
    """A JPEG of one colour; another `number` gives other bytes that look the same."""
    rgb = np.full((side, side, 3), colour, np.uint8)
    rgb[number % side, number // side % side] = 255 - rgb[0, 0]
    out = BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=85, comment=str(number).encode())
    return out.getvalue()


def saved(mode: str, form: str, **options: object) -> bytes:
    """A green picture of a mode, in a file format."""
    picture = Image.new("RGB", (200, 200), GOOD).convert(mode)
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def png_bomb(side: int = 20_000) -> bytes:
    """A PNG of 20,000 x 20,000 pixels in a few hundred kB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    row = b"\0" * (side // 8 + 1)
    squeezed = zlib.compressobj(9)
    rows = b"".join(squeezed.compress(row) for _ in range(side)) + squeezed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def animated_webp() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (GOOD, HOLED)]
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()
