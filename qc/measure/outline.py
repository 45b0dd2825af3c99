"""Where the piece is: a first outline, to a millimetre or so, on the mat or beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.layout import MatLayout
from qc.measure.paper import BareMat
from qc.measure.rectified import Rectified
from qc.measure.refusals import Refusal, refuse
from qc.measure.table import beside_the_mat, over_the_edge

Placement = Literal["on_mat", "over_the_edge", "beside"]

_COLOUR = 0.11
"""Colourfulness beyond which something is no paper: bleached fibre has 0.14, white balance of a phone errs by 0.03."""

_SHADOW = 0.45
"""A shadow leaves at least this share of the light."""

_HAIR_MM = 3.0
"""Fibres, and tufts of them up to twice this wide, that stick out are no part of the piece's body."""

_SMALLEST_MM = 25.0
_SPACING_MM = 2.0


@dataclass(frozen=True)
class Outline:
    """The piece's outer line, closed, clockwise as seen in the photo.

    mm         [n, 2] on the mat, about 2 mm apart
    placement  on_mat, over_the_edge of the paper, or beside it
    """

    mm: NDArray[np.float64]
    placement: Placement


def find_outline(view: Rectified, mat: BareMat, layout: MatLayout, marker_ids: tuple[int, ...]) -> Outline:
    """The outline of the one piece.

    Raises:
        NotMeasurable: no piece, several, one that is cut off, too far away, on a marker, or like its background.
    """
    inner = _shrunk(mat.page, view.radius(2.0))  # the page's own border is half table
    foreign = _foreign(mat) & inner & view.valid
    seen = _bodies(foreign, view)
    placement: Placement = "on_mat"
    if _largest(seen)[1] * view.step_mm**2 < _SMALLEST_MM**2:
        placement, seen = "beside", _bodies(beside_the_mat(view, mat), view)
    elif _reaches(seen, inner, view.radius(2.0)):
        placement, seen = "over_the_edge", _bodies(over_the_edge(view, mat, foreign, inner), view)
    body, area = _largest(seen)
    if area * view.step_mm**2 < _SMALLEST_MM**2:
        raise refuse(
            Refusal.NO_PIECE,
            f"no piece of at least {_SMALLEST_MM:.0f} mm can be told from the mat or from the table beside it: lay it "
            "on the white of the mat, or beside the mat on a plain table of another colour",
        )
    second = _largest(seen & ~body)[1]
    if second > 0.15 * area:
        raise refuse(
            Refusal.SEVERAL_PIECES,
            "the photo shows more than one thing on or beside the mat; one piece is wanted: take the others away",
        )
    _refuse_cut(body, view)
    _refuse_touching(body, view, layout, marker_ids)
    contours, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(contours, key=len).reshape(-1, 2).astype(np.float64)
    return Outline(_spaced(view.mm(line), _SPACING_MM), placement)


def _foreign(mat: BareMat) -> NDArray[np.bool_]:
    """What neither paper, nor print, nor a shadow on them looks like."""
    light = mat.luminance
    dark = light < _SHADOW * mat.darkest
    bright = light > 1.3 * mat.lightest + 0.05
    # Ink has no colour worth the name, and so little light that noise and JPEG give it some.
    coloured = (mat.colourfulness > _COLOUR) & (light > 0.04)
    return np.asarray(dark | bright | coloured)


def _bodies(mask: NDArray[np.bool_], view: Rectified) -> NDArray[np.bool_]:
    """The mask without gaps between strands, holes and hairs."""
    # A gap to close is narrower than a hair to cut, or fibres side by side would grow into a web.
    close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * view.radius(0.5 * _HAIR_MM) + 1,) * 2)
    open_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * view.radius(_HAIR_MM) + 1,) * 2)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, close)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(closed), contours, -1, 1, cv2.FILLED)
    return np.asarray(cv2.morphologyEx(filled, cv2.MORPH_OPEN, open_) > 0)


def _largest(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], int]:
    """The largest connected part, and its pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count < 2:
        return np.zeros_like(mask), 0
    k = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray(labels == k), int(stats[k, cv2.CC_STAT_AREA])


def _shrunk(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((2 * radius + 1,) * 2, np.uint8)) > 0)


def _reaches(mask: NDArray[np.bool_], inner: NDArray[np.bool_], radius: int) -> bool:
    """Whether the largest body comes within `radius` px of the border of `inner`, for more than a hair's width."""
    return int((_largest(mask)[0] & inner & ~_shrunk(inner, radius)).sum()) > 3 * radius


def _refuse_cut(body: NDArray[np.bool_], view: Rectified) -> None:
    around = cv2.dilate(body.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if (around & ~view.valid).any():
        raise refuse(
            Refusal.CUT_OFF,
            "the piece is cut off by the edge of the photo; all of it is wanted, with some room around it: step back",
        )
    frame = np.ones_like(body)
    frame[2:-2, 2:-2] = False
    if (body & frame).any():
        raise refuse(
            Refusal.OUTSIDE_HULL,
            "the piece reaches further from the mat's squares than they are apart; sizes read out there are not to be "
            "trusted: bring piece and mat together or use the larger mat",
        )


def _refuse_touching(body: NDArray[np.bool_], view: Rectified, layout: MatLayout, marker_ids: tuple[int, ...]) -> None:
    for marker in layout.markers:
        inside = body[view.window(marker.box)]
        if marker.id in marker_ids and inside.mean() > 0.005:
            raise refuse(
                Refusal.TOUCHES_MARKER,
                "the piece touches a black square of the mat, so that neither's edge can be told: move it away from "
                "the squares",
                marker=marker.id,
            )


def _spaced(line: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """A closed line as points `spacing` apart, smoothed over as much."""
    step = np.linalg.norm(np.diff(line, axis=0, append=line[:1]), axis=1)
    at = np.concatenate([[0.0], np.cumsum(step)])
    count = max(24, round(at[-1] / spacing))
    places = np.linspace(0, at[-1], count, endpoint=False)
    closed = np.vstack([line, line[:1]])
    points = np.column_stack([np.interp(places, at, closed[:, k]) for k in range(2)])
    return np.asarray((np.roll(points, 1, axis=0) + 2 * points + np.roll(points, -1, axis=0)) / 4)
