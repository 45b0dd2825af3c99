"""Tiles: together they cover the photo, a small defect survives in them, and a photo without the pixels has none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from qc.model.bundle_spec import TilesSpec
from qc.model.grader import Grader
from qc.model.piece import Silhouette, photo_cells
from qc.model.preprocess import PreprocessSpec, place
from qc.model.tiles import fits, tiles
from tests.model.pictures import encode
from tests.model.tiny_bundle import DARK, WHITE, straw, write_tiny_bundle

SPEC = TilesSpec(factor=2, overlap=0.2)


def silhouette_of(width: int, height: int, cells: int = 40) -> Silhouette:
    photo = photo_cells(place(width, height, PreprocessSpec(size=320)), cells)
    return Silhouette(photo, photo, True, 1.0, 1, float(cells))


@pytest.mark.parametrize("size", [(1600, 1200), (1200, 1600), (1600, 1600), (1600, 500), (1000, 998)])
@pytest.mark.parametrize("factor", [2, 3])
def test_tiles_cover_every_cell_of_the_photo_and_stay_on_the_map(size: tuple[int, int], factor: int) -> None:
    piece = silhouette_of(*size)
    side = 40 * factor
    covered = np.zeros((side, side), bool)
    for tile in tiles(piece, TilesSpec(factor=factor)):
        assert 0 <= tile.row <= side - 40
        assert 0 <= tile.column <= side - 40
        covered[tile.row : tile.row + 40, tile.column : tile.column + 40] = True
    assert covered[np.kron(piece.photo, np.ones((factor, factor), bool))].all()


def test_neighbouring_tiles_overlap_by_what_is_asked() -> None:
    columns = sorted({tile.column for tile in tiles(silhouette_of(1600, 1200), SPEC)})
    assert all(0 < after - before <= 32 for before, after in pairwise(columns))


def test_tiles_that_show_nothing_of_the_piece_are_left_out() -> None:
    piece = silhouette_of(1600, 1600)
    corner = np.zeros_like(piece.cells)
    corner[:6, :6] = True
    assert len(tiles(Silhouette(corner, piece.photo, True, 0.02, 1, 6.0), SPEC)) == 1


def test_a_photo_without_the_pixels_is_looked_at_once() -> None:
    spec = PreprocessSpec(size=320)
    assert fits(place(640, 480, spec), SPEC)
    assert not fits(place(639, 480, spec), SPEC)
    assert not fits(place(1600, 1200, spec), None)


def stained(side: int, spot: int, x: int, y: int) -> bytes:
    rgb = straw(side, side)
    rgb[y : y + spot, x : x + spot] = DARK
    return encode(rgb)


@pytest.fixture(scope="module")
def graders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Grader, Grader]:
    folder = tmp_path_factory.mktemp("models")
    off, on = write_tiny_bundle(folder / "off"), write_tiny_bundle(folder / "on", tiles={"factor": 4})
    return Grader(off), Grader(on)


@pytest.mark.parametrize(("x", "y"), [(16, 16), (240, 256), (470, 130)])
def test_a_small_defect_is_found_by_tiles_where_the_whole_view_misses_it(
    graders: tuple[Grader, Grader], x: int, y: int
) -> None:
    photo = stained(512, 16, x, y)  # half a cell of the whole view, two of a tile
    off, on = (grader.examine(photo) for grader in graders)
    assert off.defect_probability < 0.3
    assert on.defect_probability > 0.9
    box = on.detections[0].box
    assert abs(box[0] - x) <= 16
    assert abs(box[1] - y) <= 16
    assert box[2] - box[0] <= 48


def test_the_promise_is_as_much_finer_as_the_tiles(graders: tuple[Grader, Grader]) -> None:
    photo = stained(512, 16, 240, 256)
    off, on = (grader.examine(photo).quality.smallest_defect_px for grader in graders)
    assert on == pytest.approx(off / 4)


def test_a_good_photo_stays_good(graders: tuple[Grader, Grader]) -> None:
    rgb = np.full((512, 512, 3), WHITE, np.uint8)
    rgb[100:400, 100:420] = straw(300, 320)
    off, on = (grader.examine(encode(rgb)) for grader in graders)
    assert not on.detections
    assert on.defect_probability == pytest.approx(off.defect_probability, abs=0.01)


def test_sizes_do_not_depend_on_tiles(graders: tuple[Grader, Grader]) -> None:
    photo = stained(512, 128, 128, 128)
    off, on = (grader.examine(photo).detections[0] for grader in graders)
    assert on.area_share == pytest.approx(off.area_share, rel=0.1)
    assert on.length_share == pytest.approx(off.length_share, rel=0.1)


def test_a_tiled_bundle_passes_its_own_golden_photos(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "tiled", tiles={"factor": 2, "overlap": 0.25})
