"""Boxes from the defect map.

Per defect code, places are found from the highest level down, so that a faint stain that touches a clear one is not
swallowed by it nor counted twice. Places of one code never share a cell: no boxes have to be merged afterwards. Where
several codes name one place, the most probable one names it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

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
        looked_at = looked_at & _widened(piece.cells, spec.detection.margin_cells * piece.fineness)
    places: list[_Place] = []
    for channel, code in enumerate(spec.labels.channels):
        probabilities = np.where(looked_at, calibrated(logits[channel], spec.calibration.channels[code]), 0)
        places += _places(code, probabilities.astype(np.float32), spec.detection)
    found: list[tuple[Detection, Mask]] = []
    for place in heapq.nlargest(MOST, places, key=lambda p: p.peak):  # only what is listed is worth a close look
        cells = place.cells(spec.detection.reach)
        channel = spec.labels.channels.index(place.code)
        highest = np.sort(logits[channel][cells])[-spec.detection.top_cells :]
        certainty = probability(float(highest.mean()), spec.calibration.channels[place.code])
        if certainty >= spec.detection.levels[-1]:
            found.append((_detection(place.code, certainty, cells, piece, placement), cells))
    found.sort(key=lambda pair: -pair[0].probability)
    return _one_name_a_place(found)


def _one_name_a_place(found: list[tuple[Detection, Mask]]) -> list[Detection]:
    """Drop what shares half of the smaller place with a more probable one: a fault under several names is one fault."""
    kept: list[tuple[Detection, Mask]] = []
    for detection, place in found:
        size = int(place.sum())
        if all(2 * int((place & other).sum()) <= min(size, int(other.sum())) for _, other in kept):
            kept.append((detection, place))
    return [detection for detection, _ in kept]


def _widened(cells: Mask, by: int) -> Mask:
    if by == 0:
        return cells
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    widened: Mask = cv2.dilate(cells.astype(np.uint8), kernel).astype(bool)
    return widened


@dataclass(frozen=True, eq=False)
class _Place:
    """A connected part of one code's map at one level; `peak` is its highest probability."""

    code: str
    peak: float
    probabilities: Floats  # [h, w], of the code
    labels: NDArray[np.int32]  # [h, w], of all parts at that level
    label: int

    def cells(self, reach: float) -> Mask:
        """The cells at or above `reach` times the peak that are connected with it, bool [h, w]."""
        inside = np.where(self.labels == self.label, self.probabilities, 0)
        near = (inside >= max(reach * self.peak, 1e-9)).astype(np.uint8)
        _, parts = cv2.connectedComponents(near, connectivity=8)
        connected: Mask = parts == parts.flat[inside.argmax()]
        return connected


def _places(code: str, probabilities: Floats, spec: DetectionSpec) -> Iterator[_Place]:
    """Every place of one code, found at the highest level that it reaches."""
    claimed = np.zeros(probabilities.shape, bool)
    ascending = probabilities.argsort(axis=None)
    highest = probabilities.flat[ascending[-1]]
    for level in spec.levels:
        if highest < level:
            continue
        above = probabilities >= level
        count, connected = cv2.connectedComponents(above.astype(np.uint8), connectivity=8)
        labels = connected.astype(np.int32, copy=False)
        known = np.zeros(count, bool)
        known[labels[claimed]] = True
        peaks = np.zeros(count, np.float32)
        peaks[labels.ravel()[ascending]] = probabilities.ravel()[ascending]  # of equal labels the last one stays
        for label in range(1, count):
            if not known[label]:
                yield _Place(code, float(peaks[label]), probabilities, labels, label)
        claimed = above  # every part is known now, by this level or a higher one


def _detection(code: str, certainty: float, place: Mask, piece: Silhouette, placement: Placement) -> Detection:
    rows, columns = np.nonzero(place)
    cell = placement.size / place.shape[0]
    box = placement.box_to_photo(
        columns.min() * cell, rows.min() * cell, (columns.max() + 1) * cell, (rows.max() + 1) * cell
    )
    centres = np.stack([columns, rows], 1).astype(np.float32)
    extent = max(cv2.minAreaRect(centres)[1]) + 1  # in cells; the outermost reach half a cell beyond their centres
    return Detection(
        code=code,
        probability=certainty,
        box=box,
        area_share=min(1.0, len(rows) / int(piece.cells.sum())),
        length_share=float(extent) / piece.longest_side,
    )
