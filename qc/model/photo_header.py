"""What a photo's file says of itself before a single pixel is decoded: format, size, orientation, motion.

A file of a few hundred bytes can decode to gigabytes, so every limit is tested on the header.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeVar

from qc.errors import BadPhoto
from qc.model.exif import orientation_of

Format = Literal["jpeg", "png", "webp"]
Part = TypeVar("Part")

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0..15; DHT, JPG and DAC are not frames
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM and RST0..7 carry no length
_MOST_SCANS = 100  # a progressive photo has about ten; each one costs a pass over all pixels
_MOST_PARTS = 20_000  # segments or chunks; a photo has some hundreds
_FILL = re.compile(rb"\xff*")
_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")

_FOREIGN = (
    (re.compile(rb"GIF8[79]a"), "a GIF"),
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"BM....\0\0\0\0", re.DOTALL), "a BMP"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF or raw camera file"),
    (re.compile(rb"....ftyp(?:hei|hev|mif|msf)", re.DOTALL), "a HEIC (set the camera to 'most compatible')"),
    (re.compile(rb"....ftypavif", re.DOTALL), "an AVIF"),
    (re.compile(rb"....ftyp", re.DOTALL), "a video"),
    (re.compile(rb"\s*<", re.DOTALL), "a text such as SVG or HTML"),
)


@dataclass(frozen=True)
class Header:
    """Format, size as stored (before it is turned upright), EXIF orientation and what the decoder must know."""

    format: Format
    width: int
    height: int
    orientation: int = 1
    animated: bool = False


def refuse(reason: str, detail: str) -> NoReturn:
    """Raise BadPhoto with a stable sub-code in `extra["reason"]`."""
    raise BadPhoto(detail, reason=reason)


def read_header(data: bytes) -> Header:
    """Read the header of a JPEG, PNG or WebP.

    Raises:
        BadPhoto: `photo_empty`, `photo_format`, `photo_truncated` or `photo_damaged`.
    """
    if not data:
        refuse("photo_empty", "the file is empty; wanted a JPEG, PNG or WebP photo: send it again")
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    what = next((name for magic, name in _FOREIGN if magic.match(data)), "no photo at all")
    refuse("photo_format", f"the file is {what}; wanted a JPEG, PNG or WebP photo")


def _truncated(what: str, got: int) -> NoReturn:
    refuse("photo_truncated", f"the {what} ends too early, after {got:,} bytes; send the file again, whole")


def _counted(parts: Iterator[Part], what: str) -> Iterator[Part]:
    for i, part in enumerate(parts):
        if i == _MOST_PARTS:
            refuse("photo_damaged", f"the {what} consists of over {_MOST_PARTS:,} parts; export the photo again")
        yield part


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with their bodies, up to and including the start of the first scan."""
    at, marker = 2, 0
    while marker != 0xDA:
        filled = _FILL.match(data, at)
        start = filled.end() if filled else at  # a marker may be preceded by any number of FF
        if start + 3 > len(data):
            _truncated("JPEG", len(data))
        if start == at:
            refuse("photo_damaged", f"the JPEG has no marker at byte {at}; take or export the photo again")
        marker = data[start]
        if marker in _STANDALONE:
            at = start + 1
            continue
        (length,) = struct.unpack_from(">H", data, start + 1)
        at = start + 1 + length
        if at > len(data):
            _truncated("JPEG", len(data))
        yield marker, data[start + 3 : at]


