"""Defects put on existing pictures: where they may lie, what they leave alone, what they refuse."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.errors import BadRequest
from training.sample import CHANNELS
from training.surface import COMPOSITES, composite, surface


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    seed = next(s for s in range(100) if surface(s, 192).meta["state"] == "good")
    return surface(seed, 256).rgb


@pytest.mark.parametrize("code", COMPOSITES)
def test_each_code_shows_on_most_places_and_sets_its_own_bit(picture: NDArray[np.uint8], code: str) -> None:
    shown = 0
    for seed in range(6):
        rgb, mask = composite(picture, None, code, seed)
        assert rgb.shape == picture.shape
        assert rgb.dtype == np.uint8
        assert mask.dtype == np.uint16
        assert set(np.unique(mask)) <= {0, 1 << CHANNELS.index(code)}
        assert np.array_equal(rgb, picture) == (not mask.any())
        shown += bool(mask.any())
        if mask.any():
            change = np.abs(rgb.astype(int) - picture.astype(int)).max(-1)
            assert change[mask > 0].mean() > 6
    assert shown >= 4


def test_the_same_seed_gives_the_same_defect_and_another_seed_another(picture: NDArray[np.uint8]) -> None:
    first, again, other = (composite(picture, None, "STAIN", s)[0] for s in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_given_picture_is_left_alone(picture: NDArray[np.uint8]) -> None:
    before = picture.copy()
    composite(picture, None, "HOLE", 1)
    assert np.array_equal(before, picture)


@pytest.mark.parametrize("code", ["STAIN", "HOLE", "MOULD", "WEAVE_LOOSE"])
def test_a_defect_stays_on_the_piece(picture: NDArray[np.uint8], code: str) -> None:
    region = np.zeros(picture.shape[:2], np.uint8)
    region[80:180, 60:200] = 255
    for seed in range(4):
        _, mask = composite(picture, region, code, seed)
        ys, xs = np.nonzero(mask)
        if len(ys):
            assert ys.min() >= 74
            assert ys.max() < 186
            assert xs.min() >= 54
            assert xs.max() < 206


def test_a_piece_too_small_for_a_defect_stays_as_it_is(picture: NDArray[np.uint8]) -> None:
    region = np.zeros(picture.shape[:2], bool)
    region[:10, :10] = True
    rgb, mask = composite(picture, region, "STAIN", 0)
    assert np.array_equal(rgb, picture)
    assert not mask.any()


@pytest.mark.parametrize(
    ("rgb", "region", "code"),
    [
        (np.zeros((64, 64, 3), np.uint8), None, "EDGE_UNRAVEL"),
        (np.zeros((64, 64), np.uint8), None, "STAIN"),
        (np.zeros((64, 64, 3), np.float32), None, "STAIN"),
        (np.zeros((20, 64, 3), np.uint8), None, "STAIN"),
        (np.zeros((64, 64, 3), np.uint8), np.ones((32, 64), bool), "STAIN"),
    ],
)
def test_what_cannot_be_composited_is_refused(rgb: NDArray[Any], region: NDArray[Any] | None, code: str) -> None:
    with pytest.raises(BadRequest):
        composite(rgb, region, code, 0)
