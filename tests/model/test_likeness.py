from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from qc.model.likeness import BITS, distance, likeness

Rgb = NDArray[np.uint8]


def picture(seed: int, side: int = 480) -> Rgb:
    """A picture of blotches, large and small, that looks like no other."""
    random = np.random.default_rng(seed)
    layers = [
        cv2.resize(random.normal(size=(n, n, 3)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        for n in (3, 6, 12, 24)
    ]
    return np.clip(127 + 35 * sum(layers), 0, 255).astype(np.uint8)


def bits(rgb: Rgb) -> int:
    found = likeness(rgb)
    assert found is not None
    return found


def saved(rgb: Rgb, quality: int) -> Rgb:
    coded = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded[:, :, ::-1], np.uint8)


@pytest.mark.parametrize("quality", [90, 50])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_photo_saved_or_scaled_again_keeps_its_look(quality: int, scale: float) -> None:
    for seed in range(10):
        rgb = picture(seed)
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        assert distance(bits(rgb), bits(saved(np.asarray(small, np.uint8), quality))) <= 6


def test_other_photos_look_otherwise() -> None:
    looks = [bits(picture(seed)) for seed in range(40)]
    nearest = min(distance(one, other) for n, one in enumerate(looks) for other in looks[:n])
    assert nearest > 20


def test_half_of_the_bits_are_set_so_no_look_is_common_by_itself() -> None:
    assert {bits(picture(seed)).bit_count() for seed in range(5)} == {BITS // 2}


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_photo_without_contrast_has_no_look(level: int) -> None:
    assert likeness(np.full((300, 400, 3), level, np.uint8)) is None
