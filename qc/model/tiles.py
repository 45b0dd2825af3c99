"""The whole view and tiles of it, merged into one map of evidence.

A small defect is a few pixels of the network's input when the whole piece is in it. Where the photo has the pixels, the
network looks again at overlapping parts, each as large as its input, and both are laid over one finer map.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qc.model.bundle_spec import TilesSpec
from qc.model.network import NetworkOutput
from qc.model.piece import Silhouette
from qc.model.preprocess import Placement, PreprocessSpec, Rgb, prepare

Floats = NDArray[np.float32]
Run = Callable[[Floats], NetworkOutput]
"""From the network's input [1, 3, S, S] to what it says."""


@dataclass(frozen=True)
class Tile:
    """A square part of the map: its upper left cell in the finer map. As many cells across as the coarse map."""

    column: int
    row: int


def fits(placement: Placement, spec: TilesSpec | None) -> bool:
    """Whether the photo has the pixels that tiles would show: no less than one for each of the network's input."""
    return spec is not None and placement.scale >= spec.factor


def tiles(piece: Silhouette, spec: TilesSpec) -> list[Tile]:
    """The tiles that together cover the photo, without those that show nothing of the piece.

    Args:
        piece: the silhouette in the whole view.
        spec: factor and overlap.
    """
    cells = piece.cells.shape[0]
    rows, columns = np.flatnonzero(piece.photo.any(1)), np.flatnonzero(piece.photo.any(0))
    fine = np.kron(piece.cells, np.ones((spec.factor, spec.factor), bool))

    def starts(first: int, last: int) -> list[int]:
        low, length = first * spec.factor, (last + 1 - first) * spec.factor
        if length <= cells:  # narrower than a tile: in its middle, as the whole view is padded
            return [min(max(0, low - (cells - length) // 2), cells * (spec.factor - 1))]
        step = cells - math.ceil(spec.overlap * cells)
        count = 1 + math.ceil((length - cells) / step)
        return [low + round(k * (length - cells) / (count - 1)) for k in range(count)]

    return [
        Tile(column, row)
        for row in starts(int(rows[0]), int(rows[-1]))
        for column in starts(int(columns[0]), int(columns[-1]))
        if fine[row : row + cells, column : column + cells].any()
    ]


def merged(
    rgb: Rgb, whole: Floats, piece: Silhouette, placement: Placement, preprocess: PreprocessSpec,
    spec: TilesSpec, slopes: Floats, run: Run,
) -> tuple[Floats, float]:  # fmt: skip
    """The defect map at `factor` times the resolution: of each cell the more suspicious of whole view and tiles.

    Args:
        rgb: the judged pixels, uint8 [H, W, 3].
        whole: the whole view's defect map, logits [C, h, h].
        piece: its silhouette.
        placement: where the judged pixels lie in the input.
        preprocess: the one way from pixels to input.
        spec: the tiles.
        slopes: of each channel's calibration, [C, 1, 1].
        run: runs the network.

    Returns:
        Logits [C, factor * h, factor * h], and the highest logit of a defect that any tile as a whole has.
    """
    channels, cells, _ = whole.shape
    side = cells * spec.factor
    total = np.zeros((channels, side, side), np.float32)
    weight = np.zeros((side, side), np.float32)
    ramp = np.minimum(np.arange(cells) + 1, np.arange(cells, 0, -1)).clip(max=max(1, cells // 8)).astype(np.float32)
    window = ramp[:, None] * ramp  # a tile's edge has seen less around it than the next tile's middle
    highest = -np.inf
    for tile in tiles(piece, spec):
        image, _ = prepare(_cut(rgb, tile, placement, cells, spec.factor, preprocess), preprocess)
        place = (slice(tile.row, tile.row + cells), slice(tile.column, tile.column + cells))
        said = run(image)
        highest = max(highest, said.defect - spec.discount)
        total[:, *place] += said.defects * window
        weight[place] += window
    coarse = enlarged(whole, side)
    near = total / np.maximum(weight, 1e-6) - np.float32(spec.discount) / slopes
    both: Floats = np.where(weight > 0, np.maximum(coarse, near), coarse)
    return both, highest


def enlarged(coarse: Floats, side: int) -> Floats:
    """A map [..., h, h] with each cell repeated to [..., side, side]; `side` is a multiple of h."""
    times = side // coarse.shape[-1]
    repeated: Floats = coarse.repeat(times, -2).repeat(times, -1)
    return repeated


def finer(piece: Silhouette, factor: int) -> Silhouette:
    """The silhouette in the cells of a map that is `factor` times finer."""
    block = np.ones((factor, factor), bool)
    return replace(
        piece,
        cells=np.kron(piece.cells, block),
        photo=np.kron(piece.photo, block),
        longest_side=piece.longest_side * factor,
        fineness=piece.fineness * factor,
    )


def _cut(rgb: Rgb, tile: Tile, placement: Placement, cells: int, factor: int, preprocess: PreprocessSpec) -> Rgb:
    """The photo's pixels under a tile, padded as the whole view is where the tile reaches beyond the photo."""
    pitch = placement.size / (cells * factor)  # input pixels a fine cell
    left, top = placement.to_photo(tile.column * pitch, tile.row * pitch)
    side = round(placement.size / factor * placement.scale)
    x, y = round(left), round(top)
    height, width = rgb.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    if (x1 - x0, y1 - y0) == (side, side):
        return rgb[y0:y1, x0:x1]
    square = np.full((side, side, 3), preprocess.pad, np.uint8)
    square[y0 - y : y1 - y, x0 - x : x1 - x] = rgb[y0:y1, x0:x1]
    return square
