"""Where the camera stood: tilt, height above the mat, and what that does to a plane at a height above it.

The homography alone needs no camera. Tilt and height need the focal length: from the photo's data where it has one,
else from what phones have, and its doubt is carried along.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.plane import Plane

FOCAL_35MM = 26.0
FOCAL_SD = 0.06
"""Main cameras of phones: 24 to 28 mm as equivalent on 35 mm film, so 6 % about 26 [G]."""

FOCAL_GIVEN_SD = 0.025
"""Of a focal length from EXIF: whole millimetres, and the cut-out of a corrected lens."""

_FILM_HALF_DIAGONAL = 43.267 / 2


@dataclass(frozen=True)
class Pose:
    """The camera over the mat.

    params      [7]: rotation vector, the mat's middle in camera axes (mm), log focal length (half diagonals)
    covariance  [7, 7]
    tilt_deg    between the lens' axis and the mat's normal
    height_mm   of the lens above the mat
    foot_mm     [2], the point of the mat right under the lens, in mm on the mat
    """

    params: NDArray[np.float64]
    covariance: NDArray[np.float64]
    tilt_deg: float
    height_mm: float
    foot_mm: NDArray[np.float64]

    def lifted(
        self,
        mat_mm: NDArray[np.float64],
        height_mm: float,
        centre_mm: NDArray[np.float64],
        params: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """[..., 2] points read on the mat, as they lie in the plane `height_mm` above it.

        The line of sight to a point of the mat meets the higher plane nearer to the camera's foot by (Z - h) / Z.
        """
        _, z, foot = _camera(self.params if params is None else params, centre_mm)
        return np.asarray(foot + (mat_mm - foot) * (z - height_mm) / z)

    def grounded(self, face_mm: NDArray[np.float64], height_mm: float) -> NDArray[np.float64]:
        """[..., 2] points of the plane `height_mm` above the mat, as they are read on the mat: `lifted` undone."""
        return np.asarray(self.foot_mm + (face_mm - self.foot_mm) * self.height_mm / (self.height_mm - height_mm))


def find_pose(plane: Plane, corners_px: NDArray[np.float64], corners_mm: NDArray[np.float64],
              focal_35mm: float | None) -> Pose:  # fmt: skip
    """The pose that explains the marker corners best; `focal_35mm` as EXIF gives it, or None."""
    seen = plane.undistorted(corners_px)
    mat = np.column_stack([corners_mm - plane.centre_mm, np.zeros(len(corners_mm))])
    expected = np.log((focal_35mm or FOCAL_35MM) / _FILM_HALF_DIAGONAL)
    spread = FOCAL_GIVEN_SD if focal_35mm else FOCAL_SD
    noise = plane.corner_px / plane.radius_px
    params = _start(mat, seen, float(np.exp(expected)))
    information = np.eye(7)
    for _ in range(15):
        residual = (seen - _view(params, mat)).ravel()
        columns = []
        for k in range(7):
            step = np.zeros(7)
            step[k] = 1e-6 * max(1.0, abs(params[k]))
            columns.append(((_view(params + step, mat) - _view(params - step, mat)) / (2 * step[k])).ravel())
        jacobian = np.stack(columns, axis=1)
        information = jacobian.T @ jacobian / noise**2
        right = jacobian.T @ residual / noise**2
        information[6, 6] += 1 / spread**2
        right[6] += (expected - params[6]) / spread**2
        move = np.linalg.solve(information, right)
        params = params + move
        if np.abs(move).max() < 1e-9:
            break
    rotation, z, foot = _camera(params, plane.centre_mm)
    tilt = float(np.degrees(np.arccos(np.clip(rotation[2, 2], -1, 1))))
    return Pose(params, np.asarray(np.linalg.inv(information), np.float64), tilt, z, foot)


def _start(mat: NDArray[np.float64], seen: NDArray[np.float64], focal: float) -> NDArray[np.float64]:
    camera = np.diag([focal, focal, 1.0])
    _, rotation, position = cv2.solvePnP(mat, seen, camera, None, flags=cv2.SOLVEPNP_IPPE)
    return np.concatenate([rotation.ravel(), position.ravel(), [np.log(focal)]])


def _view(params: NDArray[np.float64], mat: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n, 3] mm about the mat's middle to [n, 2] in half diagonals."""
    rotation, _ = cv2.Rodrigues(params[:3])
    there = mat @ rotation.T + params[3:6]
    return np.asarray(np.exp(params[6]) * there[:, :2] / there[:, 2:])


def _camera(
    params: NDArray[np.float64], centre_mm: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Rotation [3, 3], height above the mat, and foot on the mat."""
    rotation, _ = cv2.Rodrigues(params[:3])
    lens = -np.asarray(rotation).T @ params[3:6]  # z of the mat points into the table, so the lens is at -height
    return np.asarray(rotation, np.float64), float(-lens[2]), np.asarray(lens[:2] + centre_mm, np.float64)
