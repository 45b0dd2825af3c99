"""How far off a size may be: named contributions, each a standard uncertainty in mm, after the GUM.

homography   noise of the marker corners, carried through the fitted plane to the size
lens         doubt about the lens' distortion that the corners leave open
edge         where the piece ends: blur, loose fibres, waves of the weave
print_scale  the ruler on the 100 mm bar
height       the piece's upper face above the mat: its height, and the camera's distance (focal length)
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.edges import Edge
from qc.measure.plane import Plane
from qc.measure.pose import Pose
from qc.measure.shape import Readings, SizeName

COVERAGE = 2.0
"""k: about 95 %."""

PRINT_SCALE_U = 0.5 / 100.0 / np.sqrt(3)
"""A ruler read to +-0.5 mm over the 100 mm bar, rectangular."""

_THRESHOLD = 0.15
"""The half-height of an edge may be wrong by this much of the step: shadow, loose fibres, tone curve, sharpening."""

_COLOUR_PX = 1.2 / np.sqrt(3)
"""Of a size found by colour: JPEG keeps colour at half resolution, which draws either side outward by up to 0.6 px."""

Contributions = dict[SizeName, dict[str, float]]
Reader = Callable[[NDArray[np.float64]], Readings]


def contributions(edge: Edge, plane: Plane, pose: Pose, height: tuple[float, float], read: Reader) -> Contributions:
    """Standard uncertainties of every size; `height` of the upper face and its own uncertainty, mm.

    `read` turns points [n, 2] in the plane of the piece's upper face into sizes.
    """
    px = plane.to_image(edge.mm)

    def at(
        mat_mm: NDArray[np.float64], rise: float, params: NDArray[np.float64] | None = None
    ) -> dict[SizeName, float]:
        readings = read(pose.lifted(mat_mm, rise, plane.centre_mm, params))
        return {name: reading.mm for name, reading in readings.items()}

    sizes = read(pose.lifted(edge.mm, height[0], plane.centre_mm))
    # Given the lens, the corners' noise; then what the lens adds to it.
    fixed = np.linalg.inv(np.linalg.inv(plane.covariance)[:8, :8])
    homography = _spread(lambda d: at(plane.to_mat(px, plane.theta + np.append(d, 0.0)), height[0]), fixed)
    both = _spread(lambda d: at(plane.to_mat(px, plane.theta + d), height[0]), plane.covariance)
    camera = _spread(lambda d: at(edge.mm, height[0], pose.params + d), pose.covariance)
    wall = _wall_seen(edge.mm, height[0] + height[1], pose)
    up, down = at(edge.mm, height[0] + height[1]), at(edge.mm, height[0] - height[1])
    blur = 2 * edge.width_mm / 0.6 * _THRESHOLD / np.sqrt(3)  # both sides move the same way; 20 to 80 % is 0.6 of it
    if edge.colour:
        blur = float(np.hypot(blur, _COLOUR_PX * plane.mm_per_px(edge.mm.mean(axis=0))))
    out: Contributions = {}
    for name, size in sizes.items():
        out[name] = {
            "homography": homography[name],
            "lens": float(np.sqrt(max(0.0, both[name] ** 2 - homography[name] ** 2))),
            "edge": float(np.hypot(size.wave_mm, blur)),
            "print_scale": float(PRINT_SCALE_U * size.mm),
            "height": float(np.sqrt(camera[name] ** 2 + ((up[name] - down[name]) / 2) ** 2 + wall**2 / 3)),
        }
    return out


def _wall_seen(points: NDArray[np.float64], rise: float, pose: Pose) -> float:
    """How much of the piece's wall may show beside its upper face, mm: none from straight above."""
    if cv2.pointPolygonTest(points.astype(np.float32), [float(v) for v in pose.foot_mm], measureDist=False) >= 0:
        return 0.0
    return rise * float(np.linalg.norm(points - pose.foot_mm, axis=1).min()) / pose.height_mm


def expanded(parts: dict[str, float]) -> float:
    """U = k times the root of the sum of squares."""
    return float(COVERAGE * np.sqrt(sum(u**2 for u in parts.values())))


def _spread(
    size_at: Callable[[NDArray[np.float64]], dict[SizeName, float]], covariance: NDArray[np.float64]
) -> dict[SizeName, float]:
    """Standard uncertainty of sizes under parameters with `covariance`: half differences along its own axes."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    squares: dict[SizeName, float] = {}
    for value, axis in zip(values, vectors.T, strict=True):
        step = np.sqrt(max(value, 0.0)) * axis
        plus, minus = size_at(step), size_at(-step)
        for name in plus:
            squares[name] = squares.get(name, 0.0) + ((plus[name] - minus[name]) / 2) ** 2
    return {name: float(np.sqrt(square)) for name, square in squares.items()}
