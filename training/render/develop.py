"""From Blender's 16-bit picture to a photograph: exposure as by an incident light meter, and a tone curve."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from training.render.arrays import Array, from_srgb

STOPS_UNDER = 2.0


def read(path: Path) -> Array:
    """The picture in linear light, float32 [H, W, 4] RGBA, straight alpha."""
    bgra = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.dtype != np.uint16 or bgra.shape[2] != 4:
        raise ValueError(f"{path} is no 16-bit RGBA picture")
    x = bgra[..., [2, 1, 0, 3]].astype(np.float32) / 65535
    return np.concatenate([from_srgb(x[..., :3]) * 2**STOPS_UNDER, x[..., 3:]], -1).astype(np.float32)


def meter(linear: Array, albedo: Array, balance: float) -> Array:
    """Gains [3] that bring the light on the piece to one. albedo [3]: mean of the piece's own colours, linear.

    A meter of reflected light would turn a black basket grey, and white balance by the picture alone a red one grey:
    both are taken against the known colours. balance: 0 leaves the colour of the light, 1 takes all of it away.
    """
    lit = linear[..., 3] > 0.5
    if not lit.any():
        return np.ones(3)
    mean = np.maximum(linear[lit][:, :3].mean(0), 1e-4)
    weight = np.array([0.2126, 0.7152, 0.0722])
    level = (albedo @ weight) / (mean @ weight)
    cast = (albedo / mean) / level
    return np.asarray(np.clip(level * np.clip(cast, 0.4, 2.5) ** balance, 0.05, 40))


def develop(linear: Array, gain: Array, contrast: float) -> Array:
    """uint8 [H, W, 4]: gain, a shoulder that keeps highlights from clipping, sRGB, contrast about the middle."""
    x = np.maximum(linear[..., :3] * gain, 0)
    knee = 0.55
    # The shoulder takes the brightest channel down and the others along with it: one by one, straw would turn green.
    peak = x.max(-1, keepdims=True)
    over = np.maximum(peak - knee, 0)
    held = np.where(peak > knee, knee + (1 - knee) * (1 - np.exp(-over / (1 - knee))), peak)
    x = x * (held / np.maximum(peak, 1e-6))
    y = np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)
    y = np.clip(0.5 + (y - 0.5) * contrast, 0, 1)
    return np.round(np.concatenate([y, linear[..., 3:]], -1) * 255).astype(np.uint8)


def edged(rgba: Array) -> Array:
    """The picture with the colours of half-covered pixels taken from their covered neighbours, uint8 [H, W, 4].

    With few light paths a pixel, an edge pixel's colour is divided by a coverage that is too coarse: dark specks.
    """
    alpha = rgba[..., 3].astype(np.float32) / 255
    sure = (alpha > 0.9).astype(np.float32)
    colour, weight = cv2.GaussianBlur(rgba[..., :3] * sure[..., None], (0, 0), 1.2), cv2.GaussianBlur(sure, (0, 0), 1.2)
    known = (weight > 0.01) & (sure == 0)
    out = rgba.copy()
    out[..., :3][known] = np.clip(colour[known] / weight[known][:, None], 0, 255).round()
    soft = cv2.GaussianBlur(alpha, (0, 0), 0.6)
    out[..., 3] = np.where((alpha > 0) & (alpha < 1) | (np.abs(soft - alpha) > 0.02), soft, alpha) * 255 + 0.5
    return out
