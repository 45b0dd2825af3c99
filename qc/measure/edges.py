"""The outline to a fraction of a pixel: where, along each normal, half the step from piece to ground is taken.

First in colour, along an axis that shadows do not move: that finds the edge through a hard shadow, but only as sharply
as colour is kept in a photo, which is at half resolution and in a curve that draws edges outward by half a pixel. Then
in brightness, kept at full resolution, where it falls most steeply.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.markers import crossings
from qc.measure.outline import Outline
from qc.measure.plane import Plane
from qc.measure.radiance import linear
from qc.measure.refusals import Refusal, refuse

_LEAST_CLEAR = 0.7
_LONGEST_GAP = 0.1
_LEAST_CONTRAST = 4.0
"""Step over the edge in standard deviations of the ground."""

_LEAST_STEP = 0.4
"""Step in brightness, as a share of the ground's, from which brightness alone is trusted."""


@dataclass(frozen=True)
class Edge:
    """The sharpened outline.

    mm        [n, 2], on the mat, in order around the piece; only points with a clear edge
    width_mm  median distance over which the edge passes from 20 to 80 %: blur, loose fibres, waves of the weave
    clear     share of the outline that had a clear edge
    colour    whether most of it had to be found by colour, which is less sharp
    """

    mm: NDArray[np.float64]
    width_mm: float
    clear: float
    colour: bool


@dataclass(frozen=True)
class _Steps:
    """Found along the normals: distance outward in mm, width in mm, and whether the step is clear, each [n]."""

    offset: NDArray[np.float64]
    width: NDArray[np.float64]
    clear: NDArray[np.bool_]


def sharpen(rgb: NDArray[np.uint8], plane: Plane, outline: Outline) -> Edge:
    """The outline, moved along its normals to where the edge is.

    Raises:
        NotMeasurable: too much of the outline has no clear edge.
    """
    points = outline.mm
    by_colour = _steps(rgb, plane, points, near=3.0, reach=8.0, colour=True)
    _refuse_unclear(by_colour)
    points = _moved(points, by_colour)
    # Past the lens' blur, yet close: two pixels and a bit.
    near = max(0.8, 2.2 * plane.mm_per_px(points.mean(axis=0)))
    by_light = _steps(rgb, plane, points, near=near, reach=near + 3.0, colour=False)
    if by_light.clear.mean() < _LEAST_CLEAR or _longest_gap(by_light.clear) > _LONGEST_GAP:
        return Edge(points[by_colour.clear], float(np.median(by_colour.width[by_colour.clear])),
                    float(by_colour.clear.mean()), colour=True)  # fmt: skip
    points = _moved(points, by_light)
    clear = by_light.clear
    return Edge(points[clear], float(np.median(by_light.width[clear])), float(clear.mean()), colour=False)


def _refuse_unclear(steps: _Steps) -> None:
    share = float(steps.clear.mean())
    if share < _LEAST_CLEAR or _longest_gap(steps.clear) > _LONGEST_GAP:
        raise refuse(
            Refusal.OUTLINE_UNCLEAR,
            f"only {share:.0%} of the piece's outline stands out from what lies under it; {_LEAST_CLEAR:.0%} is "
            f"wanted, and no more than {_LONGEST_GAP:.0%} missing in one place: use more even light without hard "
            "shadows, a ground of another colour, and keep the piece's edge off the paper's",
            clear=round(share, 2),
        )


def _longest_gap(clear: NDArray[np.bool_]) -> float:
    """The longest run without an edge around a closed line, as a share of it: a whole side may be missing."""
    found = np.nonzero(clear)[0]
    if len(found) == 0:
        return 1.0
    return float((np.diff(found, append=found[0] + len(clear)).max() - 1) / len(clear))


def _moved(points: NDArray[np.float64], steps: _Steps) -> NDArray[np.float64]:
    """Points moved to their edges; those without one as their neighbours are."""
    at = np.interp(np.arange(len(points)), np.nonzero(steps.clear)[0], steps.offset[steps.clear], period=len(points))
    around = _circular_median(at, 7)
    at = np.where(np.abs(at - around) > 1.2, around, at)  # a thick fibre
    return np.asarray(points + at[:, None] * _normals(points))


