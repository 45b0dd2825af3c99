"""What the mat would look like with nothing on it, and the light that falls on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.layout import MODULES, Box, MatLayout, marker_cells
from qc.measure.radiance import LUMINANCE
from qc.measure.rectified import Rectified

_SLACK_MM = 1.5
"""Print may lie this far from where the table says (curl, blur, resampling)."""

_INK = 0.0
"""A phone's tone curve makes black ink as black as it likes."""

_PRINTER = 0.25
"""A grey patch may come out of a printer this much lighter or darker."""


@dataclass(frozen=True)
class BareMat:
    """The empty mat under the photo's light, over a rectified view [H, W].

    page          where the printed page lies
    lightest      highest reflectance (paper is 1) that print and paper show there
    darkest       lowest
    white         float32 [H, W, 3], light that white paper would send back; carried on beyond the page
    reflectance   float32 [H, W, 3], the view divided by `white`
    """

    page: NDArray[np.bool_]
    lightest: NDArray[np.float32]
    darkest: NDArray[np.float32]
    white: NDArray[np.float32]
    reflectance: NDArray[np.float32]

    @property
    def luminance(self) -> NDArray[np.float32]:
        """[H, W], of the reflectance."""
        return np.asarray(self.reflectance @ LUMINANCE)

    @property
    def colourfulness(self) -> NDArray[np.float32]:
        """[H, W], distance from grey relative to brightness: shadows leave it nearly as it is."""
        r, g, b = (self.reflectance[..., k] for k in range(3))
        return np.asarray(np.hypot(r - g, b - g) / (self.luminance + 0.05))


def bare_mat(view: Rectified, layout: MatLayout, marker_ids: tuple[int, ...]) -> BareMat:
    """The empty mat, its light fitted to the paper that can be seen, first of all around the markers."""
    page = np.zeros(view.valid.shape, bool)
    page[view.window(layout.page)] = True
    lightest, darkest = _print(view, layout)
    plain = page & view.valid & (darkest >= 1.0)
    near = np.zeros_like(plain)
    for marker in layout.markers:
        if marker.id in marker_ids:
            near[view.window(marker.box.grown(layout.module_mm))] = True
    white = _fit_white(view, plain & near, plain)
    return BareMat(page, lightest, darkest, white, np.asarray(view.light / white, np.float32))


def _print(view: Rectified, layout: MatLayout) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Highest and lowest reflectance of the mat's print at each place, give or take `_SLACK_MM`."""
    lightest = np.ones(view.valid.shape, np.float32)
    darkest = np.ones(view.valid.shape, np.float32)
    module = layout.module_mm
    for marker in layout.markers:
        box = marker.box
        for row, cells in enumerate(marker_cells(marker.id)):
            for column in range(MODULES):
                value = 1.0 if cells[column] else _INK
                x, y = box.x0 + column * module, box.y0 + row * module
                where = view.window(Box(x, y, x + module, y + module))
                lightest[where] = max(value, 0.15)
                darkest[where] = value
    for patch in layout.patches:
        where, tone = view.window(patch.box), patch.grey**2.2
        lightest[where], darkest[where] = min(1.0, tone + _PRINTER), max(_INK, tone - _PRINTER)
    for box in (layout.bar, *(line.box for line in layout.lines)):
        darkest[view.window(box)] = _INK  # thin print: anything from ink to paper
    kernel = np.ones((2 * view.radius(_SLACK_MM) + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(lightest, kernel)), np.asarray(cv2.erode(darkest, kernel))


def _fit_white(view: Rectified, sure: NDArray[np.bool_], plain: NDArray[np.bool_]) -> NDArray[np.float32]:
    """White paper's light: a plane in log light from the quiet zones, then a quadric from all paper near it.

    Outside the page the quadric would run away: there the value at the nearest point of the page is taken.
    """
    height, width = plain.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    log_light = np.log(np.maximum(view.light, 1e-3))
    rows, columns = np.nonzero(plain)
    limits = x[0, columns.min()], x[0, columns.max()], y[rows.min(), 0], y[rows.max(), 0]
    near_x, near_y = np.clip(x, limits[0], limits[1]), np.clip(y, limits[2], limits[3])
    linear_terms = np.stack([np.ones_like(x), near_x, near_y], axis=-1)
    terms = np.concatenate([linear_terms, np.stack([near_x**2, near_x * near_y, near_y**2], axis=-1)], axis=-1)
    first = np.stack([_upper_fit(linear_terms[sure], log_light[sure][:, k], 0.10) for k in range(3)])
    close = plain & (np.abs(log_light - linear_terms @ first.T).max(axis=-1) < 0.15)
    if close.sum() < max(200, 0.5 * sure.sum()):
        return np.asarray(np.exp(linear_terms @ first.T), np.float32)
    second = np.stack([_upper_fit(terms[close], log_light[close][:, k], 0.05) for k in range(3)])
    return np.asarray(np.exp(terms @ second.T), np.float32)


def _upper_fit(terms: NDArray[np.float64], values: NDArray[np.float32], width: float) -> NDArray[np.float64]:
    """Least squares that lets go of what lies far below: ink, shadow, the piece itself."""
    step = max(1, len(values) // 20000)
    terms, values = terms[::step], values[::step]
    weight = (values > np.quantile(values, 0.4) - 0.3).astype(np.float64)
    solution = np.zeros(terms.shape[1])
    for _ in range(8):
        ridge = 1e-6 * np.eye(terms.shape[1])
        solution[:] = np.linalg.solve(terms.T @ (weight[:, None] * terms) + ridge, terms.T @ (weight * values))
        weight = 1 / (1 + ((values - terms @ solution) / width) ** 2) ** 2
    return solution
