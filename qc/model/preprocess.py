"""The one resize, and the way from a photo to the network's input. Parameters travel in the bundle.

The resize is defined in whole numbers so that every language gives the same bytes. For an axis of `src` source and
`dst` output pixels, output pixel i covers the source pixels

    floor(i * src / dst)  up to, not including,  max(floor(i * src / dst) + 1, floor((i + 1) * src / dst)).

An output value is the sum S of the n source values in the box of both axes, divided and rounded half up:
floor((2 * S + n) / (2 * n)). Shrinking is a box mean; enlarging by the same rule repeats the nearest pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Rgb = NDArray[np.uint8]
"""uint8 [H, W, 3], red first."""

_BAND = 16  # rows sampled at a time: keeps the work inside the cache, a sixth faster at 1600 px
_FLOAT32_BOX = 16_384  # pixels of a box up to which float32 holds 2 * S + n and its quotient exactly


class PreprocessSpec(BaseModel):
    """How a photo becomes the network's input: shrink to fit a square, pad, normalise to (x - mean) / std."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=32, le=2048, multiple_of=32, description="Side S of the square input, in pixels.")
    pad: int = Field(default=127, ge=0, le=255, description="Grey level around a photo that is not square.")
    mean: float = Field(default=127.5, description="Subtracted from every value.")
    std: float = Field(default=127.5, gt=0, description="Divides every value.")
    channels: Literal["RGB"] = Field(default="RGB", description="Order of the input's channels.")
    resize: Literal["box-mean"] = Field(default="box-mean", description="The rule this module defines.")


@dataclass(frozen=True)
class Placement:
    """Where a photo lies in the network's square input; maps positions between the two.

    Attributes:
        photo: width and height of the photo, in its own pixels.
        inside: width and height that the photo takes in the input.
        offset: x and y of its upper left corner in the input.
        size: side of the input.
    """

    photo: tuple[int, int]
    inside: tuple[int, int]
    offset: tuple[int, int]
    size: int

    @property
    def scale(self) -> float:
        """Photo pixels per input pixel, along the photo's longer side."""
        return max(self.photo) / max(self.inside)

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """A position in the input, in pixels of the photo. Not clipped."""
        return (
            (x - self.offset[0]) * self.photo[0] / self.inside[0],
            (y - self.offset[1]) * self.photo[1] / self.inside[1],
        )

    def to_input(self, x: float, y: float) -> tuple[float, float]:
        """A position in the photo, in pixels of the input."""
        return (
            x * self.inside[0] / self.photo[0] + self.offset[0],
            y * self.inside[1] / self.photo[1] + self.offset[1],
        )

    def box_to_photo(self, x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, int, int]:
        """The smallest box of whole photo pixels around a box of the input, clipped to the photo."""
        left, top = self.to_photo(x0, y0)
        right, bottom = self.to_photo(x1, y1)
        width, height = self.photo
        # A rounding error of the float arithmetic must not add a pixel to a box that ends on a pixel's edge.
        x_low = min(max(int(np.floor(left + 1e-6)), 0), width - 1)
        y_low = min(max(int(np.floor(top + 1e-6)), 0), height - 1)
        x_high = max(min(int(np.ceil(right - 1e-6)), width), x_low + 1)
        y_high = max(min(int(np.ceil(bottom - 1e-6)), height), y_low + 1)
        return x_low, y_low, x_high, y_high


