"""Shapes and their sizes, on outlines that are known; loose fibres have no say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.measure.shape import METHODS, Readings, Shape, classify, sizes_of

Points = NDArray[np.float64]


def rectangle(length: float, width: float, angle: float = 0.0, rng: np.random.Generator | None = None) -> Points:
    a, b = length / 2, width / 2
    corners = np.array([[-a, -b], [a, -b], [a, b], [-a, b], [-a, -b]])
    at = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    places = np.arange(0, at[-1], 2.0)
    return turned(np.column_stack([np.interp(places, at, corners[:, k]) for k in range(2)]), angle, rng)


def ellipse(length: float, width: float, angle: float = 0.0, rng: np.random.Generator | None = None) -> Points:
    t = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    return turned(np.column_stack([length / 2 * np.cos(t), width / 2 * np.sin(t)]), angle, rng)


def turned(points: Points, angle: float, rng: np.random.Generator | None) -> Points:
    """Turned, moved, and roughened by 0.4 mm with a loose fibre at every eighth point."""
    if rng is not None:
        away = points / np.linalg.norm(points, axis=1, keepdims=True)
        rough = rng.normal(0, 0.4, len(points))
        fibres = rng.random(len(points)) < 0.12
        points = points + (rough + fibres * rng.uniform(1.5, 5, len(points)))[:, None] * away
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.asarray(points @ np.array([[c, s], [-s, c]]) + [400, 300], np.float64)


def read(points: Points) -> tuple[Shape, Readings]:
    shape = classify(points)
    return shape, sizes_of(points, shape)


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 133])
def test_a_rectangle_at_any_angle(angle: float) -> None:
    shape, sizes = read(rectangle(300, 200, angle))
    assert shape == "rectangle"
    assert sizes["length"].mm == pytest.approx(300, abs=0.05)
    assert sizes["width"].mm == pytest.approx(200, abs=0.05)
    for size in sizes.values():
        assert np.linalg.norm(np.diff(size.line, axis=0)) == pytest.approx(size.mm, abs=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_fibres_that_stick_out_do_not_make_a_piece_larger(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, sizes = read(rectangle(300, 200, 30, rng))
    assert shape == "rectangle"
    assert sizes["length"].mm == pytest.approx(300, abs=0.6)
    assert sizes["width"].mm == pytest.approx(200, abs=0.6)
    shape, sizes = read(ellipse(250, 250, 0, rng))
    assert shape == "round"
    assert sizes["diameter"].mm == pytest.approx(250, abs=0.6)


def test_a_round_an_oval_and_a_thing() -> None:
    assert read(ellipse(250, 250))[0] == "round"
    shape, sizes = read(ellipse(260, 180, 25))
    assert shape == "oval"
    assert (sizes["length"].mm, sizes["width"].mm) == pytest.approx((260, 180), rel=2e-3)
    heart = ellipse(200, 200)
    heart[:, 1] -= 40 * np.abs(np.cos(np.linspace(0, 2 * np.pi, 360, endpoint=False))) ** 0.5
    assert read(heart)[0] == "irregular"


@pytest.mark.parametrize("size", [40, 80, 130, 400])
@pytest.mark.parametrize("ratio", [0.55, 0.8, 1.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_round_is_never_taken_for_what_has_corners(size: float, ratio: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert classify(ellipse(size, size * ratio, 20, rng)) == ("round" if ratio == 1 else "oval")
    assert classify(rectangle(size, size * ratio, 20, rng)) == "rectangle"


def test_slightly_oval_goods_tell_both_extents() -> None:
    shape, sizes = read(ellipse(250, 240))
    assert shape == "round"
    assert sizes["feret_max"].mm == pytest.approx(250, abs=0.3)
    assert sizes["feret_min"].mm == pytest.approx(240, abs=0.3)
    assert sizes["diameter"].mm == pytest.approx(np.sqrt(250 * 240), abs=0.2)


def test_a_side_that_was_not_seen_says_so() -> None:
    points = rectangle(300, 200)
    hidden = (points[:, 0] > 549) & (np.abs(points[:, 1] - 300) < 70)  # most of one short side
    sizes = sizes_of(points[~hidden], "rectangle")
    assert sizes["length"].seen < 0.3
    assert sizes["width"].seen > 0.95


def test_every_size_has_a_method() -> None:
    for points in (rectangle(300, 200), ellipse(250, 250), ellipse(260, 180)):
        shape, sizes = read(points)
        assert {(shape, name) for name in sizes} == {key for key in METHODS if key[0] == shape}


def test_doubt_grows_with_roughness() -> None:
    smooth = sizes_of(rectangle(300, 200), "rectangle")["length"].wave_mm
    rough = sizes_of(rectangle(300, 200, 0, np.random.default_rng(1)), "rectangle")["length"].wave_mm
    assert rough > 2 * smooth
