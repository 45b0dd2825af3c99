"""Find the mat in a photo: which mat, and its marker corners to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.layout import MODULES, MatLayout, dictionary, layout_of_marker
from qc.measure.radiance import linear
from qc.measure.refusals import Refusal, refuse

_SEARCH_LONG_SIDE = 2000
"""Markers are looked for in at most this size, and then located in the full photo."""

_LEAST_MARKERS = 3
_CONTRAST = 0.08
"""Least step of linear light over a marker's edge that counts as one."""


@dataclass(frozen=True)
class FoundMat:
    """One mat in a photo.

    layout      the mat
    marker_ids  the markers found whole
    mat_mm      [4 * markers, 2], their corners as laid out
    image_px    [4 * markers, 2], the same corners in the photo; the middle of the first pixel is (0, 0)
    """

    layout: MatLayout
    marker_ids: tuple[int, ...]
    mat_mm: NDArray[np.float64]
    image_px: NDArray[np.float64]


def find_mat(rgb: NDArray[np.uint8]) -> FoundMat:
    """The one mat in `rgb` [H, W, 3].

    Raises:
        NotMeasurable: no mat, more than one, or fewer than three of its markers to be seen whole.
    """
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    layout, rough = _one_mat(_detect(grey))
    found: dict[int, NDArray[np.float64]] = {}
    for marker_id, corners in rough.items():
        exact = _sharpen_corners(grey, corners)
        if exact is not None:
            found[marker_id] = exact
    if len(found) < _LEAST_MARKERS:
        raise refuse(
            Refusal.TOO_FEW_MARKERS,
            f"{len(found)} of the 4 squares of mat {layout.board_id} can be seen whole and sharp; at least "
            f"{_LEAST_MARKERS} are needed: uncover them, keep the whole mat in the picture, hold the phone still",
            board_id=layout.board_id,
            markers=len(found),
        )
    ids = tuple(sorted(found))
    boxes = {m.id: m.box.corners for m in layout.markers}
    return FoundMat(layout, ids, np.concatenate([boxes[i] for i in ids]), np.concatenate([found[i] for i in ids]))


