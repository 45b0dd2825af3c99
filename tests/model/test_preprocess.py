"""The one resize is what its definition says, on any size, and positions map back to the photo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qc.model.preprocess import (
    PreprocessSpec,
    _area_is_exact,
    _remap_is_exact,
    _shrink_a_little,
    _shrink_evenly,
    _sum_and_divide,
    fit,
    letterbox,
    normalise,
    place,
    prepare,
    resize,
)

sides = st.integers(1, 40)


def by_the_definition(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The module's docstring, word for word, one pixel at a time, in Python's own integers."""
    src_height, src_width, channels = picture.shape
    out = np.empty((height, width, channels), np.uint8)
    for i in range(height):
        top = i * src_height // height
        bottom = max(top + 1, (i + 1) * src_height // height)
        for j in range(width):
            left = j * src_width // width
            right = max(left + 1, (j + 1) * src_width // width)
            n = (bottom - top) * (right - left)
            for c in range(channels):
                total = sum(int(v) for v in picture[top:bottom, left:right, c].ravel())
                out[i, j, c] = (2 * total + n) // (2 * n)
    return out


def noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(max_examples=60, deadline=None)
@given(sides, sides, sides, sides, st.integers(0, 9))
def test_resize_equals_its_definition(h: int, w: int, to_h: int, to_w: int, seed: int) -> None:
    picture = noise(h, w, seed)
    assert np.array_equal(resize(picture, to_w, to_h), by_the_definition(picture, to_w, to_h))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.5, 1), st.floats(0.5, 1))
def test_the_quick_way_gives_the_same_bytes(h: int, w: int, shrink_h: float, shrink_w: float) -> None:
    assert _remap_is_exact()
    picture = noise(h, w)
    to_w, to_h = max(-(-w // 2), int(w * shrink_w)), max(-(-h // 2), int(h * shrink_h))
    assert np.array_equal(_shrink_a_little(picture, to_w, to_h), _sum_and_divide(picture, to_w, to_h))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 7), st.integers(0, 7), st.booleans())
def test_the_even_way_gives_the_same_bytes(w: int, h: int, half_x: int, half_y: int, grey: bool) -> None:
    assert _area_is_exact()
    picture = noise(h * (2 * half_y + 1), w * (2 * half_x + 1))
    picture = picture[..., 0].copy() if grey else picture
    assert np.array_equal(_shrink_evenly(picture, w, h), _sum_and_divide(picture, w, h))


@given(sides, sides, sides, sides, st.integers(0, 255))
def test_a_constant_stays_constant(h: int, w: int, to_h: int, to_w: int, value: int) -> None:
    assert (resize(np.full((h, w, 3), value, np.uint8), to_w, to_h) == value).all()


@given(sides, sides)
def test_the_same_size_is_the_identity_and_a_copy(h: int, w: int) -> None:
    picture = noise(h, w)
    same = resize(picture, w, h)
    assert np.array_equal(same, picture)
    assert not np.shares_memory(same, picture)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 8), st.integers(1, 8))
def test_the_mean_is_kept_where_boxes_are_equal(h: int, w: int, by_h: int, by_w: int) -> None:
    picture = noise(h * by_h, w * by_w)
    assert abs(resize(picture, w, h).mean() - picture.mean()) <= 0.5


def test_enlarging_repeats_the_nearest_pixel() -> None:
    picture = noise(5, 7)
    assert np.array_equal(resize(picture, 21, 10), picture.repeat(2, axis=0).repeat(3, axis=1))


def test_halves_are_rounded_up() -> None:
    assert resize(np.array([[0, 1]], np.uint8), 1, 1)[0, 0] == 1
    assert resize(np.array([[0, 0, 1, 0]], np.uint8), 1, 1)[0, 0] == 0
    assert resize(np.array([[254, 255]], np.uint8), 1, 1)[0, 0] == 255


def test_boxes_too_large_for_single_precision_are_still_exact() -> None:
    picture = noise(2000, 1500)
    picture[:, :750] = 255
    sums = picture.reshape(1, 2000, 1, 1500, 3).astype(np.int64).sum((1, 3))
    n = 2000 * 1500
    assert np.array_equal(resize(picture, 1, 1), (2 * sums + n) // (2 * n))


def test_a_grey_picture_keeps_two_dimensions() -> None:
    picture = noise(30, 50)
    assert np.array_equal(resize(picture[..., 1], 17, 11), resize(picture, 17, 11)[..., 1])


@pytest.mark.parametrize(
    ("picture", "width"),
    [(np.zeros((4, 4, 3), np.float32), 2), (np.zeros((0, 4, 3), np.uint8), 2), (np.zeros((4, 4, 3), np.uint8), 0)],
)
def test_what_cannot_be_resized_is_said(picture: NDArray[np.uint8], width: int) -> None:
    with pytest.raises(ValueError, match="wanted"):
        resize(picture, width, 2)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(32, 1600))
def test_fit_keeps_the_aspect_to_half_a_pixel(w: int, h: int, longest: int) -> None:
    fitted = fit(w, h, longest)
    assert max(fitted) == longest
    assert abs(fitted[0] - max(1, w * longest / max(w, h))) <= 0.5
    assert abs(fitted[1] - max(1, h * longest / max(w, h))) <= 0.5


@given(st.integers(1, 4000), st.integers(1, 4000), st.floats(0, 1), st.floats(0, 1))
def test_positions_return_to_where_they_came_from(w: int, h: int, u: float, v: float) -> None:
    placement = place(w, h, PreprocessSpec(size=320))
    x, y = placement.to_photo(*placement.to_input(u * w, v * h))
    assert x == pytest.approx(u * w, abs=1e-6)
    assert y == pytest.approx(v * h, abs=1e-6)


@given(st.integers(1, 3000), st.integers(1, 3000), st.floats(-9, 329), st.floats(-9, 329), st.floats(0.1, 200))
def test_a_box_on_the_photo_is_never_empty_and_never_outside(w: int, h: int, x: float, y: float, d: float) -> None:
    x0, y0, x1, y1 = place(w, h, PreprocessSpec(size=320)).box_to_photo(x, y, x + d, y + d)
    assert 0 <= x0 < x1 <= w
    assert 0 <= y0 < y1 <= h


def test_the_whole_photo_maps_to_the_whole_photo() -> None:
    _, placement = letterbox(noise(300, 400), PreprocessSpec(size=64))
    assert placement.inside == (64, 48)
    assert placement.offset == (0, 8)
    assert placement.box_to_photo(0, 8, 64, 56) == (0, 0, 400, 300)
    assert placement.scale == 6.25


def test_the_photo_is_centred_and_the_rest_is_padded() -> None:
    spec = PreprocessSpec(size=64, pad=9)
    photo = noise(48, 64)
    square, _ = letterbox(photo, spec)
    assert np.array_equal(square[8:56], photo)
    assert (square[:8] == 9).all()
    assert (square[56:] == 9).all()


def test_the_input_is_normalised_planes_red_first() -> None:
    spec = PreprocessSpec(size=32)
    tensor, _ = prepare(np.full((8, 8, 3), (255, 0, 127), np.uint8), spec)
    assert tensor.dtype == np.float32
    assert tensor.shape == (1, 3, 32, 32)
    assert tensor[0, :, 5, 5].tolist() == [1.0, -1.0, np.float32(-0.5 / 127.5)]
    assert normalise(np.full((32, 32, 3), 255, np.uint8), spec).max() == 1
