"""Whether a photo is fit to judge from: sharpness, exposure, and what of the piece is in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.model.piece import Mask, Silhouette
from qc.model.preprocess import Placement, Rgb, fit, resize
from qc.standards.evidence import Quality

SIDE = 640
"""Longer side of the grey picture that is measured; a smaller photo is measured as it is."""


def measure_quality(rgb: Rgb, piece: Silhouette, placement: Placement, smallest_cells: float) -> Quality:
    """Quality of a judged photo.

    Args:
        rgb: uint8 [H, W, 3], the judged pixels.
        piece: its silhouette; what can be measured on the piece alone is, where one is found: a catalogue's white
            background is not over-exposure.
        placement: of the photo whose pixels `smallest_defect_px` is in.
        smallest_cells: smallest defect that the model promises, in cells of its map.

    Where tiles were looked at the cells are finer, and so is the promise.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    height, width = grey.shape
    if max(width, height) > SIDE:
        grey = resize(grey, *fit(width, height, SIDE))
    mask = _spread(piece.cells, grey.shape, placement).astype(np.uint8)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S), mask=mask)
    counts = cv2.calcHist([grey], [0], mask, [256], [0, 256]).ravel()  # OpenCV 4: [256, 1]
    cell = placement.size / piece.cells.shape[0]
    return Quality(
        sharpness=float(deviation[0, 0]) ** 2,
        exposure=float(counts @ np.arange(256) / counts.sum()) / 255,
        clipped_share=float((counts[0] + counts[255]) / counts.sum()),
        piece_found=piece.found,
        piece_share=piece.share,
        pieces=piece.pieces,
        smallest_defect_px=smallest_cells * cell * placement.scale,
    )


def _spread(cells: Mask, shape: tuple[int, ...], placement: Placement) -> NDArray[np.bool_]:
    """A map of cells laid over a picture of the photo: bool [H, W]; all of it where no pixel falls on a cell."""
    height, width = shape[:2]
    per_pixel = cells.shape[0] / placement.size
    rows = ((np.arange(height) + 0.5) * placement.inside[1] / height + placement.offset[1]) * per_pixel
    columns = ((np.arange(width) + 0.5) * placement.inside[0] / width + placement.offset[0]) * per_pixel
    spread = cells.take(rows.astype(int), axis=0).take(columns.astype(int), axis=1)
    return spread if spread.any() else np.ones((height, width), bool)
