"""The mat's plane: the map between millimetres on the mat and pixels of the photo, with its covariance.

A homography (8 numbers) and one coefficient of radial distortion are fitted together to the marker corners. What is
known of phone lenses beforehand enters as one more observation, so that corners which say nothing about the lens leave
it at that knowledge, and its doubt flows on into every size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.markers import FoundMat
from qc.measure.refusals import Refusal, refuse

LENS_SD = 0.025
"""Spread of k1 over phone cameras [G], as the share by which the photo's corner is displaced: 0.05 in the usual units
of the focal length, at a field of 69 degrees over the diagonal."""

CORNER_FLOOR_PX = 0.10
"""Corner noise never taken below this: 16 corners of a good print are too few to prove less."""

RMS_LIMIT_PX = 1.0
_RMS_LONG_SIDE = 4000
"""Photos longer than this may show more pixels of misfit, in proportion."""

_CORNERS_A_SPOILED_ONE = 8
"""One corner in so many may be left out: two of the sixteen."""

_CM = 100.0  # mm on the mat are scaled to order one


@dataclass(frozen=True)
class Plane:
    """The fitted plane of a mat.

    theta       [9]: the homography's first eight entries (ninth is 1), from mat to undistorted picture, and k1
    covariance  [9, 9] of theta
    centre_px   [2], the middle of the photo, taken as the lens' axis
    radius_px   half the photo's diagonal; pictures are measured in it
    centre_mm   [2], the origin on the mat
    rms_px      root mean square distance between the corners kept and where they should be
    corner_px   standard deviation of one corner coordinate, from the residuals
    corners     how many corners were kept
    """

    theta: NDArray[np.float64]
    covariance: NDArray[np.float64]
    centre_px: NDArray[np.float64]
    radius_px: float
    centre_mm: NDArray[np.float64]
    rms_px: float
    corner_px: float
    corners: int

    @property
    def k1(self) -> float:
        """Radial distortion: the share by which the photo's corner is displaced."""
        return float(self.theta[8])

    @property
    def homography(self) -> NDArray[np.float64]:
        """[3, 3] from mat ((mm - centre_mm) / 100) to the undistorted picture ((px - centre_px) / radius_px)."""
        return np.append(self.theta[:8], 1.0).reshape(3, 3)

    def to_image(self, mat_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """[..., 2] mm on the mat to [..., 2] px."""
        return _forward(self.theta, (mat_mm - self.centre_mm) / _CM) * self.radius_px + self.centre_px

    def undistorted(self, image_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """[..., 2] px to the picture without distortion, in half diagonals from its middle."""
        return _undistort((image_px - self.centre_px) / self.radius_px, self.k1)

    def to_mat(self, image_px: NDArray[np.float64], theta: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """[..., 2] px to [..., 2] mm on the mat, under `theta` or the fit's own."""
        theta = self.theta if theta is None else theta
        flat = _undistort((image_px - self.centre_px) / self.radius_px, float(theta[8]))
        back = np.linalg.inv(np.append(theta[:8], 1.0).reshape(3, 3))
        return _project(back, flat) * _CM + self.centre_mm

    def mm_per_px(self, mat_mm: NDArray[np.float64]) -> float:
        """Size of a pixel at a place on the mat: the square root of the area it covers."""
        px = self.to_image(mat_mm)
        here, right, below = self.to_mat(px + np.array([[0, 0], [1, 0], [0, 1]]))
        return float(np.sqrt(abs(np.linalg.det(np.array([right - here, below - here])))))


def fit_plane(found: FoundMat, shape: tuple[int, int], print_scale: float) -> Plane:
    """The plane of a found mat in a photo of `shape` (height, width), printed at `print_scale`.

    Raises:
        NotMeasurable: the corners do not lie on one plane within a pixel (curled paper, a torn mat, motion).
    """
    height, width = shape
    centre_px = np.array([(width - 1) / 2, (height - 1) / 2])
    radius = float(np.hypot(width, height) / 2)
    hull = found.layout.hull
    centre_mm = np.array([hull.x0 + hull.x1, hull.y0 + hull.y1]) / 2 * print_scale
    mat = (found.mat_mm * print_scale - centre_mm) / _CM
    image = (found.image_px - centre_px) / radius
    limit = RMS_LIMIT_PX * max(1.0, max(shape) / _RMS_LONG_SIDE)

    keep = np.ones(len(mat), bool)
    theta = _solve(mat, image, _start(mat, image), limit / radius)
    residual = np.linalg.norm(_forward(theta, mat) - image, axis=1) * radius
    if np.sqrt((residual**2).mean()) > limit:
        # A fibre over a corner spoils that corner, not the mat. More corners than that, and the mat is no plane.
        keep = residual <= np.sort(residual)[-(len(mat) // _CORNERS_A_SPOILED_ONE) - 1]
        theta = _solve(mat[keep], image[keep], theta, limit / radius)
        residual = np.linalg.norm(_forward(theta, mat) - image, axis=1)[keep] * radius
    rms = float(np.sqrt((residual**2).mean()))
    if rms > limit:
        raise refuse(
            Refusal.MAT_NOT_FLAT,
            f"the mat's squares fit no flat sheet: {rms:.1f} px off, at most {limit:.1f} px is wanted. Lay the mat "
            "flat on a hard table, hold the phone still and take the photo again",
            reprojection_rms_px=round(rms, 2),
        )
    freedom = 2 * int(keep.sum()) - 9
    noise = max(CORNER_FLOOR_PX, float(np.sqrt((residual**2).sum() / freedom)))
    jacobian = _jacobian(theta, mat[keep])
    information = jacobian.T @ jacobian / (noise / radius) ** 2
    information[8, 8] += 1 / LENS_SD**2
    covariance = np.asarray(np.linalg.inv(information), np.float64)
    return Plane(theta, covariance, centre_px, radius, centre_mm, rms, noise, int(keep.sum()))


def _start(mat: NDArray[np.float64], image: NDArray[np.float64]) -> NDArray[np.float64]:
    """A homography without distortion."""
    homography, _ = cv2.findHomography(mat, image, 0)
    return np.append((homography / homography[2, 2]).ravel()[:8], 0.0)


def _solve(
    mat: NDArray[np.float64], image: NDArray[np.float64], theta: NDArray[np.float64], huber: float
) -> NDArray[np.float64]:
    """Gauss-Newton from `theta`, with Huber weights beyond `huber` and the lens as one observation of its own."""
    noise = 0.2 * huber  # what a corner's doubt weighs against the lens' prior
    for _ in range(12):
        residual = (image - _forward(theta, mat)).ravel()
        size = np.repeat(np.linalg.norm(residual.reshape(-1, 2), axis=1), 2)
        weight = np.minimum(1.0, huber / np.maximum(size, 1e-12)) / noise**2
        jacobian = _jacobian(theta, mat)
        normal = jacobian.T @ (weight[:, None] * jacobian)
        right = jacobian.T @ (weight * residual)
        normal[8, 8] += 1 / LENS_SD**2
        right[8] -= theta[8] / LENS_SD**2
        step = np.linalg.solve(normal, right)
        theta = theta + step
        if np.abs(step).max() < 1e-12:
            break
    return theta


def _project(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(scaled[..., :2] / scaled[..., 2:])


def _forward(theta: NDArray[np.float64], mat: NDArray[np.float64]) -> NDArray[np.float64]:
    """[..., 2] on the mat to [..., 2] in the distorted picture."""
    flat = _project(np.append(theta[:8], 1.0).reshape(3, 3), mat)
    return np.asarray(flat * (1 + theta[8] * (flat**2).sum(axis=-1, keepdims=True)))


def _undistort(picture: NDArray[np.float64], k1: float) -> NDArray[np.float64]:
    """Invert r -> r (1 + k1 r^2) by Newton's method."""
    seen = np.sqrt((picture**2).sum(axis=-1, keepdims=True))
    r = seen.copy()
    for _ in range(6):
        r = r - (r * (1 + k1 * r**2) - seen) / (1 + 3 * k1 * r**2)
    return np.asarray(picture * (r / np.maximum(seen, 1e-12)))


def _jacobian(theta: NDArray[np.float64], mat: NDArray[np.float64]) -> NDArray[np.float64]:
    """[2 n, 9], by central differences."""
    columns = []
    for k in range(9):
        step = np.zeros(9)
        step[k] = 1e-6 * max(1.0, abs(theta[k]))
        columns.append(((_forward(theta + step, mat) - _forward(theta - step, mat)) / (2 * step[k])).ravel())
    return np.stack(columns, axis=1)
