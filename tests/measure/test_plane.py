"""The plane fit and its covariance, on corners whose noise is known: what it claims is what happens."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.errors import NotMeasurable
from qc.measure.layout import mat_layout
from qc.measure.markers import FoundMat
from qc.measure.plane import Plane, fit_plane
from qc.measure.pose import find_pose
from qc.measure.refusals import Refusal

LAYOUT = mat_layout("A3")
SHAPE = (1200, 1600)
FOCAL = 26 / 43.267 * np.hypot(*SHAPE)
MAT = np.concatenate([m.box.corners for m in LAYOUT.markers])
MIDDLE = LAYOUT.page.corners.mean(axis=0)


def seen(
    mat_mm: NDArray[np.float64], k1: float = 0.0, tilt_deg: float = 15.0, away: float = 700.0
) -> NDArray[np.float64]:
    """A pinhole camera with radial distortion over the mat's middle."""
    tilt = np.radians(tilt_deg)
    turn = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    there = np.column_stack([mat_mm - MIDDLE, np.zeros(len(mat_mm))]) @ turn.T + [0, 0, away]
    flat = FOCAL * there[:, :2] / there[:, 2:]
    radius = np.hypot(*SHAPE) / 2
    return np.asarray(
        flat * (1 + k1 * ((flat / radius) ** 2).sum(axis=1, keepdims=True)) + (np.array(SHAPE[::-1]) - 1) / 2
    )


def fitted(image: NDArray[np.float64]) -> Plane:
    return fit_plane(FoundMat(LAYOUT, tuple(m.id for m in LAYOUT.markers), MAT, image), SHAPE, 1.0)


def test_perfect_corners_give_the_mat_back_anywhere() -> None:
    plane = fitted(seen(MAT, k1=0.02))
    places = MIDDLE + np.array([[0, 0], [100, -150], [-300, 60], [250, 250]])
    np.testing.assert_allclose(plane.to_mat(seen(places, k1=0.02)), places, atol=0.6)
    np.testing.assert_allclose(plane.to_image(plane.to_mat(seen(places))), seen(places), atol=1e-6)
    assert plane.rms_px < 0.01
    assert plane.k1 == pytest.approx(0.02, abs=1e-3)


@pytest.mark.parametrize("place", [(0.0, 0.0), (300.0, 0.0)], ids=["on the mat", "beside it"])
def test_lengths_scatter_as_the_covariance_says(place: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    ends = MIDDLE + place + np.array([[-100.0, 0.0], [100.0, 0.0]])
    errors, claimed = [], []
    for _ in range(150):
        k1 = rng.normal(0, 0.025)
        plane = fitted(seen(MAT, k1) + rng.normal(0, 0.3, (16, 2)))
        px = seen(ends, k1)

        def length(theta: NDArray[np.float64], plane: Plane = plane, px: NDArray[np.float64] = px) -> float:
            return float(np.linalg.norm(np.diff(plane.to_mat(px, theta), axis=0)))

        gradient = np.array([
            (length(plane.theta + d) - length(plane.theta - d)) / 2e-6 for d in 1e-6 * np.eye(9)
        ])  # fmt: skip
        errors.append(length(plane.theta) - 200)
        claimed.append(np.sqrt(gradient @ plane.covariance @ gradient))
    assert np.std(errors) / np.sqrt(np.mean(np.square(claimed))) == pytest.approx(1, abs=0.25)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(len(errors)) + 0.02


def test_a_fibre_over_one_corner_does_not_spoil_the_mat() -> None:
    image = seen(MAT)
    image[5] += [9, -7]
    plane = fitted(image)
    assert plane.corners < 16
    np.testing.assert_allclose(plane.to_mat(seen(MIDDLE[None])), MIDDLE[None], atol=0.05)


def test_a_bent_mat_is_refused() -> None:
    bent = MAT + np.column_stack([np.zeros(16), 8 * ((MAT[:, 0] - MIDDLE[0]) / 150) ** 2 * (MAT[:, 1] > MIDDLE[1])])
    with pytest.raises(NotMeasurable) as caught:
        fitted(seen(bent))
    assert caught.value.extra["reason"] == Refusal.MAT_NOT_FLAT


def test_pose_knows_tilt_height_and_foot() -> None:
    image = seen(MAT, tilt_deg=25, away=800)
    pose = find_pose(fitted(image), image, MAT, focal_35mm=26)
    assert pose.tilt_deg == pytest.approx(25, abs=0.3)
    assert pose.height_mm == pytest.approx(800 * np.cos(np.radians(25)), rel=0.01)
    points = MIDDLE + np.array([[50.0, 20.0], [-80.0, 10.0]])
    np.testing.assert_allclose(pose.grounded(pose.lifted(points, 60, MIDDLE), 60), points, atol=1e-9)
    # L = L_read (Z - h) / Z
    read, true = (float(np.linalg.norm(np.diff(p, axis=0))) for p in (points, pose.lifted(points, 60, MIDDLE)))
    assert true / read == pytest.approx((pose.height_mm - 60) / pose.height_mm)


def test_without_a_focal_length_the_height_is_uncertain_by_what_phones_differ() -> None:
    image = seen(MAT, tilt_deg=2)
    plane = fitted(image)
    unknown, known = (find_pose(plane, image, MAT, f) for f in (None, 26.0))
    assert np.sqrt(unknown.covariance[6, 6]) == pytest.approx(0.06, abs=0.015)
    assert np.sqrt(known.covariance[6, 6]) < 0.03
