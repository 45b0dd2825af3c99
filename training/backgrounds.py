"""What a piece stands before: looks into free panoramas, table tops, plain walls. Also what is not woven at all."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


def panoramas(folder: Path) -> list[Rgb]:
    """The CC0 panoramas as uint8 pictures [512, 1024, 3], exposed so that the median is mid-grey."""
    found = []
    for path in sorted(folder.glob("*.hdr")):
        radiance = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if radiance is None:
            raise FileNotFoundError(f"{path} cannot be read as a Radiance picture")
        exposed = np.asarray(radiance, np.float32)[..., ::-1] * (0.22 / max(1e-6, float(np.median(radiance))))
        coded = np.clip(exposed / (1 + 0.25 * exposed), 0, 1) ** (1 / 2.2)
        found.append((coded * 255).astype(np.uint8))
    if not found:
        raise FileNotFoundError(f"no .hdr panoramas in {folder}")
    return found


def look_into(rng: np.random.Generator, panorama: Rgb, size: int) -> Rgb:
    """A straight view [size, size, 3] into a panorama, 35 to 80 degrees wide, in any direction."""
    height, width = panorama.shape[:2]
    half = np.tan(np.radians(rng.uniform(35, 80)) / 2)
    ys, xs = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32) * half
    pitch, yaw = np.radians(rng.uniform(-60, 35)), rng.uniform(0, 2 * np.pi)
    forward = np.cos(pitch) + ys * np.sin(pitch)
    up = np.sin(pitch) - ys * np.cos(pitch)
    longitude = np.arctan2(xs, forward) + yaw
    latitude = np.arctan2(up, np.hypot(xs, forward))
    u = (longitude / (2 * np.pi) % 1 * width).astype(np.float32)
    v = ((0.5 - latitude / np.pi) * height).astype(np.float32)
    return np.asarray(cv2.remap(panorama, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.uint8)


def _colour(rng: np.random.Generator, *ranges: tuple[int, int]) -> NDArray[np.float32]:
    """A colour [3] with hue (0 to 180), saturation and value drawn from ranges."""
    hsv = np.array([[[int(rng.integers(*r)) for r in ranges]]], np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0], np.float32)


def _clouds(rng: np.random.Generator, size: int, cells: tuple[int, int], octaves: int = 4) -> NDArray[np.float32]:
    """Smooth noise [size, size], mean 0, about -1 to 1; `cells` sets how it stretches."""
    total = np.zeros((size, size), np.float32)
    for k in range(octaves):
        grid = rng.normal(0, 1, (cells[0] * 2**k + 2, cells[1] * 2**k + 2)).astype(np.float32)
        total += cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC) * 0.5**k
    return np.asarray(total / 2, np.float32)


def ground(rng: np.random.Generator, size: int) -> Rgb:
    """A made surface: plain, gradient, wood with grain, stone, plaster, soil, or plain cloth. Nothing woven shows."""
    base = _colour(rng, (0, 180), (0, 90), (40, 250))
    look = rng.choice(["white", "plain", "wood", "speckle", "clouds"], p=[0.22, 0.2, 0.26, 0.16, 0.16])
    ys = np.linspace(-1, 1, size, dtype=np.float32)
    slope = ys[:, None] * rng.normal(0, 14) + ys[None] * rng.normal(0, 14)
    if look == "white":
        base = np.full(3, rng.uniform(225, 255), np.float32)
        slope *= 0.4
    if look == "wood":
        hue = _colour(rng, (8, 22), (40, 150), (60, 225))
        grain = _clouds(rng, size, (int(rng.integers(12, 40)), int(rng.integers(1, 3))), 3)
        rings = np.sin(grain * rng.uniform(4, 14))
        boards = (np.floor(np.linspace(0, rng.uniform(1, 6), size)) % 3 - 1)[:, None] * rng.uniform(0, 12)
        texture = rings * rng.uniform(3, 16) + grain * 8 + boards
        picture = hue + (texture + slope)[..., None]
        if rng.random() < 0.5:
            picture = picture.transpose(1, 0, 2)
    elif look == "speckle":
        dots = rng.normal(0, rng.uniform(6, 30), (size, size)).astype(np.float32)
        picture = base + (cv2.GaussianBlur(dots, (0, 0), rng.uniform(0.4, 2.5)) * 2 + slope)[..., None]
    elif look == "clouds":
        k = int(rng.integers(2, 8))
        picture = base + (_clouds(rng, size, (k, k)) * rng.uniform(4, 40) + slope)[..., None]
    else:
        picture = base + slope[..., None] + np.zeros((size, size, 1), np.float32)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def background(rng: np.random.Generator, views: list[Rgb], size: int) -> Rgb:
    """Something to stand before [size, size, 3]: a look into a panorama, often out of focus, or a made ground."""
    if rng.random() < 0.45:
        picture = look_into(rng, views[rng.integers(len(views))], size)
        if rng.random() < 0.6:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 5)), np.uint8)
        return picture
    return ground(rng, size)
