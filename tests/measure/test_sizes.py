"""Sizes of known pieces: within the promise, and within the uncertainty that comes with them."""

from __future__ import annotations

import numpy as np
import pytest

from bench.measure_error import GROUPS, Error, errors, read, scene
from qc.measure import Measurement, measure
from tests.measure.photos import PLAIN, photo_of


@pytest.fixture(scope="module")
def plain() -> Measurement:
    return measure(photo_of(PLAIN))


def test_flat_goods_are_read_within_1_percent_or_3_mm_and_within_u() -> None:
    found: list[Error] = []
    for seed in range(10):
        group = GROUPS[seed % len(GROUPS)]
        made = scene(seed, group)
        made = made.but(width=1280, height=960)
        found += errors(group, made, read(made, seed))
    assert len(found) >= 16
    assert all(error.within_promise for error in found)
    assert np.mean([abs(error.read - error.true) <= error.u for error in found]) >= 0.9
    assert np.median([error.u for error in found]) < 2.5  # an honest U is not a lazy one
    assert max(error.u for error in found) < 6


@pytest.mark.parametrize(
    "seed",
    [42, 165, 198],
    ids=["many fibres on a small piece", "a corner on the darkest grey patch", "a side that ends just over the paper"],
)
def test_what_is_hard_to_see_is_read_right(seed: int) -> None:
    group = GROUPS[seed % len(GROUPS)]
    made = scene(seed, group).but(width=1280, height=960)
    assert all(error.within_promise for error in errors(group, made, read(made, seed)))


def test_every_size_says_how_it_came_about(plain: Measurement) -> None:
    assert plain.shape == "rectangle"
    assert plain.placement == "on_mat"
    for size in plain.sizes:
        assert size.board_id == plain.board_id == "A3-01"
        assert size.plane == "mat"
        assert size.print_scale == 1.0
        assert size.reprojection_rms_px < 0.2
        assert size.tilt_deg == pytest.approx(PLAIN.tilt, abs=1)
        assert set(size.contributions) == {"homography", "lens", "edge", "print_scale", "height"}
        assert size.u_mm == pytest.approx(2 * np.sqrt(sum(u**2 for u in size.contributions.values())), abs=0.02)
        ends = np.array(size.line_px)
        inside = ends.mean(axis=0)
        assert np.linalg.norm(inside - np.mean(plain.outline_px, axis=0)) < 15
    assert plain.camera_mm == pytest.approx(PLAIN.distance * np.cos(np.radians(PLAIN.tilt)), rel=0.05)


def test_a_size_that_the_shape_has_not_is_named(plain: Measurement) -> None:
    with pytest.raises(KeyError, match="rectangle piece has length, width"):
        plain.size("diameter")


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_photo_reads_the_same(plain: Measurement, turns: int) -> None:
    turned = measure(np.ascontiguousarray(np.rot90(photo_of(PLAIN), turns)))
    for size in plain.sizes:
        assert turned.size(size.name).value_mm == pytest.approx(size.value_mm, abs=0.25)


def test_the_print_scale_scales_every_size(plain: Measurement) -> None:
    larger = measure(photo_of(PLAIN), 1.012)
    for size in plain.sizes:
        assert larger.size(size.name).value_mm == pytest.approx(1.012 * size.value_mm, rel=5e-4)


def test_a_mat_printed_small_reads_true_with_its_print_scale() -> None:
    measurement = measure(photo_of(PLAIN.but(print_scale=0.95)), 0.95)
    assert measurement.size("length").value_mm == pytest.approx(PLAIN.length, abs=measurement.size("length").u_mm)


def test_round_goods_have_a_diameter_between_their_extents() -> None:
    measurement = measure(photo_of(PLAIN.but(shape="round", length=190, breadth=190)))
    assert measurement.shape == "round"
    assert measurement.size("feret_min").value_mm <= measurement.size("diameter").value_mm
    assert measurement.size("diameter").value_mm <= measurement.size("feret_max").value_mm
    assert measurement.size("diameter").value_mm == pytest.approx(190, abs=measurement.size("diameter").u_mm)


def test_an_oval_is_no_round() -> None:
    measurement = measure(photo_of(PLAIN.but(shape="oval", length=220, breadth=160)))
    assert measurement.shape == "oval"
    assert measurement.size("length").value_mm == pytest.approx(220, abs=measurement.size("length").u_mm)
    assert measurement.size("width").value_mm == pytest.approx(160, abs=measurement.size("width").u_mm)


def test_a_rim_above_the_mat_is_read_with_its_height_and_wrongly_without() -> None:
    tall = PLAIN.but(shape="round", length=180, breadth=180, thickness=90, tilt=3, angle=0, distance=700)
    with_height = measure(photo_of(tall), height_mm=90)
    diameter = with_height.size("diameter")
    assert diameter.plane == "90 mm above the mat"
    assert diameter.value_mm == pytest.approx(180, abs=diameter.u_mm)
    assert diameter.contributions["height"] > 0.5  # the focal length is not known
    flat = measure(photo_of(tall)).sizes[0]
    assert flat.value_mm > 180 * 1.1  # h / (Z - h) = 15 %, and nothing in the photo says so
    sure = measure(photo_of(tall), height_mm=90, focal_35mm=26).size("diameter")
    assert sure.contributions["height"] < 0.7 * diameter.contributions["height"]


def test_the_lens_is_found_and_allowed_for() -> None:
    bent = measure(photo_of(PLAIN.but(k1=0.035, length=230)))
    assert bent.lens_k1 == pytest.approx(0.035, abs=3 * bent.lens_k1_sd)
    assert "lens_distorted" in bent.cautions
    assert bent.size("length").value_mm == pytest.approx(230, abs=bent.size("length").u_mm)


def test_colour_is_never_judged_and_uneven_light_is_told(plain: Measurement) -> None:
    assert plain.light.colour == "not_assessable"
    assert plain.light.patches_in_order
    dim = measure(photo_of(PLAIN.but(light=0.7, seed=5)))
    assert dim.light.flatness < plain.light.flatness
    assert "uneven_light" in dim.cautions


def test_the_same_photo_gives_the_same_measurement(plain: Measurement) -> None:
    assert measure(photo_of(PLAIN)) == plain
