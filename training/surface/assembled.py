"""What makers put on good pieces on purpose: panels of another weave, straps, ropes, bows, flowers, labels, words.

A weave that ends at a sewn edge, or something lying on it that repeats nothing, is where a model that learnt from plain
surfaces alarms. Laid on pieces before any defect is, they make good pieces hard: nothing here sets a bit of a mask.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface import trimmings
from training.surface.noise import F32, blur, log_uniform, mixed, tinted
from training.surface.trimmings import Laid

Rgb = NDArray[np.uint8]

_MOST = 3
_LEAST_SHARE = 0.08
"""Of the window that the piece must fill to bear anything."""

TRIMMINGS: dict[str, Callable[[np.random.Generator, int], Laid]] = {
    "strap": trimmings.strap,
    "rope": trimmings.rope,
    "bow": trimmings.bow,
    "flower": trimmings.flower,
    "label": trimmings.label,
    "words": trimmings.words,
    "studs": trimmings.studs,
}
"""What is laid on, by name; each is drawn about the origin, at the size of a piece that fills `side` pixels."""


def assemble(rng: np.random.Generator, rgb: Rgb, alpha: NDArray[np.int32], other: Rgb | None) -> Rgb:
    """The picture uint8 [H, W, 3] with one to three additions within the piece, under the picture's own light.

    alpha  int32 [H, W], 255 on the piece;  other  a good weave uint8 [h, w, 3] for panels; None: no panel is set in
    """
    region = alpha > 127
    if region.mean() < _LEAST_SHARE:
        return rgb
    out = rgb.astype(np.float32)
    light = _light(out, region)
    names = list(TRIMMINGS)
    if other is not None and rng.random() < 0.5:
        out = _panel(rng, out, light, region, other)
        if rng.random() < 0.4:
            return np.asarray(np.clip(out, 0, 255), np.uint8)
    for _ in range(int(rng.integers(1, _MOST + 1))):
        name = names[rng.integers(len(names))]
        out = _lay(rng, out, light, region, TRIMMINGS[name](rng, _side(region)))
    return np.asarray(np.clip(out, 0, 255), np.uint8)


def _side(region: NDArray[np.bool_]) -> int:
    return int(np.sqrt(region.sum()))


def _light(rgb: F32, region: NDArray[np.bool_]) -> F32:
    """How bright each place is against the piece's mean, without its texture: [H, W, 1] about 1."""
    weight = region.astype(np.float32) + 1e-3
    sigma = max(3.0, 0.06 * _side(region))
    grey = rgb.mean(-1)
    soft = blur(grey * weight, sigma) / blur(weight, sigma)
    return np.asarray(np.clip(soft / max(1.0, float(grey[region].mean())), 0.35, 1.8), np.float32)[..., None]


def _place(rng: np.random.Generator, region: NDArray[np.bool_]) -> tuple[float, float]:
    """A place on the piece, more often well inside it than at its edge."""
    framed = np.pad(region, 1).astype(np.uint8)  # a piece may fill the window: its edge counts as the piece's
    inside = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1].ravel().astype(np.float64)
    inside /= inside.sum()
    spot = int(rng.choice(inside.size, p=inside))
    return float(spot % region.shape[1]), float(spot // region.shape[1])


def _lay(rng: np.random.Generator, rgb: F32, light: F32, region: NDArray[np.bool_], laid: Laid) -> F32:
    """Something laid on at a place and a turn of its own, with the shadow that it throws."""
    height, width = region.shape
    x, y = _place(rng, region)
    turn = float(rng.uniform(-180, 180) if laid.any_way else rng.normal(0, 14))
    size = laid.colour.shape[0]
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), turn, 1.0)
    matrix[:, 2] += np.array([x - size / 2, y - size / 2])
    colour = cv2.warpAffine(laid.colour, matrix, (width, height), flags=cv2.INTER_LINEAR)
    opacity = cv2.warpAffine(laid.opacity, matrix, (width, height), flags=cv2.INTER_LINEAR)
    reach = max(1, round(0.03 * _side(region)))
    near = cv2.dilate(region.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)).astype(np.float32)
    opacity = opacity * near  # what hangs over the edge a little may, not into the room
    if laid.lift > 0:
        away = rng.uniform(-1, 1, 2) * laid.lift
        moved = np.array([[1, 0, away[0]], [0, 1, away[1]]], np.float32)
        under = cv2.warpAffine(opacity, moved, (width, height))
        dark = blur(under, 0.6 + 0.5 * laid.lift)
        rgb = tinted(rgb, 1 - np.float32(rng.uniform(0.25, 0.6)) * dark)
    return mixed(rgb, np.asarray(colour * light, np.float32), np.asarray(opacity, np.float32))