def _steps(
    rgb: NDArray[np.uint8], plane: Plane, points: NDArray[np.float64], *, near: float, reach: float, colour: bool
) -> _Steps:
    """The edge along each point's normal, within `near` mm; the levels are taken from `near` to `reach` mm."""
    fine = float(np.clip(0.4 * plane.mm_per_px(points.mean(axis=0)), 0.05, 0.4))
    offsets = np.arange(-reach, reach + fine / 2, fine)
    at = plane.to_image(points[:, None] + offsets[None, :, None] * _normals(points)[:, None]).astype(np.float32)
    seen = np.asarray(
        cv2.remap(rgb, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
    light = linear(seen if colour else np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), np.uint8)[..., None])
    light = _smooth_around(light, 1.0)  # [n, samples, 3 or 1]
    inner, outer = offsets < -near, offsets > near
    piece = _circular_median(light[:, inner].mean(axis=1), 21)
    ground = _circular_median(np.median(light[:, outer], axis=1), 9)
    axis = _shadow_free(piece - ground, ground) if colour else piece - ground
    step = ((piece - ground) * axis).sum(axis=-1)
    height = np.einsum("nsk,nk->ns", light - ground[:, None], axis) / np.maximum(step, 1e-9)[:, None]
    half, upper, lower = (crossings(level - height, offsets) for level in (0.5, 0.8, 0.2))
    edge = half if colour else _steepest(height, offsets, near, plane.mm_per_px(points.mean(axis=0)))
    noise = 1.4826 * np.median(np.abs(height[:, outer] - np.median(height[:, outer], axis=1)[:, None]), axis=1)
    clear = np.isfinite(edge) & (np.abs(edge) < near + 1.5) & (noise * _LEAST_CONTRAST < 1.0) & (step > 0)
    clear &= np.median(height[:, inner], axis=1) > 0.5
    if not colour:
        clear &= np.abs(piece - ground)[:, 0] > _LEAST_STEP * ground[:, 0]
    width = np.nan_to_num(np.abs(lower - upper), nan=2 * near)
    return _Steps(np.nan_to_num(edge), width, clear)


def _steepest(
    height: NDArray[np.float32], offsets: NDArray[np.float64], near: float, pixel: float
) -> NDArray[np.float64]:
    """Where each row of `height` [n, m] falls most steeply, [n]: the middle of the fall around its steepest place.

    A soft shadow and thin fibres shift the half height, for they change the levels over millimetres; the steepest place
    stays at the body's edge, since a lens blurs evenly to both sides.
    """
    spread = max(0.3, float(0.6 * pixel / (offsets[1] - offsets[0])))
    fall = -np.gradient(cv2.GaussianBlur(height, (0, 0), sigmaX=spread, sigmaY=1e-3), axis=1)
    window = np.abs(offsets) <= near + 1.0
    peak = np.where(window, fall, 0).argmax(axis=1)
    top = fall[np.arange(len(fall)), peak]
    around = np.abs(offsets[None] - offsets[peak][:, None]) <= 1.5 * pixel
    weight = np.where(around, np.maximum(0, fall - 0.35 * top[:, None]), 0)
    place = (weight * offsets).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    return np.where(top > 0, place, np.nan)


def _shadow_free(step: NDArray[np.float32], ground: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colour axis to look along: from ground to piece, without what a shadow on the ground would change.

    A shadow scales the ground's colour; an axis at right angles to it does not see that. Where piece and ground differ
    in brightness alone, the whole step is kept.
    """
    length = np.linalg.norm(ground, axis=-1, keepdims=True)
    along = ground / np.maximum(length, 1e-6)
    across = step - (step * along).sum(axis=-1, keepdims=True) * along
    share = np.linalg.norm(across, axis=-1, keepdims=True) / np.maximum(length, 1e-3)
    return np.asarray(np.where(share > 0.06, across, step), np.float32)


def _normals(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Outward unit normals [n, 2] of a closed line, from its smoothed direction."""
    ahead = np.sum([np.roll(points, -k, axis=0) - np.roll(points, k, axis=0) for k in (1, 2, 3)], axis=0)
    normals = np.column_stack([ahead[:, 1], -ahead[:, 0]])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    x, y = points.T
    clockwise = (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0  # y down
    return np.asarray(normals if clockwise else -normals)


def _smooth_around(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian smoothing along axis 0, which is closed."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    shifted = (w * np.roll(values, k, axis=0) for k, w in zip(range(-reach, reach + 1), weights, strict=True))
    return np.asarray(sum(shifted), np.float32)


def _circular_median(values: NDArray[np.floating], window: int) -> NDArray[np.floating]:
    """Running median along axis 0, which is closed."""
    half = window // 2
    stack = np.stack([np.roll(values, k, axis=0) for k in range(-half, half + 1)])
    return np.asarray(np.median(stack, axis=0), values.dtype)
