"""Defects composited on any existing picture, a render or a photo, under the picture's own light."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.errors import BadRequest
from training.sample import CHANNELS
from training.surface import composite_colour as colour
from training.surface import composite_strands as strands
from training.surface.local_picture import Ground, ground
from training.surface.noise import blur, stream
from training.surface.visible import seen

COMPOSITES: dict[str, Callable[[np.random.Generator, Ground], colour.Result]] = {
    "STRAND_BROKEN": strands.broken,
    "STRAND_MISSING": strands.missing,
    "WEAVE_LOOSE": strands.loose,
    "HOLE": strands.hole,
    "END_PROTRUDING": strands.protruding,
    "STAIN": colour.stained,
    "MOULD": colour.mouldy,
    "COLOUR_UNEVEN": colour.uneven,
    "SHAPE_DEFORMED": strands.dented,
    "INSECT_DAMAGE": colour.bored,
    "FOREIGN_MATTER": colour.foreign,
}
"""Every code that can be composited: all channels but EDGE_UNRAVEL, which needs the piece's own edge."""

EXTENT = {"COLOUR_UNEVEN": 1.0, "SHAPE_DEFORMED": 0.75, "FOREIGN_MATTER": 0.75, "STAIN": 0.75, "MOULD": 0.65}
"""Side of the window that is worked on, in square roots of the piece's area (0.55 where not named)."""

SMALLEST = 48
"""Shortest side, in px, of a picture that takes a composite."""


def composite(
    rgb: NDArray[np.uint8], region: NDArray[np.generic] | None, code: str, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Put one defect of `code` on a picture. (rgb, mask): new arrays; bit CHANNELS.index(code) is set where it shows.

    rgb     uint8 [H, W, 3];  region  where the piece is, [H, W]: alpha 0..255 or bool; None: everywhere
    seed    the same picture and seed give the same defect, at another place and size for each seed

    Where nobody could see the defect the mask is empty and the picture is the one that was given. Raises BadRequest for
    a code that cannot be composited or a picture that is no uint8 [H, W, 3] of at least 48 px.
    """
    if code not in COMPOSITES:
        raise BadRequest(f"{code!r} cannot be composited; choose one of {', '.join(COMPOSITES)}.")
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < SMALLEST:
        raise BadRequest(f"A composite needs uint8 [H, W, 3] of at least {SMALLEST} px; got {rgb.dtype} {rgb.shape}.")
    h, w = rgb.shape[:2]
    if region is None:
        where = np.ones((h, w), bool)
    elif region.shape != (h, w):
        raise BadRequest(f"The region must be as large as the picture, {(h, w)}; got {region.shape}.")
    else:
        where = np.asarray(region.astype(bool) if region.dtype == bool else region > 127)  # type: ignore[operator]
    mask = np.zeros((h, w), np.uint16)
    if int(where.sum()) < SMALLEST * SMALLEST // 4:
        return rgb.copy(), mask
    rng = stream(seed, "composite", code)
    base, window = ground(rng, rgb, where, EXTENT.get(code, 0.55))
    after, touched = COMPOSITES[code](rng, base)
    spill = cv2.dilate(where[window].astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    kept = touched if code in ("END_PROTRUDING", "STRAND_BROKEN") else touched & spill
    result = _blend(rng, base, after, kept)
    old, new = np.sqrt(base.linear), result.astype(np.float32) / np.float32(255)
    shown, _ = seen(old, new, kept)
    out = rgb.copy()
    if shown.any():
        out[window] = np.where(kept[..., None], result, rgb[window])
        mask[window][shown] = np.uint16(1 << CHANNELS.index(code))
    return out, mask


def _blend(
    rng: np.random.Generator, base: Ground, after: NDArray[np.float32], kept: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """The window coded again, with the picture's own grain where the defect is smooth; untouched outside `kept`."""
    coded = np.sqrt(np.clip(after, 0, 1))
    own = np.sqrt(base.linear)
    luma = own.mean(-1)
    fine = luma - cv2.medianBlur(luma, 3)
    grain = float(np.clip(np.median(np.abs(fine)) * 1.5, 0.001, 0.02))
    coded += (rng.standard_normal(coded.shape[:2]).astype(np.float32) * np.float32(grain))[..., None] * kept[..., None]
    edge = blur(kept.astype(np.float32), 0.8)[..., None]
    mixed = own + (coded - own) * np.where(kept[..., None], np.minimum(edge * 1.4, 1), 0)
    return np.asarray(np.clip(mixed * 255 + 0.5, 0, 255), np.uint8)
