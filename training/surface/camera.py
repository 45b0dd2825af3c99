"""Where the camera stands and what it does to the picture: perspective, curved surface, defocus, exposure, noise."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.noise import F32, blur, log_uniform, mixed, smooth_field, tinted


@dataclass(frozen=True)
class Camera:
    """One shot. `sway` [2, H, W] px is the piece's own unevenness; blur in px; noise in 8-bit grey levels.

    centre  px from the tile's middle to the centre of a round piece (a coiled mat, a basket's bottom), or None
    """

    angle: float
    tilt: tuple[float, float]
    bulge: float
    sway: F32
    offset: tuple[float, float]
    blur: float
    blur_far: float
    vignette: float
    target: float
    adapt: float
    noise: float
    grain: float
    centre: tuple[float, float] | None
    grey: bool
    saturation: float


def _target(rng: np.random.Generator, low_light: bool) -> float:
    """Mean brightness, 0..1, that the exposure aims at; one shot in six is bright, as on a white table."""
    if low_light:
        return float(rng.uniform(0.16, 0.30))
    return float(rng.uniform(0.66, 0.9)) if rng.random() < 0.17 else float(rng.uniform(0.36, 0.68))


def sample_camera(
    rng: np.random.Generator, size: int, pitch: float, uneven: float, low_light: bool, rounded: bool
) -> Camera:
    """Draw a shot. `uneven` scales how far rows wander (in pitches); `rounded` looks at a round piece."""
    reach = pitch * uneven
    sway = np.stack([smooth_field(rng, size, rng.uniform(1, 3)), smooth_field(rng, size, rng.uniform(1, 3))])
    square = rng.random() < 0.45
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.08) if square else rng.uniform(0, 2 * np.pi)
    strong = rng.random() < 0.3
    return Camera(
        angle=float(angle),
        tilt=(float(rng.normal(0, 0.3 if strong else 0.08)), float(rng.normal(0, 0.3 if strong else 0.08))),
        bulge=float(rng.uniform(0, 0.5)) if rng.random() < 0.3 else 0.0,
        sway=(sway * np.float32(min(reach, 0.012 * size))).astype(np.float32),
        offset=(float(rng.uniform(0, 8)), float(rng.uniform(0, 8))),
        blur=log_uniform(rng, 0.5, 1.3),
        blur_far=float(rng.uniform(1, 3)) if rng.random() < 0.2 else 0.0,
        vignette=float(rng.uniform(0, 0.35)) if rng.random() < 0.6 else 0.0,
        target=_target(rng, low_light),
        adapt=float(rng.uniform(0.45, 0.95)),
        noise=log_uniform(rng, 2.5, 8) if low_light else log_uniform(rng, 0.5, 3.5),
        grain=float(rng.uniform(0.4, 0.9)),
        centre=_centre(rng, size) if rounded else None,
        grey=bool(rng.random() < 0.08),
        saturation=float(rng.uniform(0.75, 1.2)),
    )


def _centre(rng: np.random.Generator, size: int) -> tuple[float, float]:
    away, angle = rng.uniform(0.42, 1.1) * size, rng.uniform(0, 2 * np.pi)
    return float(away * np.cos(angle)), float(away * np.sin(angle))


def _around(centre: tuple[float, float], x: F32, y: F32, pitch: float, rings: float) -> tuple[F32, F32]:
    """Round pieces: v is the radius, u runs around it, with a whole number of repeats in each ring."""
    cx, cy = np.float32(centre[0]), np.float32(centre[1])
    dx, dy = x - cx, y - cy
    turn = np.arctan2(dx * -cy + dy * cx, dx * -cx + dy * -cy)  # 0 towards the tile's middle: the seam is out of sight
    turn = -turn
    v = np.asarray(np.sqrt(dx * dx + dy * dy) / np.float32(pitch), np.float32)
    if rings > 0:
        radius = np.floor(v) + np.float32(0.5)
        around = np.round(radius * np.float32(2 * np.pi * rings)) / np.float32(2 * np.pi * rings)
        return np.asarray(turn * around, np.float32), v
    spokes = 12 * max(1, round(2 * np.pi * float(np.hypot(*centre)) / pitch / 12))
    return np.asarray(turn * np.float32(spokes / (2 * np.pi)), np.float32), v


def surface_coordinates(camera: Camera, size: int, pitch: float, warp: F32 | None, rings: float) -> tuple[F32, F32]:
    """Weave coordinates (u, v) in pitches of each pixel. float32 [size, size] each.

    On round pieces a row weave takes `rings` > 0 lobes a pitch around each ring; crossed strands (0) take spokes.
    """
    axis = np.arange(size, dtype=np.float32) + np.float32(0.5 - size / 2)
    x, y = np.meshgrid(axis, axis)
    if warp is not None:
        x, y = x + warp[0], y + warp[1]
    depth = 1 + (x * np.float32(camera.tilt[0]) + y * np.float32(camera.tilt[1])) / np.float32(size)
    depth = 1 / np.maximum(depth, 0.35)
    x, y = x * depth + camera.sway[0], y * depth + camera.sway[1]
    if camera.bulge:
        near = 2 * x / np.float32(size)
        x = x * (1 + np.float32(camera.bulge * 0.33) * near * near)
    if camera.centre is not None:
        return _around(camera.centre, x, y, pitch, rings)
    c, s = np.float32(np.cos(camera.angle) / pitch), np.float32(np.sin(camera.angle) / pitch)
    u = x * c + y * s + np.float32(camera.offset[0])
    v = y * c - x * s + np.float32(camera.offset[1])
    return np.asarray(u, np.float32), np.asarray(v, np.float32)


def luma(rgb: F32) -> F32:
    """Mean of the three channels. float32 [H, W]."""
    return np.asarray(cv2.transform(rgb, np.full((1, 3), 1 / 3, np.float32)), np.float32)


def exposure(camera: Camera, radiance: F32, piece: F32) -> float:
    """Gain that brings the piece near the target, as an automatic exposure does: dark goods stay darker."""
    weight = piece / max(float(piece.sum()), 1.0)
    mean = float((luma(radiance) * weight).sum())
    wanted = camera.target**2
    return float(wanted / 0.25 * (0.25 / max(mean, 1e-3)) ** camera.adapt)


def develop(camera: Camera, radiance: F32, gain: float) -> F32:
    """Linear radiance [H, W, 3] to a picture coded 0..1 (square-root law), before noise."""
    size = radiance.shape[0]
    out = radiance * np.float32(gain)
    if camera.vignette:
        axis = np.linspace(-1, 1, size, dtype=np.float32) ** 2
        out = tinted(out, 1 - np.float32(camera.vignette * 0.5) * (axis + axis[:, None]))
    out = blur(out, camera.blur)
    if camera.blur_far:
        soft = blur(out, camera.blur_far)
        axis = np.abs(np.linspace(-1, 1, size, dtype=np.float32))
        mix = np.broadcast_to(np.clip(axis[:, None] * 1.6 - 0.5, 0, 1) ** 2, (size, size))
        out = mixed(out, soft, np.ascontiguousarray(mix))
    shoulder = out / (1 + np.float32(0.18) * out * out)
    coded = np.asarray(np.sqrt(np.maximum(shoulder, 0)), np.float32)
    share = 0.0 if camera.grey else camera.saturation
    mix = np.full((3, 3), (1 - share) / 3, np.float32) + np.eye(3, dtype=np.float32) * np.float32(share)
    return np.asarray(np.clip(cv2.transform(coded, mix), 0, 1), np.float32)


def expose(camera: Camera, coded: F32, rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Add sensor noise (stronger in the dark, a little blotchy) and quantise. uint8 [H, W, 3]."""
    h, w = coded.shape[:2]
    white = rng.standard_normal((h, w), np.float32)
    chroma = rng.standard_normal((h // 2 + 1, w // 2 + 1, 3), np.float32)
    colour = cv2.resize(chroma, (w, h), interpolation=cv2.INTER_LINEAR)
    grain = blur(white, camera.grain) * np.float32(1 + 2 * camera.grain)
    tint = np.float32(0 if camera.grey else 0.5)
    level = np.float32(camera.noise) * (np.float32(1.15) - np.float32(0.55) * coded)
    grain *= np.float32(0.6)
    grains = cv2.add(cv2.merge([grain, grain, grain]), colour * tint)
    out = cv2.add(coded * np.float32(255), cv2.multiply(level, grains))
    return np.asarray(np.clip(out + np.float32(0.5), 0, 255), np.float32).astype(np.uint8)
