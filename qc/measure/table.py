"""The table around the mat: telling it from a piece that hangs over the paper's edge or lies beside it.

Nothing is known of the table beforehand. Its colours are learned from the ring around the paper; a piece that looks
like them is refused later, when its edge is found to be unclear.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.paper import BareMat
from qc.measure.rectified import Rectified
from qc.measure.refusals import Refusal, refuse

_RING_MM = (4.0, 60.0)
_LEAST_SPREAD = 0.06
"""Of one colour, in the units of `_features`: photo noise and grain are never less."""

_UNLIKE = 3.5
"""Distance from every colour of the table beyond which something is not table."""

_BORDER_MM = 2.5
"""Outside the sheet this much is blurred with it, or lifts from the table."""


def over_the_edge(
    view: Rectified, mat: BareMat, on_page: NDArray[np.bool_], inner: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """[H, W]: the piece's part on the page, and what continues it over the paper's edge.

    `on_page` is what was found within `inner`, the page less its border. Around the sheet's edge, wherever it lies, a
    place may be piece, paper or table; a line of half paper, half table may pass for piece, but is thin as a hair.

    Raises:
        NotMeasurable: the table looks like the piece.
    """
    colours = _features(view, mat, 3.0)
    piece = _clusters(colours[on_page], 3)
    ring = _ring(view, mat)
    to_piece = _distance(colours, piece)
    typical = float(np.quantile(to_piece[on_page], 0.9))
    bare = ring & (to_piece > 2.2 * typical)
    if bare.sum() < 0.25 * ring.sum():
        raise _like_the_table()
    piece, table = _pooled(piece, _clusters(colours[bare], 4))
    off_paper = _off_paper(view, mat) & view.valid
    beyond = off_paper & (_distance(colours, piece) < _distance(colours, table))
    paper = [(np.zeros(3), piece[0][1])]  # white is the origin of the features
    sharp = _features(view, mat, 1.0)
    border = ~inner & ~off_paper & view.valid
    over = border & (_distance(sharp, piece) < _distance(sharp, table + paper))
    return _connected(_without_lines(on_page | beyond | over, view), on_page)


def beside_the_mat(view: Rectified, mat: BareMat) -> NDArray[np.bool_]:
    """[H, W]: what lies around the mat and is not of the table's colours."""
    colours = _features(view, mat, 3.0)
    ring = _ring(view, mat)
    if ring.sum() < 500:
        return np.zeros_like(ring)
    labels, clusters = _label(colours[ring], 4)
    # The table goes all round the paper; a piece lies on one side or two of it.
    rows, columns = np.nonzero(ring)
    middle = np.array([rows.min() + rows.max(), columns.min() + columns.max()]) / 2
    quadrant = (rows > middle[0]).astype(int) * 2 + (columns > middle[1])
    size = np.bincount(quadrant, minlength=4)
    shares = np.stack([np.bincount(quadrant[labels == k], minlength=4) / np.maximum(size, 1) for k in range(4)])
    table = [cluster for cluster, share in zip(clusters, shares, strict=True) if (share > 0.05).sum() >= 3]
    if not table:
        raise _like_the_table()
    distance = _distance(colours, table)
    outside = _off_paper(view, mat) & view.valid
    # Light falls off over a table, so its own spread grows away from the mat: split what is there in two (Otsu).
    codes = np.clip(8 * distance[outside], 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(codes, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return _distinct(outside & (distance > max(_UNLIKE, float(level) / 8)), distance)


def _distinct(mask: NDArray[np.bool_], distance: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Parts of `mask` that are clearly no table: grain and falling light leave parts that hardly pass as something."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    order = np.argsort(labels[mask], kind="stable")
    own, distances = labels[mask][order], distance[mask][order]
    ends = np.flatnonzero(np.diff(own, append=-1)) + 1
    clear = np.zeros(int(labels.max()) + 1, bool)
    for start, end in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        clear[own[start]] = np.quantile(distances[start:end], 0.1) > 1.3 * _UNLIKE
    return np.asarray(mask & clear[labels])


def _features(view: Rectified, mat: BareMat, radius_mm: float) -> NDArray[np.float32]:
    """[H, W, 3]: log brightness and two colour ratios, the colour counting more, since light falls unevenly.

    Averaged over `radius_mm` around each place: grain and strands are smaller than what is looked for.
    """
    light = np.log(np.maximum(mat.reflectance, 0.01))
    middle = light.mean(axis=-1)
    features = np.stack([0.8 * middle, light[..., 0] - light[..., 1], light[..., 2] - light[..., 1]], axis=-1)
    size = 2 * view.radius(radius_mm) + 1
    return np.asarray(cv2.blur(features.astype(np.float32), (size, size)))


def _ring(view: Rectified, mat: BareMat) -> NDArray[np.bool_]:
    """The table next to the paper."""
    away = _from_page(view, mat) - _border_mm(view, mat)
    return np.asarray((away > _RING_MM[0]) & (away < _RING_MM[1]) & view.valid)


def _off_paper(view: Rectified, mat: BareMat) -> NDArray[np.bool_]:
    """The table and what lies on it: clear of the sheet, which is larger than a page that was printed small."""
    return np.asarray(_from_page(view, mat) > _border_mm(view, mat))


def _border_mm(view: Rectified, mat: BareMat) -> float:
    rows, columns = np.nonzero(mat.page)
    longer = max(np.ptp(rows), np.ptp(columns)) * view.step_mm / view.scale
    return _BORDER_MM + max(0.0, (1 - view.scale) / 2 * float(longer))


def _from_page(view: Rectified, mat: BareMat) -> NDArray[np.float32]:
    """[H, W], distance from the printed page in mm."""
    return np.asarray(cv2.distanceTransform((~mat.page).astype(np.uint8), cv2.DIST_L2, 3) * view.step_mm)


Cluster = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Mean [3] and inverse covariance [3, 3]."""


def _clusters(colours: NDArray[np.float32], count: int) -> list[Cluster]:
    return _label(colours, count)[1]


def _label(colours: NDArray[np.float32], count: int) -> tuple[NDArray[np.int32], list[Cluster]]:
    """Which of `count` clusters each colour belongs to, and the clusters."""
    cv2.setRNGSeed(1)  # the same photo gives the same clusters
    every = np.ascontiguousarray(colours[:: max(1, len(colours) // 8000)], np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1e-3)
    start = np.zeros((len(every), 1), np.int32)  # filled in by kmeans
    _, labels, centres = cv2.kmeans(every, count, start, criteria, 2, cv2.KMEANS_PP_CENTERS)
    clusters: list[Cluster] = []
    for k in range(count):
        own = every[np.ravel(labels) == k]
        spread = np.cov(own.T) if len(own) > 3 else np.zeros((3, 3))
        inverse = np.linalg.inv(spread + _LEAST_SPREAD**2 * np.eye(3))
        clusters.append((np.asarray(centres[k], np.float64), np.asarray(inverse, np.float64)))
    away = np.stack([((colours - centre) ** 2).sum(axis=-1) for centre, _ in clusters])
    return away.argmin(axis=0).astype(np.int32), clusters


def _pooled(one: list[Cluster], other: list[Cluster]) -> tuple[list[Cluster], list[Cluster]]:
    """The same clusters with one spread for all: what is half piece, half table is then halfway between them."""
    spread = np.mean([np.linalg.inv(inverse) for _, inverse in one + other], axis=0)
    inverse = np.asarray(np.linalg.inv(spread), np.float64)
    return [(centre, inverse) for centre, _ in one], [(centre, inverse) for centre, _ in other]


def _distance(colours: NDArray[np.float32], clusters: list[Cluster]) -> NDArray[np.float32]:
    """[H, W]: Mahalanobis distance to the nearest cluster."""
    nearest = np.full(colours.shape[:2], np.inf, np.float32)
    for centre, inverse in clusters:
        away = colours - centre.astype(np.float32)
        nearest = np.minimum(nearest, np.einsum("hwi,ij,hwj->hw", away, inverse.astype(np.float32), away))
    return np.asarray(np.sqrt(np.maximum(nearest, 0)))


def _without_lines(mask: NDArray[np.bool_], view: Rectified) -> NDArray[np.bool_]:
    """The mask without what is thinner than 6 mm; before anything is filled, for a line round the sheet encloses it."""
    small, large = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * view.radius(mm) + 1,) * 2) for mm in (1.5, 3.0))
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, small)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, large) > 0)


def _connected(mask: NDArray[np.bool_], seed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Parts of `mask` that reach `seed`."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    touched = np.unique(labels[seed])
    return np.asarray(mask & np.isin(labels, touched[touched > 0]))


def _like_the_table() -> Exception:
    return refuse(
        Refusal.OUTLINE_UNCLEAR,
        "the piece cannot be told from the table around the mat: lay mat and piece on a plain cloth of another colour",
    )
