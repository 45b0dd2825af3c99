"""The woven piece's silhouette, read from the network's piece map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.model.bundle_spec import PieceSpec
from qc.model.calibration import sigmoid
from qc.model.preprocess import Placement

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Silhouette:
    """Where the piece lies, in cells of the network's maps.

    Attributes:
        cells: bool [h, w], cells on the piece; all cells of the photo where no piece is found.
        photo: bool [h, w], cells whose centre lies on the photo and not on the padding.
        found: whether there is a piece.
        share: share of the frame that it covers; 0 where none is found.
        pieces: how many separate pieces there seem to be.
        longest_side: of its bounding box, in cells.
        fineness: cells of this map across one of the whole view's.
    """

    cells: Mask
    photo: Mask
    found: bool
    share: float
    pieces: int
    longest_side: float
    fineness: int = 1


def photo_cells(placement: Placement, cells: int) -> Mask:
    """bool [cells, cells]: which cells of a map have their centre on the photo."""
    centres = (np.arange(cells) + 0.5) * placement.size / cells
    (x, y), (width, height) = placement.offset, placement.inside
    columns = (centres >= x) & (centres < x + width)
    rows = (centres >= y) & (centres < y + height)
    if not columns.any():  # a sliver of a photo, thinner than a cell
        columns[cells // 2] = True
    if not rows.any():
        rows[cells // 2] = True
    return rows[:, None] & columns


def silhouette(logits: NDArray[np.float32], placement: Placement, spec: PieceSpec) -> Silhouette:
    """Read the silhouette from the piece map's logits [h, w]."""
    photo = photo_cells(placement, logits.shape[0])
    on_piece = (sigmoid(logits) >= spec.threshold) & photo
    frame = int(photo.sum())
    _, labels, stats, _ = cv2.connectedComponentsWithStats(on_piece.astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if not len(areas) or areas.max() < spec.least_share * frame:
        return Silhouette(photo, photo, False, 0.0, 0, _longest_side(photo))
    largest = int(areas.argmax())
    considerable = areas >= max(spec.least_share * frame, spec.separate_share * areas[largest])
    return Silhouette(
        cells=on_piece,
        photo=photo,
        found=True,
        share=int(on_piece.sum()) / frame,
        pieces=int(considerable.sum()),
        longest_side=_longest_side(labels == largest + 1),
    )


def _longest_side(mask: Mask) -> float:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return float(max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1)
