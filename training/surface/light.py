"""Lighting a height field: Lambert, highlights, occlusion in the valleys, cast shadows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.noise import F32, blur, log_uniform, smooth_field


@dataclass(frozen=True)
class Light:
    """Light on a tile.

    towards   unit vector to the lamp (x right, y down, z to the viewer);  sun, sky  linear RGB of lamp and surroundings
    shadow    darkness of cast shadows 0..1;  hollow  strength of occlusion in valleys;  relief  scale of the height
    pattern   float32 [H, W], share of the lamp that arrives (a hard shadow across the surface), or None
    falloff   float32 [H, W], uneven lighting, mean about 1
    """

    name: str
    towards: tuple[float, float, float]
    sun: F32
    sky: F32
    shadow: float
    hollow: float
    relief: float
    pattern: F32 | None
    falloff: F32


def sample_light(rng: np.random.Generator, size: int, hard_shadow: bool) -> Light:
    """Draw a lamp, its surroundings and how unevenly they light the tile."""
    name = (
        str(rng.choice(["window", "sun", "overcast", "flash", "lamp"]))
        if not hard_shadow
        else str(rng.choice(["sun", "lamp"]))
    )
    height = {"window": 0.6, "sun": 0.75, "overcast": 1.3, "flash": 1.35, "lamp": 0.8}[name] + rng.uniform(-0.2, 0.15)
    angle = rng.uniform(0, 2 * np.pi)
    warm = {"window": -0.03, "sun": 0.06, "overcast": -0.04, "flash": 0.0, "lamp": 0.16}[name] + rng.normal(0, 0.05)
    strength = {"window": 0.75, "sun": 0.85, "overcast": 0.4, "flash": 0.8, "lamp": 0.7}[name] + rng.uniform(-0.1, 0.1)
    tint = np.array([1 + warm, 1, 1 - 1.2 * warm], np.float32)
    cool = np.array([1 - 0.4 * warm, 1, 1 + 0.4 * warm], np.float32)
    x, y, z = np.cos(height) * np.cos(angle), np.cos(height) * np.sin(angle), np.sin(height)
    slope = smooth_field(rng, size, 1) * np.float32(rng.uniform(0.02, 0.16))
    ramp = np.linspace(-1, 1, size, dtype=np.float32) * np.float32(rng.uniform(-1, 1) * rng.choice([0.08, 0.2, 0.45]))
    other = np.linspace(-1, 1, size, dtype=np.float32)[:, None] * np.float32(rng.uniform(-0.25, 0.25))
    return Light(
        name=name,
        towards=(float(x), float(y), float(z)),
        sun=tint * np.float32(strength),
        sky=cool * np.float32(1.05 - strength),
        shadow=float(rng.uniform(0.3, 0.8)) * (0.4 if name == "overcast" else 1.0),
        hollow=float(rng.uniform(0.5, 1.3)),
        relief=log_uniform(rng, 0.55, 1.1),
        pattern=shadow_pattern(rng, size) if hard_shadow else None,
        falloff=np.clip(1 + slope + ramp + other, 0.25, 2).astype(np.float32),
    )


def shadow_pattern(rng: np.random.Generator, size: int) -> F32:
    """A hard shadow across the tile: a straight edge, window bars, leaves or a round body. 1 lit, less in shadow."""
    how = str(rng.choice(["edge", "bars", "leaves", "body"]))
    angle = rng.uniform(0, 2 * np.pi)
    axis = np.arange(size, dtype=np.float32) - size / 2
    across = axis * np.float32(np.cos(angle)) + axis[:, None] * np.float32(np.sin(angle))
    if how == "edge":
        level = across - np.float32(rng.uniform(-0.3, 0.3) * size)
    elif how == "bars":
        period = np.float32(rng.uniform(0.2, 0.7) * size)
        level = (np.abs((across / period + rng.random()) % 1 - 0.5) - np.float32(rng.uniform(0.12, 0.35))) * period
    elif how == "leaves":
        level = (smooth_field(rng, size, float(rng.integers(4, 14))) - np.float32(rng.uniform(0, 0.7))) * 12
    else:
        # the body stands outside the picture: a round shadow wholly inside would pass for a stain
        far = rng.uniform(0.55, 0.9) * size
        centre = far * np.cos(angle), far * np.sin(angle)
        radius = far - rng.uniform(0.05, 0.35) * size
        stretch = rng.uniform(0.8, 1.25)
        level = np.hypot(axis - centre[0], (axis[:, None] - centre[1]) * stretch) - radius
    soft = log_uniform(rng, 0.7, 9)
    dark = np.float32(rng.uniform(0.45, 0.95))
    return np.asarray(1 - dark * np.clip(0.5 - level / (2 * soft), 0, 1), np.float32)


def _march(height: F32, towards: tuple[float, float, float], reach: float) -> F32:
    """How far (px) the surface between a point and the lamp stands above the ray to it; 0 where lit."""
    flat = max(1e-3, float(np.hypot(towards[0], towards[1])))
    dx, dy, climb = towards[0] / flat, towards[1] / flat, towards[2] / flat
    pad = int(reach) + 2
    wide = cv2.copyMakeBorder(height, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    h, w = height.shape
    above = np.zeros_like(height)
    steps = 5
    for k in range(1, steps + 1):
        far = reach * (k / steps) ** 1.4
        x, y = pad + round(dx * far), pad + round(dy * far)
        blocked = wide[y : y + h, x : x + w] - height
        blocked -= np.float32(far * climb)
        np.maximum(above, blocked, out=above)
    return above


def shade(height: F32, albedo: F32, gloss: F32, pitch: float, light: Light, thrown: F32 | None, shine: int) -> F32:
    """Light a surface: height [H, W] in px, albedo [H, W, 3] linear -> linear RGB [H, W, 3].

    `thrown` [H, W] is the share of the lamp that things above the surface leave (1 lit).
    """
    lx, ly, lz = light.towards
    slope = np.array([[-0.5, 0, 0.5]], np.float32) * np.float32(light.relief)
    gx = np.clip(cv2.filter2D(height, -1, slope), -1.7, 1.7)
    gy = np.clip(cv2.filter2D(height, -1, slope.T), -1.7, 1.7)
    norm = 1 / cv2.sqrt(1 + gx * gx + gy * gy)
    facing = np.maximum((lz - lx * gx - ly * gy) * norm, 0)
    blocked = _march(height, light.towards, max(2.0, 0.7 * pitch))
    lit = 1 - np.float32(light.shadow) * np.clip(blocked / np.float32(0.25 + 0.06 * pitch), 0, 1)
    if light.pattern is not None:
        lit *= light.pattern
    if thrown is not None:
        lit *= thrown
    sigma = max(0.8, 0.33 * pitch)
    hollow = np.maximum(blur(height, sigma) - height, 0)
    open_sky = 1 / (1 + np.float32(2.2 * light.hollow / pitch) * hollow)
    sun = facing * lit * light.falloff * (0.35 + 0.65 * open_sky)
    sky = open_sky * (0.7 + 0.3 * norm) * light.falloff
    arriving = cv2.merge([sun * light.sun[k] + sky * light.sky[k] for k in range(3)])
    out = cv2.multiply(albedo, arriving)
    half_z = 1 + lz
    scale = 1 / np.sqrt(lx * lx + ly * ly + half_z * half_z)
    shiny = np.maximum((half_z - lx * gx - ly * gy) * norm * np.float32(scale), 0)
    for _ in range(shine):
        shiny = shiny * shiny
    if float(gloss.max()) > 0:
        shiny = shiny * lit * gloss * light.falloff * np.float32(0.6)
        out = out + cv2.merge([shiny * light.sun[k] for k in range(3)])
    return np.asarray(out, np.float32)