def box_bounds(src: int, dst: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and one-past-last source index of each output pixel along one axis: two int64 [dst]."""
    edges = np.arange(dst + 1, dtype=np.int64) * src // dst
    return edges[:-1], np.maximum(edges[1:], edges[:-1] + 1)


def resize(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The one resize: uint8 [H, W, 3] or [H, W] to the given width and height, by the rule above.

    Raises:
        ValueError: the picture is not uint8, is empty, or the wanted size is not positive.
    """
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.size == 0:
        raise ValueError(f"got {picture.dtype} of shape {picture.shape}, wanted uint8 [H, W] or [H, W, C], not empty")
    if width < 1 or height < 1:
        raise ValueError(f"got a size of {width} x {height}, wanted at least 1 x 1")
    src_height, src_width = picture.shape[:2]
    if (src_width, src_height) == (width, height):
        return picture.copy()
    if _goes_evenly(src_width, src_height, width, height) and _area_is_exact():
        return _shrink_evenly(picture, width, height)
    by_remap = picture.ndim == 3 and picture.shape[2] == 3 and max(src_width, src_height) < 2**15
    if by_remap and width <= src_width <= 2 * width and height <= src_height <= 2 * height and _remap_is_exact():
        return _shrink_a_little(picture, width, height)
    return _sum_and_divide(picture, width, height)


def fit(width: int, height: int, longest: int) -> tuple[int, int]:
    """Size with the longer side `longest` and the aspect kept: whole numbers, rounded half up, at least one pixel."""
    longer = max(width, height)
    return (
        max(1, (2 * width * longest + longer) // (2 * longer)),
        max(1, (2 * height * longest + longer) // (2 * longer)),
    )


def place(width: int, height: int, spec: PreprocessSpec) -> Placement:
    """Where a photo of that size lies in the input: fitted and centred, an odd pixel of padding right or below."""
    inside = fit(width, height, spec.size)
    return Placement((width, height), inside, ((spec.size - inside[0]) // 2, (spec.size - inside[1]) // 2), spec.size)


def letterbox(rgb: Rgb, spec: PreprocessSpec) -> tuple[Rgb, Placement]:
    """The photo resized to fit the square input, centred, padded: uint8 [S, S, 3] and where it lies."""
    placement = place(rgb.shape[1], rgb.shape[0], spec)
    (width, height), (x, y) = placement.inside, placement.offset
    square = np.full((spec.size, spec.size, 3), spec.pad, np.uint8)
    square[y : y + height, x : x + width] = resize(rgb, width, height)
    return square, placement


def normalise(square: Rgb, spec: PreprocessSpec) -> NDArray[np.float32]:
    """(x - mean) / std, computed in double and rounded once: uint8 [S, S, 3] to float32 [1, 3, S, S]."""
    table = ((np.arange(256, dtype=np.float64) - spec.mean) / spec.std).astype(np.float32)
    planes: NDArray[np.float32] = table[np.ascontiguousarray(square.transpose(2, 0, 1))]
    return planes[None]


def prepare(rgb: Rgb, spec: PreprocessSpec) -> tuple[NDArray[np.float32], Placement]:
    """The network's input float32 [1, 3, S, S] of an upright photo uint8 [H, W, 3], and where the photo lies in it."""
    square, placement = letterbox(rgb, spec)
    return normalise(square, spec), placement


def _sum_and_divide(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Any size to any size: sums along y, then x, each a vectorised reduction of whole rows."""
    src_height, src_width = picture.shape[:2]
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    top, bottom = box_bounds(src_height, height)
    left, right = box_bounds(src_width, width)
    largest = int((bottom - top).max() * (right - left).max())
    exact = np.dtype(np.float32 if largest <= _FLOAT32_BOX else np.float64)

    rows = _reduce_rows(picture.reshape(src_height, src_width * channels), top, bottom, exact)
    turned = cv2.transpose(rows.reshape(height, src_width, channels)).reshape(src_width, height * channels)
    columns = _reduce_rows(turned, left, right, exact)
    total = cv2.transpose(columns.reshape(width, height, channels)).reshape(height, width, channels)

    count = ((bottom - top)[:, None] * (right - left)[None, :]).astype(exact)[..., None]  # [height, width, 1]
    quotient = (2 * total + count) / (2 * count)
    floored: NDArray[np.uint8] = quotient.astype(np.uint8)
    return floored.reshape((height, width, *picture.shape[2:]))


def _reduce_rows(
    table: NDArray[Any], first: NDArray[np.int64], end: NDArray[np.int64], exact: np.dtype[Any]
) -> NDArray[Any]:
    """Sums of the rows first[i]:end[i] of a table [R, L]: float [len(first), L]."""
    sums: NDArray[Any] = np.empty((len(first), table.shape[1]), exact)
    depth = cv2.CV_32F if exact == np.float32 else cv2.CV_64F
    for i, (low, high) in enumerate(zip(first.tolist(), end.tolist(), strict=True)):
        cv2.reduce(table[low:high], 0, cv2.REDUCE_SUM, sums[i : i + 1], depth)
    return sums


def _goes_evenly(src_width: int, src_height: int, width: int, height: int) -> bool:
    """Whether all boxes are alike, and of an odd number of pixels that float32 divides by without doubt."""
    pixels = (src_width // width) * (src_height // height)
    return src_width % width == 0 and src_height % height == 0 and pixels % 2 == 1 and pixels < 1000


def _shrink_evenly(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Boxes that are all alike and odd, such as 1600 to 320 px: twice as fast as the general way.

    OpenCV's area resize is then a sum, divided and rounded to the nearest; of an odd number no mean is a half.
    """
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _shrink_a_little(rgb: Rgb, width: int, height: int) -> Rgb:
    """Shrinking by at most two on either axis, five times faster than the general way.

    Every box is then one or two pixels wide, and the bilinear sample half-way between two pixels, in OpenCV's fixed
    point, is their mean rounded half up. `_remap_is_exact` proves that on this machine before it is relied upon.
    """
    whole, half = _sampling(rgb.shape[1], rgb.shape[0], width, height)
    out = np.empty((height, width, 3), np.uint8)
    for y in range(0, height, _BAND):
        rows = slice(y, y + _BAND)
        cv2.remap(rgb, whole[rows], half[rows], cv2.INTER_LINEAR, out[rows], cv2.BORDER_REPLICATE)
    return out


@lru_cache(maxsize=2)  # 12 MB each at 1600 x 1200; the photos of one phone are all of one size
def _sampling(src_width: int, src_height: int, width: int, height: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where `remap` samples: whole pixels x, y int16 [height, width, 2], and whether half a pixel further."""
    top, bottom = box_bounds(src_height, height)
    left, right = box_bounds(src_width, width)
    whole = np.empty((height, width, 2), np.int16)
    whole[..., 0] = left
    whole[..., 1] = top[:, None]
    half_x = ((right - left - 1) * 16).astype(np.uint16)  # fixed point of remap: 5 bits of x below 5 bits of y
    half_y = ((bottom - top - 1) * 16 * 32).astype(np.uint16)
    return whole, half_y[:, None] | half_x


@cache
def _area_is_exact() -> bool:
    """Whether this build of OpenCV sums whole pixels where boxes are alike."""
    picture = np.random.default_rng(2).integers(0, 256, (3 * 5 * 7, 5 * 83, 3), dtype=np.uint8)
    return all(
        np.array_equal(_shrink_evenly(picture, 83, height), _sum_and_divide(picture, 83, height))
        for height in (15, 21, 35)
    )


@cache
def _remap_is_exact() -> bool:
    """Whether this build of OpenCV samples half-way between pixels in the fixed point that the quick way needs."""
    picture = np.random.default_rng(1).integers(0, 256, (161, 209, 3), dtype=np.uint8)
    return bool(np.array_equal(_shrink_a_little(picture, 131, 97), _sum_and_divide(picture, 131, 97)))
