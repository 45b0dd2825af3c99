"""A mask is what a person would see, and what cannot be seen is no label."""

from __future__ import annotations

import numpy as np

from training.render.arrays import Array
from training.render.camera import Camera, fitted, seen
from training.render.develop import develop, edged, meter
from training.render.produce import label
from training.render.visible import difference, region, see
from training.sample import CHANNELS


def picture(tone: int = 150, size: int = 96) -> Array:
    rgba = np.full((size, size, 4), 255, np.uint8)
    rgba[..., :3] = tone
    return rgba


def test_equal_pictures_do_not_differ() -> None:
    assert difference(picture(), picture()).max() == 0


def test_a_dark_spot_is_seen_where_it_is() -> None:
    after = picture()
    after[30:50, 40:60, :3] = 90
    spot = see(difference(picture(), after), np.ones((96, 96), bool))
    assert spot is not None
    assert np.allclose(spot.box, (40, 30, 60, 50), atol=2)
    assert 350 < spot.area < 520
    assert spot.visibility > 15


def test_a_faint_or_tiny_change_is_not_seen() -> None:
    everywhere = np.ones((96, 96), bool)
    faint, tiny = picture(), picture()
    faint[30:50, 40:60, :3] = 146
    tiny[10, 10, :3] = 60
    assert see(difference(picture(), faint), everywhere) is None
    assert see(difference(picture(), tiny), everywhere) is None


def test_a_change_outside_its_region_is_not_the_defects() -> None:
    after = picture()
    after[30:50, 40:60, :3] = 90
    elsewhere = np.zeros((96, 96), bool)
    elsewhere[60:] = True
    assert see(difference(picture(), after), elsewhere) is None


def test_a_hole_counts_even_over_a_ground_of_the_same_grey() -> None:
    after = picture(115)
    after[30:50, 40:60, 3] = 0
    assert see(difference(picture(115), after), np.ones((96, 96), bool)) is not None


def test_labels_set_the_bit_of_their_channel_only() -> None:
    delta = np.zeros((96, 96), np.float32)
    delta[10:30, 10:30], delta[60:80, 60:80] = 20, 30
    upper, lower = np.zeros((96, 96), bool), np.zeros((96, 96), bool)
    upper[:48], lower[48:] = True, True
    mask, found = label(
        delta, [("HOLE", upper), ("MOULD", lower), ("STAIN", lower & upper)], np.full(delta.shape, 255, np.uint8)
    )
    assert [d["code"] for d in found] == ["HOLE", "MOULD"]
    assert set(np.unique(mask)) == {0, 1 << CHANNELS.index("HOLE"), 1 << CHANNELS.index("MOULD")}
    assert mask[20, 20] == 1 << CHANNELS.index("HOLE")
    assert found[1]["box"] == [60, 60, 80, 80]
    assert found[1]["visibility"] == 30


def test_a_region_lies_round_the_touched_places() -> None:
    camera = Camera.looking(np.array([0.0, 0, 1]), np.zeros(3), 0.8)
    where = region(camera, np.array([[0.1, 0.1, 0.0]]), 0.02, 200)
    x, y, _ = camera.project(np.array([[0.1, 0.1, 0.0]]))[0]
    assert x > 0.5
    assert y < 0.5
    assert where[int(y * 200), int(x * 200)]
    assert not where[150, 50]


def test_a_fitted_camera_holds_the_piece_and_fills_the_picture() -> None:
    points = np.random.default_rng(1).uniform(-0.2, 0.2, (500, 3)) * [1, 0.5, 0.3]
    camera = fitted(points, np.array([0.6, -0.5, 0.62]) / np.linalg.norm([0.6, -0.5, 0.62]), 0.6, 0.9, 0.0, np.zeros(2))
    p = camera.project(points)
    assert np.abs(p[:, :2] - 0.5).max() < 0.5
    assert np.isclose(np.ptp(p[:, :2], axis=0).max(), 0.9, atol=0.03)


def test_what_stands_behind_is_not_seen() -> None:
    wall = np.stack([*np.meshgrid(np.linspace(-1, 1, 80), np.linspace(-1, 1, 80)), np.zeros((80, 80))], -1).reshape(
        -1, 3
    )
    camera = Camera.looking(np.array([0.0, 0, 2]), np.zeros(3), 0.7)
    assert seen(camera, np.array([[0.0, 0, 0.1], [0.0, 0, -0.3]]), wall, 20, 0.05).tolist() == [True, False]


def test_exposure_follows_the_light_and_not_the_piece() -> None:
    linear = np.ones((8, 8, 4), np.float32)
    for albedo in (0.05, 0.6):
        linear[..., :3] = albedo * 0.3
        gain = meter(linear, np.full(3, albedo), 1.0)
        assert np.allclose(gain, 1 / 0.3)
    warm = linear.copy()
    warm[..., :3] = np.array([0.3, 0.2, 0.1]) * 0.4
    balanced = warm[..., :3] * meter(warm, np.full(3, 0.4), 1.0)
    assert np.allclose(balanced, balanced[0, 0, 0], rtol=0.02)


def test_developing_is_monotonous_and_keeps_alpha() -> None:
    ramp = np.zeros((1, 64, 4), np.float32)
    ramp[0, :, :3] = np.linspace(0, 3, 64)[:, None]
    ramp[0, :, 3] = 0.5
    out = develop(ramp, np.ones(3), 1.0)
    assert (np.diff(out[0, :, 0].astype(int)) >= 0).all()
    assert 180 < out[0, 21, 0] < 255, "the light of a white sheet is not clipped"
    assert (out[..., 3] == 128).all()


def test_an_edge_has_the_colour_of_the_piece_and_not_of_nothing() -> None:
    rgba = np.zeros((20, 20, 4), np.uint8)
    rgba[:, :10] = (180, 140, 90, 255)
    rgba[:, 10] = (20, 10, 5, 90)
    out = edged(rgba)
    assert np.abs(out[:, 10, :3].astype(int) - [180, 140, 90]).max() < 8
    assert (out[:, :9] == rgba[:, :9]).all(), "where the piece covers the ground nothing changes"
    assert (out[:, 14:, 3] == 0).all()
