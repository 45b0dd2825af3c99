"""A photo, decoded once: upright, red first, eight bits, within limits. Everything else is refused by name.

    >>> photo = Photo.decode(Path("basket.jpg").read_bytes())    # doctest: +SKIP
    >>> photo.rgb.shape                                          # doctest: +SKIP
    (3000, 4000, 3)

Colour profiles are not applied, here or in the inspector's browser: both judge the stored numbers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from qc.errors import BadPhoto
from qc.model.exif import turns_sideways, upright
from qc.model.photo_header import Format, Header, jpeg_has_its_end, read_header, refuse
from qc.settings import Settings

_WHITE = 255


@dataclass(frozen=True)
class PhotoLimits:
    """What is accepted before anything is decoded."""

    max_bytes: int = 40_000_000
    max_pixels: int = 64_000_000
    min_side: int = 32

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the settings name."""
        return cls(int(settings.max_photo_mb * 1e6), int(settings.max_photo_megapixels * 1e6))


@dataclass(frozen=True, eq=False)
class Photo:
    """An upright photo.

    Attributes:
        rgb: uint8 [H, W, 3]; smaller than width x height by a whole factor where it was decoded at reduced scale.
        data: the file, as given.
        width: of the upright photo in full, in pixels.
        height: the same.
        format: of the file.
        orientation: EXIF orientation that was applied, 1 to 8.
    """

    rgb: NDArray[np.uint8]
    data: bytes
    width: int
    height: int
    format: Format
    orientation: int

    @cached_property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @classmethod
    def decode(cls, data: bytes, limits: PhotoLimits = PhotoLimits(), at_least: int | None = None) -> Self:
        """Decode a JPEG, PNG or WebP.

        Args:
            data: the file.
            limits: what is refused unread.
            at_least: a JPEG may be decoded at 1/2, 1/4 or 1/8, as long as its longer side keeps so many pixels.

        Raises:
            BadPhoto: with `extra["reason"]` one of photo_empty, photo_format, photo_truncated, photo_damaged,
                photo_too_large, photo_too_many_pixels, photo_too_small, photo_animated.
        """
        header = _within(limits, data)
        try:
            pixels = _decode_jpeg(data, header, at_least) if header.format == "jpeg" else _decode_other(data, header)
        except BadPhoto:
            raise
        except (ValueError, KeyError, cv2.error) as wrong:
            raise BadPhoto(
                f"the {header.format.upper()} cannot be decoded ({wrong}); take or export the photo again",
                reason="photo_damaged",
            ) from wrong
        sideways = turns_sideways(header.orientation)
        return cls(
            rgb=np.ascontiguousarray(upright(pixels, header.orientation)),
            data=data,
            width=header.height if sideways else header.width,
            height=header.width if sideways else header.height,
            format=header.format,
            orientation=header.orientation,
        )


def _within(limits: PhotoLimits, data: bytes) -> Header:
    if len(data) > limits.max_bytes:
        refuse(
            "photo_too_large",
            f"the photo has {len(data) / 1e6:.1f} MB; at most {limits.max_bytes / 1e6:g} MB are taken: "
            "send it as a JPEG or at a lower resolution",
        )
    header = read_header(data)
    size = f"{header.width} x {header.height} pixels"
    if header.animated:
        refuse("photo_animated", f"the {header.format.upper()} is an animation; wanted a single still photo")
    if header.width * header.height > limits.max_pixels:
        refuse(
            "photo_too_many_pixels",
            f"the photo has {size}; at most {limits.max_pixels / 1e6:g} megapixels are taken: lower the resolution",
        )
    if min(header.width, header.height) < limits.min_side:
        refuse("photo_too_small", f"the photo has {size}; wanted at least {limits.min_side} on either side: go closer")
    return header


def _decode_jpeg(data: bytes, header: Header, at_least: int | None) -> NDArray[np.uint8]:
    factor = 1
    if at_least is not None:
        factor = max(f for f in (1, 2, 4, 8) if f == 1 or max(header.width, header.height) // f >= at_least)
    options: dict[str, Any] = {"colorspace": "RGB"}
    if factor > 1:
        options |= {"min_width": -(-header.width // factor), "min_height": -(-header.height // factor)}
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, **options)
    except ValueError as wrong:
        # The decoder would fill what is missing with grey. Stray bytes between segments, which some cameras write,
        # are the one flaw that leaves the picture whole.
        if "premature end" in str(wrong).lower():
            refuse("photo_truncated", f"the JPEG ends too early, after {len(data):,} bytes; send the file again, whole")
        if "extraneous bytes" not in str(wrong) or not jpeg_has_its_end(data):
            raise
        pixels = simplejpeg.decode_jpeg(data, strict=False, **options)
    return pixels


def _decode_other(data: bytes, header: Header) -> NDArray[np.uint8]:
    pixels: NDArray[Any] | None = cv2.imdecode(
        np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED
    )  # unchanged: EXIF is not applied
    if pixels is None or pixels.shape[:2] != (header.height, header.width):
        refuse("photo_damaged", f"the {header.format.upper()} cannot be decoded; take or export the photo again")
    eight: NDArray[np.uint8] = pixels.astype(np.uint8, copy=False)
    if eight.ndim == 2:
        return cv2.cvtColor(eight, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    if eight.shape[2] == 4:
        return _on_white(eight)
    return cv2.cvtColor(eight, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def _on_white(bgra: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A cut-out uint8 [H, W, 4] laid on white, as product pictures are shown: RGB [H, W, 3]."""
    alpha = bgra[..., 3:].astype(np.uint16)
    mixed = (bgra[..., 2::-1] * alpha + _WHITE * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)
