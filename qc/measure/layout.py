"""The measuring mat, as one table: the printer draws it, the detector looks for it.

Millimetres from the paper's upper left corner, x to the right, y down, portrait. Four ArUco markers stand in the
corners of the paper; what else is printed keeps to the strips between them, so that the middle stays plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

Paper = Literal["A4", "A3"]
VERSION = 1
"""Of the layout. A changed layout takes marker ids that no earlier one used."""

MATS_PER_PAPER = 30
MODULES = 7
"""Cells along a marker's side: 5 of code and a black border of one."""

BAR_MM = 100.0
PATCH_GREYS = (0.15, 0.30, 0.45, 0.60, 0.75, 0.88)
"""As sent to the printer, 0 black to 1 white; what comes out of a printer is to be measured once per print run."""

_SIZES: dict[Paper, tuple[float, float]] = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}  # ISO 216
_MARKER_MM: dict[Paper, float] = {"A4": 40.0, "A3": 60.0}
_INSET_MM: dict[Paper, float] = {"A4": 10.0, "A3": 12.0}  # more than a module (quiet zone) and than a printer's margin


@dataclass(frozen=True)
class Box:
    """An upright rectangle in mm on the mat."""

    x0: float
    y0: float
    x1: float
    y1: float

    def grown(self, by: float) -> Box:
        """The same box with every side moved outward by `by` mm."""
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    @property
    def corners(self) -> NDArray[np.float64]:
        """[4, 2] in mm: upper left, upper right, lower right, lower left, the order of OpenCV's markers."""
        return np.array([[self.x0, self.y0], [self.x1, self.y0], [self.x1, self.y1], [self.x0, self.y1]])


@dataclass(frozen=True)
class Marker:
    """One ArUco marker, black border included."""

    id: int
    box: Box


@dataclass(frozen=True)
class Patch:
    """One grey patch."""

    box: Box
    grey: float


@dataclass(frozen=True)
class Line:
    """One line of print; `upward` reads from the foot of the box to its head."""

    box: Box
    text: str
    points: float
    bold: bool = False
    upward: bool = False


@dataclass(frozen=True)
class MatLayout:
    """Everything that is printed on one mat, and where."""

    paper: Paper
    number: int
    page: Box
    marker_mm: float
    markers: tuple[Marker, ...]
    bar: Box
    patches: tuple[Patch, ...]
    lines: tuple[Line, ...]

    @property
    def board_id(self) -> str:
        """Name of this mat, such as A3-07: printed on it, and read back from its markers."""
        return f"{self.paper}-{self.number:02d}"

    @property
    def module_mm(self) -> float:
        """Width of one marker cell, which is also the least white (quiet zone) that a marker needs around it."""
        return self.marker_mm / MODULES

    @property
    def hull(self) -> Box:
        """The rectangle spanned by the markers' outer corners."""
        first, last = self.markers[0].box, self.markers[2].box
        return Box(first.x0, first.y0, last.x1, last.y1)


@lru_cache(maxsize=1)
def dictionary() -> cv2.aruco.Dictionary:
    """The marker family: 5 x 5 cells, 250 markers, any two of which differ in at least 6 cells."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_250)


def marker_cells(marker_id: int) -> NDArray[np.bool_]:
    """[7, 7], True where the marker is white."""
    return np.asarray(cv2.aruco.generateImageMarker(dictionary(), marker_id, MODULES) > 127)


@lru_cache(maxsize=2 * MATS_PER_PAPER)
def mat_layout(paper: Paper = "A3", number: int = 1) -> MatLayout:
    """The layout of mat `number` (1 to 30) on `paper`.

    Raises:
        ValueError: no such paper or number.
    """
    if paper not in _SIZES or not 1 <= number <= MATS_PER_PAPER:
        raise ValueError(f"mat {paper!r} {number}: paper is A4 or A3, the number 1 to {MATS_PER_PAPER}")
    width, height = _SIZES[paper]
    side, inset = _MARKER_MM[paper], _INSET_MM[paper]
    first_id = 4 * (get_args(Paper).index(paper) * MATS_PER_PAPER + number - 1)
    lefts, tops = (inset, width - inset - side), (inset, height - inset - side)
    places = ((lefts[0], tops[0]), (lefts[1], tops[0]), (lefts[1], tops[1]), (lefts[0], tops[1]))
    markers = tuple(Marker(first_id + k, Box(x, y, x + side, y + side)) for k, (x, y) in enumerate(places))
    middle = height / 2
    bar = Box(inset + 2, middle - BAR_MM / 2, inset + 6, middle + BAR_MM / 2)
    patch = 13.0
    head = middle - (len(PATCH_GREYS) * (patch + 3) - 3) / 2
    right = width - inset
    patches = tuple(
        Patch(Box(right - patch, head + k * (patch + 3), right, head + k * (patch + 3) + patch), grey)
        for k, grey in enumerate(PATCH_GREYS)
    )
    quiet = side + side / MODULES
    lines = tuple(_lines(f"{paper}-{number:02d}", Box(inset + quiet, inset, right - quiet, height - inset), bar))
    return MatLayout(paper, number, Box(0, 0, width, height), side, markers, bar, patches, lines)


def _lines(board_id: str, between: Box, bar: Box) -> Iterator[Line]:
    """The print of a mat; `between` is what quiet zones and insets leave between the markers' columns."""
    x0, x1 = between.x0, between.x1
    size = (x1 - x0) / 98.0  # 98 mm is what A4 leaves
    y = between.y0
    yield Line(Box(x0, y, x1, y + 5 * size), f"{board_id}   v{VERSION}", 13 * size, bold=True)
    yield Line(Box(x0, y + 6 * size, x1, y + 9 * size), "Anyaman QC - alas ukur / measuring mat", 7 * size)
    y = between.y1
    indonesian = "Cetak 100 %. Barang di tengah, kotak hitam jangan tertutup. Foto dari atas."
    english = "Print at 100 %. Piece in the middle, cover no black square. Photo from above."
    yield Line(Box(x0, y - 7 * size, x1, y - 4 * size), indonesian, 6 * size)
    yield Line(Box(x0, y - 3 * size, x1, y), english, 6 * size)
    x = bar.x1 + 2
    yield Line(Box(x, bar.y0, x + 3.5, bar.y1), "ukur: harus 100 mm / measure: must be 100 mm", 8, upward=True)


def layout_of_marker(marker_id: int) -> MatLayout | None:
    """The mat that carries this marker, or None: no mat of ours does."""
    group = marker_id // 4
    papers = get_args(Paper)
    if not 0 <= group < MATS_PER_PAPER * len(papers):
        return None
    return mat_layout(papers[group // MATS_PER_PAPER], group % MATS_PER_PAPER + 1)