def _jpeg(data: bytes) -> Header:
    frame: tuple[int, int, int] | None = None
    orientation, progressive = 1, False
    for marker, body in _counted(_jpeg_segments(data), "JPEG"):
        if marker in _FRAMES and len(body) >= 6:
            depth, height, width, components = struct.unpack_from(">BHHB", body)
            if depth != 8:
                refuse("photo_format", f"the JPEG has {depth} bits a sample; wanted 8: export it as a usual JPEG")
            frame, progressive = (width, height, components), marker & 3 == 2
        elif marker == 0xE1 and body.startswith(b"Exif\0\0") and orientation == 1:
            orientation = orientation_of(body)
    if frame is None or 0 in frame:
        refuse("photo_damaged", "the JPEG does not say how large it is; take or export the photo again")
    if progressive and (scans := data.count(b"\xff\xda")) > _MOST_SCANS:
        refuse(
            "photo_damaged", f"the JPEG holds {scans} scans; wanted at most {_MOST_SCANS}: export it as a usual JPEG"
        )
    width, height, components = frame
    if components == 4:
        # Ink is no light: without the press's profile, which is seldom there, its colours are a guess.
        refuse("photo_format", "the JPEG is in CMYK, made for a printing press; wanted RGB: send the camera's own file")
    return Header("jpeg", width, height, orientation)


def jpeg_has_its_end(data: bytes) -> bool:
    """Whether the first picture of a JPEG reaches its end marker: a cut file does not."""
    at = data.find(b"\xff\xda")
    while (found := _SCAN_END.search(data, at + 2)) is not None:
        at = found.start()
        if data[at + 1] == 0xD9:
            return True
    return False


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while True:
        if at + 12 > len(data):
            _truncated("PNG", len(data))
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            _truncated("PNG", len(data))
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(memoryview(data)[at + 4 : end - 4]) != checksum:
            refuse("photo_damaged", f"the PNG's part at byte {at} fails its checksum; send the file again")
        yield name, data[at + 8 : end - 4] if name in (b"IHDR", b"eXIf") else b""
        if name == b"IEND":
            return
        at = end


def _png(data: bytes) -> Header:
    width = height = 0
    orientation, animated = 1, False
    for i, (name, body) in enumerate(_counted(_png_chunks(data), "PNG")):
        if (i == 0) != (name == b"IHDR") or (i == 0 and len(body) != 13):
            refuse("photo_damaged", "the PNG does not begin with one header; export the photo again")
        if name == b"IHDR":
            width, height, depth = struct.unpack_from(">IIB", body)
            if depth == 16:
                refuse("photo_format", "the PNG has 16 bits a sample; wanted 8: export it as a usual JPEG or PNG")
        elif name == b"eXIf":
            orientation = orientation_of(body)
        elif name == b"acTL":
            animated = True
    if not (width and height):
        refuse("photo_damaged", f"the PNG says it is {width} x {height} pixels; export the photo again")
    return Header("png", width, height, orientation, animated)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", data, 4)
    end = size + 8
    if end > len(data) or size < 4:
        _truncated("WebP", len(data))
    at = 12
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            _truncated("WebP", len(data))
        yield name, data[at + 8 : at + 8 + min(length, 1 << 16)]  # headers and EXIF are short, pixels are not read here
        at += 8 + length + (length & 1)


def _webp(data: bytes) -> Header:
    if len(data) < 16:
        _truncated("WebP", len(data))
    sizes: list[tuple[int, int]] = []
    canvas = (0, 0)
    orientation, animated = 1, False
    for name, body in _counted(_webp_chunks(data), "WebP"):
        if name == b"VP8X" and len(body) >= 10:
            animated = animated or bool(body[0] & 0x02)
            canvas = (int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
        elif name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
            width, height = struct.unpack_from("<HH", body, 6)
            sizes.append((width & 0x3FFF, height & 0x3FFF))
        elif name == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
            (bits,) = struct.unpack_from("<I", body, 1)
            sizes.append(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        elif name in (b"ANIM", b"ANMF"):
            animated = True
        elif name == b"EXIF":
            orientation = orientation_of(body)
    if animated:
        return Header("webp", *canvas, orientation, animated)
    if len(sizes) != 1 or 0 in sizes[0] or canvas not in ((0, 0), sizes[0]):
        refuse("photo_damaged", f"the WebP's parts disagree on its size, {canvas} and {sizes}; export the photo again")
    return Header("webp", *sizes[0], orientation)