def _detect(grey: NDArray[np.uint8]) -> list[tuple[int, NDArray[np.float64]]]:
    """Every marker that can be read: id and rough corners [4, 2] in px of `grey`."""
    scale = min(1.0, _SEARCH_LONG_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    detector = cv2.aruco.ArucoDetector(dictionary(), cv2.aruco.DetectorParameters())
    quads, ids, _ = detector.detectMarkers(small)
    if ids is None:
        return []
    factor = np.array([grey.shape[1] / small.shape[1], grey.shape[0] / small.shape[0]])
    corners = [(np.asarray(q, np.float64).reshape(4, 2) + 0.5) * factor - 0.5 for q in quads]
    return list(zip([int(i) for i in np.ravel(ids)], corners, strict=True))


def _one_mat(seen: list[tuple[int, NDArray[np.float64]]]) -> tuple[MatLayout, dict[int, NDArray[np.float64]]]:
    """The mat that the markers belong to. A single stray marker (a weave may look like one) is no second mat."""
    by_mat: dict[str, list[tuple[int, NDArray[np.float64]]]] = {}
    layouts: dict[str, MatLayout] = {}
    for marker_id, corners in seen:
        layout = layout_of_marker(marker_id)
        if layout is not None:
            layouts[layout.board_id] = layout
            by_mat.setdefault(layout.board_id, []).append((marker_id, corners))
    if not by_mat:
        raise refuse(
            Refusal.NO_MAT,
            "no measuring mat can be seen in the photo: lay the piece on a mat printed with `qc mat` and take the "
            "photo from above, with all four black squares in the picture",
        )
    board_id = max(by_mat, key=lambda name: len(by_mat[name]))
    mine = by_mat[board_id]
    others = [name for name, markers in by_mat.items() if name != board_id and len(markers) > 1]
    if others or len({marker_id for marker_id, _ in mine}) < len(mine):
        names = ", ".join(sorted([board_id, *(others or [board_id])]))
        raise refuse(
            Refusal.SEVERAL_MATS,
            f"the photo shows more than one measuring mat ({names}); one is wanted: take the others away",
        )
    return layouts[board_id], dict(mine)


def _sharpen_corners(grey: NDArray[np.uint8], corners: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Corners [4, 2] where lines fitted to the marker's four edges meet; None where an edge cannot be seen.

    A corner's own pixels are few and rounded by blur; its two edges are long and cross it from outside.
    """
    for _ in range(2):
        lines = [_fit_edge(grey, corners, k) for k in range(4)]
        if any(line is None for line in lines):
            return None
        meet = [_meet(lines[k - 1], lines[k]) for k in range(4)]
        if any(point is None for point in meet):
            return None
        exact = np.array(meet, np.float64)
        if np.abs(exact - corners).max() > 0.12 * np.linalg.norm(corners[2] - corners[0]):
            return None
        corners = exact
    return corners


def _fit_edge(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], side: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """A line (point, direction) along side `side`, from its crossings of half height in profiles across it."""
    start, end = corners[side], corners[(side + 1) % 4]
    length = float(np.linalg.norm(end - start))
    direction = (end - start) / length
    outward = np.array([direction[1], -direction[0]])  # corners run clockwise with y down
    if np.dot(corners.mean(axis=0) - start, outward) > 0:
        outward = -outward
    reach = float(np.clip(0.45 * length / MODULES, 2.0, 12.0))
    offsets = np.linspace(-reach, reach, 2 * int(np.ceil(4 * reach)) + 1)
    along = np.linspace(0.08, 0.92, int(np.clip(length / 2, 12, 80))) * length
    points = start + along[:, None, None] * direction + offsets[None, :, None] * outward  # [profiles, samples, 2]
    profiles = linear(_sample(grey, points))
    quarter = len(offsets) // 4
    dark, bright = profiles[:, :quarter].mean(axis=1), profiles[:, -quarter:].mean(axis=1)
    step = bright - dark
    height = (profiles - dark[:, None]) / np.maximum(step, 1e-6)[:, None] - 0.5
    crossing = crossings(height, offsets)
    good = (step > _CONTRAST) & np.isfinite(crossing)
    if good.sum() < 0.6 * len(along):
        return None
    x, y = along[good], crossing[good]
    keep = np.ones(len(x), bool)
    slope = shift = 0.0
    for _ in range(3):
        slope, shift = np.polyfit(x[keep], y[keep], 1)
        residual = np.abs(y - slope * x - shift)
        keep = residual <= max(0.05, 3 * 1.4826 * float(np.median(residual)))
    return start + shift * outward, direction + slope * outward


def crossings(height: NDArray[np.float32], offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where each row of `height` [n, m] crosses zero, nearest to offset 0, interpolated: [n], nan if never."""
    before, after = height[:, :-1], height[:, 1:]
    share = np.where(before != after, before / np.where(before != after, before - after, 1), 0.0)
    place = offsets[:-1] + share * np.diff(offsets)
    place = np.where((before <= 0) != (after <= 0), place, np.nan)
    distance = np.where(np.isnan(place), np.inf, np.abs(place))
    nearest = distance.argmin(axis=1)
    return np.asarray(place[np.arange(len(place)), nearest], np.float64)


def _sample(grey: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.uint8]:
    """`grey` at `points` [..., 2], bilinear; beyond the photo its border is repeated."""
    maps = points.astype(np.float32)
    return np.asarray(cv2.remap(grey, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _meet(
    one: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    other: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
) -> NDArray[np.float64] | None:
    """Where two lines meet, None where they do not."""
    if one is None or other is None:
        return None
    matrix = np.column_stack([one[1], -other[1]])
    if abs(np.linalg.det(matrix)) < 1e-3:
        return None
    t = np.linalg.solve(matrix, other[0] - one[0])[0]
    return np.asarray(one[0] + t * one[1])
