"""A pinhole camera that numpy and Blender agree upon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.render.arrays import Array, unit


@dataclass(frozen=True)
class Camera:
    """Square picture. position and axes in world metres; axes rows are right, up, back; fov in radians."""

    position: Array
    axes: Array
    fov: float

    @staticmethod
    def looking(position: Array, target: Array, fov: float, roll: float = 0.0) -> Camera:
        """From position at target, z up, turned by roll radians."""
        back = unit(np.asarray(position, float) - target)
        helper = np.array([0, 0, 1.0]) if abs(back[2]) < 0.995 else np.array([0, 1.0, 0])
        right = unit(np.cross(helper, back))
        up = np.cross(back, right)
        c, s = np.cos(roll), np.sin(roll)
        return Camera(np.asarray(position, float), np.stack([c * right + s * up, -s * right + c * up, back]), fov)

    def project(self, points: Array) -> Array:
        """[N, 3] world -> [N, 3]: x right and y down in 0..1 of the picture, and the depth in metres (in front > 0)."""
        local = (points - self.position) @ self.axes.T
        depth = -local[:, 2]
        k = 0.5 / np.tan(self.fov / 2)
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        return np.stack([0.5 + k * local[:, 0] / safe, 0.5 - k * local[:, 1] / safe, depth], 1)

    def pixel(self, depth: float, size: int) -> float:
        """Metres that one pixel covers at this depth."""
        return 2 * depth * float(np.tan(self.fov / 2)) / size


def fitted(points: Array, direction: Array, fov: float, fill: float, roll: float, shift: Array) -> Camera:
    """A camera along `direction` (from the piece) so that the points fill the share `fill` of the picture."""
    centre = (points.min(0) + points.max(0)) / 2
    reach = float(np.linalg.norm(points - centre, axis=1).max())
    distance = reach / np.tan(fov / 2) * 1.2
    for _ in range(4):
        cam = Camera.looking(centre + direction * distance, centre, fov, roll)
        p = cam.project(points)
        lo, hi = p[:, :2].min(0), p[:, :2].max(0)
        middle = (lo + hi) / 2 - 0.5
        scale = 2 * distance * np.tan(fov / 2)
        centre = centre + cam.axes[0] * middle[0] * scale - cam.axes[1] * middle[1] * scale
        distance *= float((hi - lo).max()) / fill
    scale = 2 * distance * np.tan(fov / 2)
    target = centre - cam.axes[0] * shift[0] * scale + cam.axes[1] * shift[1] * scale
    return Camera.looking(target + direction * distance, target, fov, roll)


def seen(camera: Camera, points: Array, cloud: Array, grid: int, slack: float) -> Array:
    """Which points [N, 3] are in the picture and not behind the cloud [V, 3]; depth buffer of grid x grid cells."""
    c = camera.project(cloud)
    buffer = np.full((grid, grid), np.inf)
    ok = (c[:, 2] > 0) & (np.abs(c[:, 0] - 0.5) < 0.5) & (np.abs(c[:, 1] - 0.5) < 0.5)
    cell = np.clip((c[ok, :2] * grid).astype(int), 0, grid - 1)
    np.minimum.at(buffer, (cell[:, 1], cell[:, 0]), c[ok, 2])
    p = camera.project(points)
    inside = (p[:, 2] > 0) & (np.abs(p[:, 0] - 0.5) < 0.44) & (np.abs(p[:, 1] - 0.5) < 0.44)
    cell = np.clip((p[:, :2] * grid).astype(int), 0, grid - 1)
    return np.asarray(inside & (p[:, 2] < buffer[cell[:, 1], cell[:, 0]] + slack))
