"""Boxes from the defect map.

Per defect code, places are found from the highest level down, so that a faint stain that touches a clear one is not
swallowed by it nor counted twice. Places of one code never share a cell: no boxes have to be merged afterwards. Places
of different codes may lie on each other; a mouldy stain is both.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.model.bundle_spec import BundleSpec, DetectionSpec
from qc.model.calibration import calibrated, probability
from qc.model.piece import Mask, Silhouette
from qc.model.preprocess import Placement
from qc.standards.evidence import Detection

MOST = 50
"""Detections listed for a photo, the most probable ones."""

Floats = NDArray[np.float32]


def find_defects(logits: Floats, piece: Silhouette, placement: Placement, spec: BundleSpec) -> list[Detection]:
    """All places above the lowest level, most probable first.

    Args:
        logits: the defect map [C, h, w].
        piece: the silhouette, in the same cells.
        placement: of the photo whose pixels the boxes are in.
        spec: labels, calibration and rules.
    """
    looked_at = piece.photo
    if spec.detection.on_piece_only and piece.found:
        looked_at = looked_at & _widened(piece.cells, spec.detection.margin_cells)
    found: list[Detection] = []
    for channel, code in enumerate(spec.labels.channels):
        platt = spec.calibration.channels[code]
        probabilities = np.where(looked_at, calibrated(logits[channel], platt), 0).astype(np.float32)
        for place in _places(probabilities, spec.detection):
            highest = np.sort(logits[channel][place])[-spec.detection.top_cells :]
            certainty = probability(float(highest.mean()), platt)
            if certainty >= spec.detection.levels[-1]:
                found.append(_detection(code, certainty, place, piece, placement))
    found.sort(key=lambda d: -d.probability)
    return found[:MOST]


def _widened(cells: Mask, by: int) -> Mask:
    if by == 0:
        return cells
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    widened: Mask = cv2.dilate(cells.astype(np.uint8), kernel).astype(bool)
    return widened


def _places(probabilities: Floats, spec: DetectionSpec) -> Iterator[Mask]:
    """Cells of each place of one code, bool [h, w]."""
    claimed = np.zeros(probabilities.shape, bool)
    for level in spec.levels:
        above = probabilities >= level
        if not above.any():
            continue
        count, labels = cv2.connectedComponents(above.astype(np.uint8), connectivity=8)
        taken = np.unique(labels[claimed])
        for label in range(1, count):
            if label in taken:
                continue
            component = labels == label
            claimed |= component
            yield _around_the_peak(np.where(component, probabilities, 0), spec.reach)


def _around_the_peak(probabilities: Floats, reach: float) -> Mask:
    """The cells at or above `reach` times the peak that are connected with it."""
    peak = np.unravel_index(int(probabilities.argmax()), probabilities.shape)
    near = (probabilities >= max(reach * probabilities[peak], 1e-9)).astype(np.uint8)
    _, labels = cv2.connectedComponents(near, connectivity=8)
    connected: Mask = labels == labels[peak]
    return connected


def _detection(code: str, certainty: float, place: Mask, piece: Silhouette, placement: Placement) -> Detection:
    rows, columns = np.nonzero(place)
    cell = placement.size / place.shape[0]
    box = placement.box_to_photo(
        columns.min() * cell, rows.min() * cell, (columns.max() + 1) * cell, (rows.max() + 1) * cell
    )
    corners = np.concatenate([np.stack([columns + dx, rows + dy], 1) for dx in (0, 1) for dy in (0, 1)])
    extent = max(cv2.minAreaRect(corners.astype(np.float32))[1])
    return Detection(
        code=code,
        probability=certainty,
        box=box,
        area_share=min(1.0, len(rows) / int(piece.cells.sum())),
        length_share=float(extent) / piece.longest_side,
    )
