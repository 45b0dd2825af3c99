"""What a phone, a table and a hurry do to a picture. Picture, mask and silhouette move together."""

from __future__ import annotations

from typing import Any

import albumentations as A  # noqa: N812 the library's own custom
import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


_WIDEST, _CLOSEST = 0.7, 1.9
"""Between which a picture as large as the service's input is zoomed; a finer one is enlarged less."""

_SHRUNK = 0.75
"""Zooms below this are averaged first, as the service does it: sampling makes moire."""


def geometric(
    rng: np.random.Generator, rgb: Rgb, maps: NDArray[np.int32], size: int, whole: int
) -> tuple[Rgb, NDArray[np.int32]]:
    """Turn, mirror, zoom, tilt, and cut a window [size, size], between a little beyond the whole and a close-up.

    rgb uint8 [H, W, 3 or 4], the fourth its opacity; maps int32 [H, W, M] follow it, nearest; whole: side at which the
    service sees a whole picture, in pixels.
    """
    plain = whole / max(rgb.shape[:2])
    closest = _CLOSEST * np.sqrt(plain)
    zoom = float(np.exp(rng.uniform(np.log(_WIDEST * plain), np.log(closest)))) if rng.random() < 0.75 else plain
    sway = zoom / plain
    if zoom < _SHRUNK:
        shrunk = (round(rgb.shape[1] * zoom), round(rgb.shape[0] * zoom))
        rgb = np.asarray(cv2.resize(rgb, shrunk, interpolation=cv2.INTER_AREA), np.uint8)
        maps = cv2.resize(maps.astype(np.float32), shrunk, interpolation=cv2.INTER_NEAREST).astype(np.int32)
        zoom = 1.0
    height, width = rgb.shape[:2]
    turn = rng.uniform(-180, 180) if rng.random() < 0.3 else rng.normal(0, 8)
    centre = (width * (0.5 + rng.normal(0, 0.09) * sway), height * (0.5 + rng.normal(0, 0.09) * sway))
    turned = cv2.getRotationMatrix2D(centre, float(turn), zoom)
    turned[:, 2] += np.array([width / 2 - centre[0], height / 2 - centre[1]])
    matrix = np.vstack([turned, [0, 0, 1]])
    if rng.random() < 0.5:
        tilt = rng.normal(0, 0.12, 2) / max(height, width)
        matrix = np.array([[1, 0, 0], [0, 1, 0], [tilt[0], tilt[1], 1 - tilt @ (width / 2, height / 2)]]) @ matrix
    if rng.random() < 0.5:
        matrix = np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1]]) @ matrix
    matrix = np.array([[1, 0, (size - width) / 2], [0, 1, (size - height) / 2], [0, 0, 1]]) @ matrix
    warped = cv2.warpPerspective(rgb, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    followed = cv2.warpPerspective(maps.astype(np.float32), matrix, (size, size), flags=cv2.INTER_NEAREST)
    return np.asarray(warped, np.uint8), np.asarray(followed, np.int32)


def photometric(size: int) -> A.Compose:
    """Light, colour, focus, noise and compression of a cheap phone. Takes and gives uint8 [size, size, 3]."""
    return A.Compose(
        [
            A.OneOf(
                [
                    A.RandomBrightnessContrast(brightness_limit=0.3, contrast_limit=0.35),
                    A.RandomGamma(gamma_limit=(55, 170)),
                    A.RandomToneCurve(scale=0.25),
                ],
                p=0.8,
            ),
            A.HueSaturationValue(hue_shift_limit=8, sat_shift_limit=35, val_shift_limit=10, p=0.5),
            A.RGBShift(14, 14, 14, p=0.35),
            A.ToGray(p=0.1),
            A.OneOf(
                [
                    A.GaussianBlur(blur_limit=(3, 5)),
                    A.MotionBlur(blur_limit=(3, 7)),
                    A.Downscale(scale_range=(0.45, 0.9)),
                ],
                p=0.4,
            ),
            A.OneOf([A.GaussNoise(std_range=(0.01, 0.06)), A.ISONoise(intensity=(0.1, 0.4))], p=0.4),
            A.Sharpen(alpha=(0.1, 0.5), p=0.15),
            A.ImageCompression(quality_range=(35, 95), p=0.7),
        ]
    )


def shadow(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    """A hard or soft shadow, or a gradient of light, over the whole scene: no fault of the piece."""
    height, width = rgb.shape[:2]
    angle, soft = rng.uniform(0, 2 * np.pi), rng.uniform(1, 90)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    along = (xs - width * rng.uniform(0.2, 0.8)) * np.cos(angle) + (ys - height * rng.uniform(0.2, 0.8)) * np.sin(angle)
    if rng.random() < 0.4:  # bars, as of a window or a fence
        along = np.sin(along / rng.uniform(8, 40)) * soft * 2
    depth = rng.uniform(0.25, 0.65)
    factor = 1 - depth / (1 + np.exp(-np.clip(along / soft, -30, 30)))
    return np.asarray(np.clip(rgb * factor[..., None], 0, 255), np.uint8)


def apply(compose: A.Compose, rgb: Rgb) -> Rgb:
    """The photometric pipeline on one picture."""
    result: Any = compose(image=rgb)["image"]
    return np.asarray(result, np.uint8)
