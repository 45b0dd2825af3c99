"""The one array type of the geometry, and vector arithmetic on rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def unit(v: Array) -> Array:
    """Rows of v [..., 3] at length one; rows of length zero stay zero."""
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12))


def smoothstep(x: Array) -> Array:
    """0 below 0, 1 above 1, an S between."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def from_srgb(rgb: Array) -> Array:
    """sRGB 0..1 to linear light 0..1."""
    rgb = np.asarray(rgb, float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
