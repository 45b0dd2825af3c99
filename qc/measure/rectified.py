"""The mat and what lies around it, seen straight from above: a coarse picture in which the piece is looked for."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.layout import Box, MatLayout
from qc.measure.plane import Plane
from qc.measure.radiance import linear

_MOST_PX = 1.0e6
_FINEST_MM = 0.5


@dataclass(frozen=True)
class Rectified:
    """A view from above.

    light    float32 [H, W, 3], linear light
    valid    bool [H, W], False where the photo does not reach
    region   what it covers, in mm on the mat
    step_mm  size of a pixel
    scale    print scale of the mat
    """

    light: NDArray[np.float32]
    valid: NDArray[np.bool_]
    region: Box
    step_mm: float
    scale: float

    def mm(self, px: NDArray[np.float64]) -> NDArray[np.float64]:
        """[..., 2] px of this view to mm on the mat."""
        return np.asarray((px + 0.5) * self.step_mm + [self.region.x0, self.region.y0])

    def window(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns that a box of the layout covers."""
        x0, y0, x1, y1 = (
            round((value * self.scale - low) / self.step_mm)
            for value, low in zip((box.x0, box.y0, box.x1, box.y1), (self.region.x0, self.region.y0) * 2, strict=True)
        )
        height, width = self.valid.shape
        return slice(max(0, y0), min(height, max(0, y1))), slice(max(0, x0), min(width, max(0, x1)))

    def radius(self, mm: float) -> int:
        """Millimetres as whole pixels, at least one."""
        return max(1, round(mm / self.step_mm))


def rectify(rgb: NDArray[np.uint8], plane: Plane, layout: MatLayout, scale: float) -> Rectified:
    """The marker hull, grown by its longer side all round, as seen from above."""
    hull = layout.hull
    far = max(hull.x1 - hull.x0, hull.y1 - hull.y0)  # "by more than once its size"
    grown = hull.grown(far)
    region = Box(grown.x0 * scale, grown.y0 * scale, grown.x1 * scale, grown.y1 * scale)
    area = (region.x1 - region.x0) * (region.y1 - region.y0)
    pixel = plane.mm_per_px(plane.centre_mm)
    step = max(pixel, float(np.sqrt(area / _MOST_PX)), _FINEST_MM)
    columns, rows = int((region.x1 - region.x0) / step), int((region.y1 - region.y0) / step)
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    mm = (np.stack([x, y], axis=-1) + 0.5) * step + [region.x0, region.y0]
    # Rays behind the camera have no place in the photo: their scale in the homography is not positive.
    flat = (mm - plane.centre_mm) / 100.0
    ahead = flat @ plane.homography[2, :2] + 1.0 > 0.05
    px = np.where(ahead[..., None], plane.to_image(mm), -1e4)
    height, width = rgb.shape[:2]
    shrink = min(1.0, pixel / step)  # average over what one pixel of the view covers
    small = cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 0.9 else rgb
    factor = np.array([small.shape[1] / width, small.shape[0] / height])
    at = np.clip((px + 0.5) * factor - 0.5, -1e4, 1e5).astype(np.float32)
    seen = cv2.remap(small, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    valid = ((px >= 0) & (px <= [width - 1, height - 1])).all(axis=-1)
    return Rectified(linear(np.asarray(seen, np.uint8)), np.asarray(valid, np.bool_), region, step, scale)
