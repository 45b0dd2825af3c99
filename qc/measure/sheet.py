"""The sheet's own edges as a second ruler: paper has a known size, print may not.

`Fit to page` prints a mat 3 to 6 % small and nobody notices. Where the table lets the sheet's edges be seen, the sheet
itself tells: A4 and A3 are cut to within 2 mm (ISO 216).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qc.measure.layout import MatLayout
from qc.measure.paper import BareMat
from qc.measure.rectified import Rectified

_INSIDE_MM = 6.0
_OUTSIDE = 0.07
"""How far out an edge is looked for, as a share of the sheet's longer side: enough for a print 12 % too small."""

_AGREE = 0.008
"""A sheet that was trimmed is off by different shares along and across."""


def print_scale_by_sheet(view: Rectified, mat: BareMat, layout: MatLayout) -> float | None:
    """The print scale that the sheet's edges speak for; None where they cannot be seen, or do not agree."""
    page = layout.page
    light = mat.luminance
    reach = _OUTSIDE * page.y1
    shares: list[float] = []  # of its true size that the sheet reads as
    for horizontal, low, high in ((True, page.y0, page.y1), (False, page.x0, page.x1)):
        sides = []
        for towards, border in ((-1, low), (1, high)):
            distance = _edge(view, light, layout, horizontal=horizontal, border=border, towards=towards, reach=reach)
            if distance is None:
                return None
            sides.append(distance)
        shares.append(((high - low) * view.scale + sum(sides)) / (high - low))
    if abs(shares[0] / shares[1] - 1) > _AGREE:
        return None
    return float(view.scale / np.mean(shares))


def _edge(
    view: Rectified,
    light: NDArray[np.float32],
    layout: MatLayout,
    *,
    horizontal: bool,
    border: float,
    towards: int,
    reach: float,
) -> float | None:
    """How far outside the printed page one edge of the sheet lies, mm; None if it cannot be seen all along."""
    page, scale = layout.page, view.scale
    span = (page.x0, page.x1) if horizontal else (page.y0, page.y1)
    along = np.linspace(span[0] + 0.12 * (span[1] - span[0]), span[1] - 0.12 * (span[1] - span[0]), 60) * scale
    steps = np.arange(-_INSIDE_MM, reach, 0.5 * view.step_mm)
    across = border * scale + towards * steps
    x, y = (along[:, None], across[None]) if horizontal else (across[None], along[:, None])
    columns = np.round((x - view.region.x0) / view.step_mm - 0.5).astype(int)
    rows = np.round((y - view.region.y0) / view.step_mm - 0.5).astype(int)
    height, width = light.shape
    columns, rows = np.broadcast_arrays(np.clip(columns, 0, width - 1), np.clip(rows, 0, height - 1))
    profile = np.where(view.valid[rows, columns], light[rows, columns], np.nan)
    outside = np.nanmedian(profile[:, -6:]) if np.isfinite(profile[:, -6:]).any() else np.nan
    if not outside < 0.75:
        return None
    below = profile < (1 + outside) / 2
    found = below.any(axis=1) & (profile[:, 0] > (1 + outside) / 2)
    if found.mean() < 0.5:
        return None
    places = steps[below[found].argmax(axis=1)]
    middle = float(np.median(places))
    if float(np.median(np.abs(places - middle))) > max(1.0, view.step_mm):
        return None
    return middle
