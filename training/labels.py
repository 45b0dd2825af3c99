"""The label lists of the network's heads, and a sample turned into numbers to learn from."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from training.sample import CHANNELS

KINDS = ("basket", "tray", "mat", "placemat", "bag", "box")
"""Kinds that made pieces come in; a lamp is none of them, and the head may say so by being unsure."""

MATERIALS = (
    "water_hyacinth",
    "mendong",
    "pandan",
    "bamboo",
    "rattan",
    "seagrass",
    "banana_fibre",
    "other_plant",
    "synthetic",
)

UNKNOWN = -1
"""A label that nobody knows: no loss is taken on it."""

STRIDE = 8
"""Input pixels a cell of the defect map."""


class Target(NamedTuple):
    """What the network should have said."""

    woven: float
    kind: int  # index or UNKNOWN
    material: int
    defects: NDArray[np.float32]  # [C, S/8, S/8], 1 where the cell shows the defect
    certain: NDArray[np.float32]  # [S/8, S/8], 0 where a cell is too doubtful to learn from (the rim of a defect)
    piece: NDArray[np.float32]  # [S/8, S/8], share of the cell that lies on the piece
    defect: float


def target(
    woven: bool, kind: str | None, material: str | None, mask: NDArray[np.int32], alpha: NDArray[np.int32]
) -> Target:
    """Targets of a picture as the network gets it.

    mask  int32 [S, S], bit k for channel k;  alpha  int32 [S, S], 255 on the piece.
    A cell shows a defect where at least an eighth of it is covered; cells barely touched are not learnt from.
    """
    size = mask.shape[0]
    cells = size // STRIDE
    bits = (mask[None] >> np.arange(len(CHANNELS))[:, None, None]) & 1
    share = bits.reshape(len(CHANNELS), cells, STRIDE, cells, STRIDE).mean((2, 4))
    defects = (share >= 0.125).astype(np.float32)
    near = cv2.dilate(defects.max(0), np.ones((3, 3), np.uint8)) > defects.max(0)
    touched = (share.max(0) > 0) & (defects.max(0) == 0)
    piece = (alpha > 127).reshape(cells, STRIDE, cells, STRIDE).mean((1, 3)).astype(np.float32)
    return Target(
        woven=float(woven),
        kind=KINDS.index(kind) if kind in KINDS else UNKNOWN,
        material=MATERIALS.index(material) if material in MATERIALS else UNKNOWN,
        defects=defects,
        certain=1.0 - (near | touched).astype(np.float32),
        piece=piece if woven else np.zeros_like(piece),
        defect=float(defects.any()),
    )