def _panel(rng: np.random.Generator, rgb: F32, light: F32, region: NDArray[np.bool_], other: Rgb) -> F32:
    """Part of the piece in another weave, sewn, bound or woven on: a base, a lid, a band, a front pocket."""
    height, width = region.shape
    shape = _panel_shape(rng, region)
    inside = shape & region
    if not inside.any():
        return rgb
    taken = _texture(rng, other, height, width)
    if rng.random() < 0.6:  # the same fibre in another weave
        taken *= rgb[inside].mean(0) / np.maximum(taken.mean((0, 1)), 1)
    soft = blur(inside.astype(np.float32), 0.8)
    return _seam(rng, mixed(rgb, taken * light, soft), light, shape, region)


def _panel_shape(rng: np.random.Generator, region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    height, width = region.shape
    x, y = _place(rng, region)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    angle = float(rng.choice([0, np.pi / 2])) + float(rng.normal(0, 0.12))
    along = (xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)
    across = (ys - y) * np.cos(angle) - (xs - x) * np.sin(angle)
    side = _side(region)
    how = rng.choice(["half", "band", "oval", "pocket"])
    if how == "half":
        shape = along > 0
    elif how == "band":
        shape = np.abs(along) < side * rng.uniform(0.06, 0.25)
    elif how == "oval":
        shape = (along / (side * rng.uniform(0.15, 0.4))) ** 2 + (across / (side * rng.uniform(0.15, 0.4))) ** 2 < 1
    else:
        shape = (np.abs(along) < side * rng.uniform(0.12, 0.35)) & (np.abs(across) < side * rng.uniform(0.12, 0.35))
    return np.asarray(shape)


def _texture(rng: np.random.Generator, other: Rgb, height: int, width: int) -> F32:
    zoom = log_uniform(rng, 0.6, 1.6) * max(height, width) / min(other.shape[:2])
    size = max(height, width)
    matrix = cv2.getRotationMatrix2D((other.shape[1] / 2, other.shape[0] / 2), float(rng.uniform(0, 360)), zoom)
    matrix[:, 2] = matrix[:, 2] + np.array([size - other.shape[1], size - other.shape[0]]) / 2
    laid = cv2.warpAffine(other, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(laid[:height, :width], np.float32)


def _seam(rng: np.random.Generator, rgb: F32, light: F32, shape: NDArray[np.bool_], region: NDArray[np.bool_]) -> F32:
    """The panel's edge: a groove, a binding of cloth or leather, or a stitched cord."""
    wide = max(1, round(_side(region) * rng.uniform(0.006, 0.035)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wide + 1, 2 * wide + 1))
    edge = (cv2.morphologyEx(shape.astype(np.uint8), cv2.MORPH_GRADIENT, kernel) > 0) & region
    soft = blur(edge.astype(np.float32), 0.7)
    how = rng.choice(["groove", "binding", "cord"])
    if how == "groove":
        return tinted(rgb, 1 - soft * np.float32(rng.uniform(0.2, 0.6)))
    colour = trimmings.colour_of(rng)
    if how == "cord":
        ys, xs = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
        twist = np.sin((xs + ys) * np.float32(np.pi / rng.uniform(1.5, 5)))[..., None]
        body = colour * (1 + 0.3 * twist)
    else:
        grain = rng.normal(0, 5, rgb.shape[:2]).astype(np.float32)[..., None]
        body = colour + grain
    return mixed(rgb, np.asarray(body * light, np.float32), soft)
