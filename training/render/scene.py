"""Everything round a piece that chance decides: view, light, tone. A scene is a dict of plain numbers for Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from training.render.arrays import Array, unit
from training.render.camera import Camera, fitted, seen
from training.render.looks import Look

HDRI = Path(__file__).resolve().parent.parent.parent / "datasets" / "hdri"
LIGHTS = ("apartment", "lab", "lobby", "park", "sky", "studio", "warehouse", "workshop")
CLOSEUP_SHARE = 0.36
ANGLES = {
    "deep": {"three_quarter": 0.56, "side": 0.18, "top": 0.10, "inside": 0.16},
    "upright": {"three_quarter": 0.46, "side": 0.42, "inside": 0.12},
    "lying": {"three_quarter": 0.5, "top": 0.5},
    "flat": {"three_quarter": 0.5, "top": 0.5},
}
"""How often a piece that stands so is seen from where, whole."""


def direction(azimuth: float, elevation: float) -> Array:
    """Unit vector from the piece to a camera at these angles (radians)."""
    return np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])


def whole_view(
    points: Array, stance: str, rng: np.random.Generator, angle: str | None = None, cropped: bool = False
) -> tuple[Camera, str, bool]:
    """A camera on the whole piece, the angle's name, and whether a part is cut off.

    It is if `cropped`; else by chance, but never where `angle` is given.
    """
    angles = ANGLES[stance]
    drawn = str(rng.choice(list(angles), p=list(angles.values())))
    name = angle or drawn
    low, high = {"three_quarter": (0.35, 0.75), "side": (0.05, 0.25), "top": (1.25, 1.55), "inside": (0.75, 1.15)}[name]
    if stance in ("flat", "lying") and name == "three_quarter":
        low, high = 0.6, 1.1
    partial = cropped or (bool(rng.uniform() < 0.06) and angle is None)
    fill = float(rng.uniform(1.1, 1.5) if partial else rng.uniform(0.68, 0.96))
    shift = rng.uniform(-0.12, 0.12, 2) if partial else rng.uniform(-0.5, 0.5, 2) * max(0.0, 0.97 - fill)
    azimuth = rng.uniform(0, 2 * np.pi)
    if stance in ("upright", "lying"):
        # A bag shows its broad side, and one that lies its foot towards the eye.
        back = stance == "upright" and rng.uniform() < 0.5
        azimuth = (np.pi / 2 if back else -np.pi / 2) + rng.normal() * 0.5
    way = direction(azimuth, rng.uniform(low, high))
    fov, roll = float(rng.uniform(0.35, 0.95)), float(rng.normal() * 0.06)
    cam = fitted(points[::7], way, fov, fill, roll, shift)
    return cam, name, partial


def closeup_view(
    points: Array, normals: Array, cloud: Array, pitch: float, hollow: bool, rng: np.random.Generator
) -> Camera:
    """A camera near one place, the weave filling the picture. points, normals [N, 3]: places to choose from."""
    best: tuple[float, Camera] | None = None
    for _ in range(10):
        k = int(rng.integers(len(points)))
        n = normals[k]
        if n[2] < -0.3:
            n = -n
        elif hollow and rng.uniform() < 0.12 and points[k, 2] < cloud[:, 2].mean():
            n = unit(-n + np.array([0, 0, 1.2]))
        tilt = unit(rng.normal(size=3)) * rng.uniform(0, 0.7)
        way = unit(n + tilt)
        way[2] = max(way[2], -0.15)
        way = unit(way)
        fov = float(rng.uniform(0.5, 0.95))
        span = pitch * rng.uniform(7, 18)
        cam = Camera.looking(points[k] + way * span / 2 / np.tan(fov / 2), points[k], fov, float(rng.normal() * 0.25))
        p = cam.project(cloud)
        ok = (p[:, 2] > 0) & (np.abs(p[:, :2] - 0.5) < 0.5).all(1)
        cell = np.unique((p[ok, :2] * 12).astype(int) @ [1, 12])
        score = len(cell) / 144
        visible = bool(seen(cam, points[k : k + 1], cloud, 48, pitch * 0.5)[0])
        score = score if visible else score * 0.3
        if best is None or score > best[0]:
            best = (score, cam)
        if score > 0.97:
            break
    assert best is not None
    return best[1]


def light(rng: np.random.Generator, hard: bool = False) -> tuple[dict[str, Any], bool]:
    """Panorama, its turn and power, perhaps a hard lamp (`hard`: for certain); and whether its shadows are hard."""
    hard = bool(rng.uniform() < 0.18) or hard
    warm = float(rng.normal() * 0.12)
    elevation = float(rng.uniform(0.4, 1.3))
    return {
        "hdri": str(HDRI / f"{rng.choice(LIGHTS)}.hdr"), "hdri_turn": float(rng.uniform(0, 2 * np.pi)),
        "hdri_power": float(rng.uniform(0.45, 0.7) if hard else rng.uniform(0.8, 1.25)),
        "sun": float(rng.uniform(1.6, 4.0)) if hard else 0.0, "sun_size": float(rng.uniform(0.005, 0.06)),
        "sun_colour": [1.0, float(np.clip(0.94 - max(warm, 0) * 0.5, 0.6, 1)), float(np.clip(0.86 - warm, 0.5, 1))],
        "sun_turn": [float(np.pi / 2 - elevation), 0.0, float(rng.uniform(0, 2 * np.pi))],
    }, hard  # fmt: skip


def frame(camera: Camera, size: int, samples: int, threads: int, seed: int) -> dict[str, Any]:
    """Camera and render settings as a job has them."""
    return {
        "position": camera.position.tolist(), "axes": camera.axes.tolist(), "fov": camera.fov, "size": size,
        "samples": samples, "threads": threads, "noise_seed": seed % 2**31,
    }  # fmt: skip


def ground(rng: np.random.Generator) -> dict[str, Any]:
    """What the unseen ground reflects."""
    return {"ground_grey": float(rng.choice([rng.uniform(0.08, 0.3), rng.uniform(0.4, 0.8)]))}


def surface_look(look: Look, rng: np.random.Generator) -> dict[str, Any]:
    """Shader numbers of a look, and the mould's colours and grain size."""
    moulds = [((0.07, 0.085, 0.06), (0.32, 0.36, 0.28)), ((0.012, 0.013, 0.012), (0.06, 0.065, 0.05)),
              ((0.55, 0.57, 0.52), (0.20, 0.24, 0.18)), ((0.10, 0.14, 0.09), (0.62, 0.63, 0.58))]  # fmt: skip
    a, b = moulds[int(rng.integers(len(moulds)))]
    return {
        "roughness": look.roughness, "grain": look.grain, "grain_stretch": look.grain_stretch, "bump": look.bump,
        "grain_scale": float(rng.uniform(700, 1400)), "mould_a": list(a), "mould_b": list(b),
        "mould_scale": float(rng.uniform(260, 650)), "specular": look.shine,
    }  # fmt: skip
