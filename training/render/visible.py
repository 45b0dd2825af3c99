"""What a person would see of a defect: where the picture with it differs from its twin without it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.render.arrays import Array
from training.render.camera import Camera

FAINT, CLEAR = 6.0, 11.0
"""CIELAB differences (CIE76): a pixel counts from FAINT on, if its patch has one pixel of at least CLEAR."""
SMALLEST_SHARE = 2.5e-4
"""A defect that shows on less of the picture (26 pixels at 320 px) is dropped: nobody could be asked to see it."""


@dataclass(frozen=True)
class Seen:
    """mask bool [H, W]; visibility: mean difference over the mask; area in pixels; box x0, y0, x1, y1 (exclusive)."""

    mask: Array
    visibility: float
    area: int
    box: tuple[int, int, int, int]


def difference(before: Array, after: Array) -> Array:
    """Colour difference of two RGBA pictures, uint8 [H, W, 4] -> float32 [H, W], over a grey ground."""

    def lab(rgba: Array) -> Array:
        a = rgba[..., 3:].astype(np.float32) / 255
        rgb = rgba[..., :3].astype(np.float32) / 255 * a + 0.45 * (1 - a)
        return np.asarray(cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 0.6), cv2.COLOR_RGB2LAB))

    delta = np.linalg.norm(lab(before) - lab(after), axis=-1)
    # A place that turns see-through shows whatever lies behind: that is seen even where this grey happens to match.
    holes = np.abs(before[..., 3].astype(np.float32) - after[..., 3].astype(np.float32)) / 255 * 40
    return np.asarray(np.maximum(delta, holes), np.float32)


def region(camera: Camera, touched: Array, reach: float, size: int) -> Array:
    """Where in the picture a defect can show: discs round the touched places, bool [size, size]."""
    p = camera.project(touched)
    p = p[p[:, 2] > 0.01]
    canvas = np.zeros((size, size), np.uint8)
    if len(p) > 4000:
        p = p[:: len(p) // 4000 + 1]
    scale = size / (2 * np.tan(camera.fov / 2))
    for x, y, depth in p:
        if -0.2 < x < 1.2 and -0.2 < y < 1.2:
            radius = int(np.clip(reach * scale / depth, 2, size / 8))
            cv2.circle(canvas, (int(x * size), int(y * size)), radius, 255, -1)
    return cv2.dilate(canvas, np.ones((5, 5), np.uint8)) > 0


def see(delta: Array, where: Array, close: int = 5) -> Seen | None:
    """The visible part of a defect inside its region; None when there is too little of it.

    close: gaps up to this many pixels (at 320 px) are filled.
    """
    size = delta.shape[0]
    faint = ((delta > FAINT) & where).astype(np.uint8)
    joined = cv2.morphologyEx(faint, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (close, close)))
    count, labels = cv2.connectedComponents(joined)
    mask = np.zeros_like(where)
    for k in range(1, count):
        part = labels == k
        part &= where
        if part.sum() >= max(6, SMALLEST_SHARE / 3 * size * size) and delta[part].max() >= CLEAR:
            mask |= part
    area = int(mask.sum())
    if area < SMALLEST_SHARE * size * size:
        return None
    visibility = float(delta[mask].mean())
    if visibility < FAINT:
        return None
    ys, xs = np.nonzero(mask)
    return Seen(mask, visibility, area, (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1))
