"""One resize: TypeScript and Python give the same bytes, through a real browser."""

from __future__ import annotations

from base64 import b64decode, b64encode

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

from qc.model.judged import LONG_SIDE, judged_image
from qc.model.photo import Photo
from qc.model.preprocess import fit, resize

pytestmark = pytest.mark.real
Rgb = NDArray[np.uint8]


def woven(width: int, height: int, seed: int = 1) -> Rgb:
    """A weave with noise: the picture on which other resizes differ by up to 38 grey levels."""
    y, x = np.mgrid[0:height, 0:width]
    over = (np.sin(x * 0.9) * np.sin(y * 0.8) > 0) * 90 + 90
    noise = np.random.default_rng(seed).integers(-30, 30, (height, width, 3))
    woven_rgb: Rgb = np.clip(over[..., None] * np.array([1.0, 0.85, 0.6]) + noise, 0, 255).astype(np.uint8)
    return woven_rgb


def in_browser(golden: Page, rgb: Rgb, width: int, height: int) -> Rgb:
    rgba = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
    text = golden.evaluate(
        "([p, w, h, tw, th]) => window.golden.resize(p, w, h, 4, tw, th)",
        [b64encode(rgba.tobytes()).decode(), rgb.shape[1], rgb.shape[0], width, height],
    )
    return np.frombuffer(b64decode(text), np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ((1600, 1200), (320, 240)),
        ((1600, 1067), (320, 213)),
        ((2048, 1536), (1600, 1200)),
        ((1001, 777), (640, 497)),
        ((333, 500), (213, 320)),
        ((40, 30), (320, 240)),
        ((641, 1), (320, 1)),
    ],
)
def test_the_resize_of_the_phone_is_that_of_the_server(
    golden: Page, source: tuple[int, int], target: tuple[int, int]
) -> None:
    rgb = woven(*source)
    assert np.abs(in_browser(golden, rgb, *target).astype(int) - resize(rgb, *target)).max() == 0


def test_phone_and_server_decode_a_judged_image_to_the_same_pixels(golden: Page) -> None:
    jpeg = judged_image(Photo.decode(cv2.imencode(".png", woven(1200, 900)[..., ::-1])[1].tobytes()))
    seen = golden.evaluate("p => window.golden.decode(p)", b64encode(jpeg).decode())
    here = Photo.decode(jpeg).rgb
    there = np.frombuffer(b64decode(seen["pixels"]), np.uint8).reshape(seen["height"], seen["width"], 4)[..., :3]
    assert there.shape == here.shape
    difference = np.abs(there.astype(int) - here.astype(int))
    assert difference.max() <= 2
    assert difference.mean() < 0.05


@pytest.mark.parametrize("size", [(2400, 1800), (1234, 2222), (800, 600)])
def test_the_judged_image_has_the_one_size(golden: Page, size: tuple[int, int]) -> None:
    jpeg = cv2.imencode(".jpg", woven(*size)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    judged = b64decode(golden.evaluate("p => window.golden.judged(p)", b64encode(jpeg).decode()))
    photo = Photo.decode(judged)
    assert (photo.width, photo.height) == fit(*size, min(LONG_SIDE, max(size)))
