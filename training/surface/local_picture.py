"""A window of any picture as ground for a composited defect: its strands, its darkness, its light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.noise import F32, blur


@dataclass(frozen=True)
class Ground:
    """A square window of a picture, with what a defect at its middle needs to know.

    linear   float32 [n, n, 3], square-law linear RGB;  inside  bool [n, n], where the piece lies
    x, y     the defect's place in the window, px;  unit  px: square root of the piece's area
    heading  direction of the strand there, radians;  half  its half width, px
    dark     linear RGB of the deepest gaps nearby;  glow  float32 [n, n], local light level (mean 1)
    towards  unit vector to an assumed lamp (x, y, z)
    """

    linear: F32
    inside: NDArray[np.bool_]
    x: float
    y: float
    unit: float
    heading: float
    half: float
    dark: F32
    glow: F32
    towards: tuple[float, float, float]

    @property
    def size(self) -> int:
        """Side of the window in px."""
        return int(self.linear.shape[0])

    def mean_colour(self, radius: float) -> F32:
        """Mean colour about the place, linear RGB [3]."""
        r, n = max(1, round(radius)), self.size
        i, j = int(np.clip(self.y, r, n - r - 1)), int(np.clip(self.x, r, n - r - 1))
        return np.asarray(self.linear[i - r : i + r + 1, j - r : j + r + 1].mean((0, 1)), np.float32)


def strand_heading(luma: F32, x: float, y: float, scale: float) -> float:
    """Direction, in radians, along which the picture changes least about (x, y): structure tensor at `scale` px."""
    soft = blur(luma, max(0.7, 0.25 * scale))
    gx, gy = cv2.Scharr(soft, cv2.CV_32F, 1, 0), cv2.Scharr(soft, cv2.CV_32F, 0, 1)
    h, w = luma.shape
    axis_x, axis_y = (
        np.arange(w, dtype=np.float32) - np.float32(x),
        np.arange(h, dtype=np.float32)[:, None] - np.float32(y),
    )
    weight = np.exp(-(axis_x**2 + axis_y**2) / np.float32(2 * scale * scale))
    xx, yy, xy = float((weight * gx * gx).sum()), float((weight * gy * gy).sum()), float((weight * gx * gy).sum())
    return 0.5 * float(np.arctan2(2 * xy, xx - yy)) + np.pi / 2


def strand_half_width(luma: F32, x: float, y: float, heading: float, most: float) -> float:
    """Half width in px of the strand at (x, y): half the distance between the dark valleys on its two sides."""
    reach = int(max(6, round(2.2 * most)))
    off = np.arange(-reach, reach + 1, dtype=np.float32)
    run = np.arange(-4, 5, dtype=np.float32)[:, None]
    c, s = np.float32(np.cos(heading)), np.float32(np.sin(heading))
    px, py = x + run * c - off * s, y + run * s + off * c
    profile = cv2.remap(
        luma, px.astype(np.float32), py.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    ).mean(0)
    profile = blur(profile[None], 1.0)[0]
    valley = np.flatnonzero((profile[1:-1] <= profile[:-2]) & (profile[1:-1] < profile[2:])) + 1
    deep = valley[profile[valley] < profile.mean() + 0.2 * profile.std()]
    left, right = deep[deep < reach - 1], deep[deep > reach + 1]
    if len(left) and len(right):
        return float(np.clip(0.5 * (right[0] - left[-1]), 1.5, most))
    return float(np.clip(0.2 * most, 1.5, most))  # no strands to be seen: fine cloth


def ground(
    rng: np.random.Generator, rgb: NDArray[np.uint8], region: NDArray[np.bool_], extent: float
) -> tuple[Ground, tuple[slice, slice]]:
    """Choose a place on the piece and cut the square window of about `extent` times the piece's size about it."""
    h, w = region.shape
    area = int(region.sum())
    unit = float(np.sqrt(max(area, 1)))
    framed = cv2.copyMakeBorder(region.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    away = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1]
    deep = min(0.35 * float(away.max()), 0.06 * unit + 2)
    found = np.flatnonzero((away > deep).ravel())
    pick = int(found[rng.integers(len(found))]) if len(found) else int(away.argmax())
    y, x = divmod(pick, w)
    n = int(min(h, w, max(48, round(extent * unit))))
    top, left = int(np.clip(y - n // 2, 0, h - n)), int(np.clip(x - n // 2, 0, w - n))
    window = (slice(top, top + n), slice(left, left + n))
    crop = rgb[window].astype(np.float32) / np.float32(255)
    linear = crop * crop
    luma = crop.mean(-1)
    px, py = float(x - left), float(y - top)
    most = max(4.0, 0.05 * unit)
    heading = strand_heading(luma, px, py, max(4.0, 0.03 * unit))
    half = strand_half_width(luma, px, py, heading, most)
    here = region[window]
    level = linear.mean(-1)
    values = level[here] if here.any() else level.ravel()
    limit = np.percentile(values, 4)
    low = linear[(level <= limit) & here] if here.any() else linear.reshape(-1, 3)
    dark = np.minimum(low.mean(0) if len(low) else values.min(), np.float32(0.35) * linear.mean((0, 1)))
    soft = blur(level, max(3.0, 0.1 * unit))
    angle, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.1)
    towards = (float(np.cos(height) * np.cos(angle)), float(np.cos(height) * np.sin(angle)), float(np.sin(height)))
    return (
        Ground(
            linear=linear,
            inside=here,
            x=px,
            y=py,
            unit=unit,
            heading=heading,
            half=half,
            dark=np.asarray(dark * np.float32(rng.uniform(0.35, 0.9)), np.float32),
            glow=np.asarray(soft / max(float(soft.mean()), 1e-4), np.float32),
            towards=towards,
        ),
        window,
    )
