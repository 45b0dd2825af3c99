"""The demo's photographs: chosen recipes, larger and on a plain ground. `python -m training.render.demo qc/demo`."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.render.arrays import Array
from training.render.blender import Blender
from training.render.camera import Camera
from training.render.produce import prepare, shoot
from training.render.recipe import Recipe
from training.render.scene import HDRI

GROUND = np.array([214, 216, 219], np.float32)
"""sRGB of the paper the piece stands on."""
JPEG_QUALITY = 92


@dataclass(frozen=True)
class Pose:
    """A photograph of the demo: its file name, the recipe's seed, and what is not left to chance."""

    name: str
    seed: int
    defects: tuple[str, ...] = ()
    woven: bool = True
    wanted: dict[str, Any] = field(default_factory=dict)
    light: str = "studio"


BASKET = {"kind": "basket", "material": "water_hyacinth", "weave": "plain", "view": "three_quarter"}
PLACEMAT = {"kind": "placemat", "material": "pandan", "weave": "plain", "view": "three_quarter"}
TRAY = {"kind": "tray", "material": "rattan", "view": "inside"}
BOWL = {"shape": "bowl", "stuff": "ceramic", "view": "three_quarter"}
POSES = (
    Pose("a", 5122, wanted=BASKET),
    Pose("tray-hole", 7013, ("HOLE",), wanted=TRAY),
    Pose("retake", 3, woven=False, wanted=BOWL),
    Pose("broken", 5122, ("STRAND_BROKEN",), wanted=BASKET),
    Pose("waste-basket", 5267, wanted=BASKET),
    Pose("placemat", 6008, wanted=PLACEMAT),
    Pose("stain", 6008, ("STAIN",), wanted=PLACEMAT),
    Pose("mould", 8017, ("MOULD",), wanted={**BASKET, "view": "closeup"}),
)


def shadow(camera: Camera, points: Array, size: int) -> Array:
    """How dark the ground is under and round a piece, 0..1, float32 [size, size]. points [V, 3]."""
    low = float(points[:, 2].min())
    foot = points[points[:, 2] < low + 0.15 * float(np.ptp(points[:, 2])) + 0.01].copy()
    foot[:, 2] = low
    canvas = np.zeros((size, size), np.float32)
    hull = cv2.convexHull((camera.project(foot)[:, :2] * size).astype(np.float32))
    cv2.fillConvexPoly(canvas, hull.astype(np.int32), 1.0)
    wide = cv2.GaussianBlur(canvas, (0, 0), size / 22)
    near = cv2.GaussianBlur(canvas, (0, 0), size / 90)
    return np.asarray(np.clip(0.28 * wide + 0.30 * near, 0, 1), np.float32)


def composed(rgb: Array, alpha: Array, dark: Array) -> Array:
    """The piece on its ground, uint8 [H, W, 3]."""
    size = rgb.shape[0]
    light = np.linspace(1.02, 0.93, size, dtype=np.float32)[:, None, None]
    ground = GROUND * light * (1 - dark[..., None])
    a = alpha[..., None].astype(np.float32) / 255
    return np.asarray(np.clip(rgb * a + ground * (1 - a), 0, 255).round(), np.uint8)


def photograph(pose: Pose, blender: Blender, size: int, samples: int) -> Array:
    """The picture of a pose, uint8 [size, size, 3]. Raises ValueError if a defect it should show cannot be seen."""
    shot = prepare(Recipe(pose.seed, pose.woven, pose.defects), size, samples, **pose.wanted)
    light = {"hdri": str(HDRI / f"{pose.light}.hdr"), "hdri_power": 1.0, "sun": 0.0, "ground_grey": 0.6}
    shot = replace(shot, job=shot.job | light, gain=1.0, balance=0.9, contrast=1.05)
    sample = shoot(shot, blender)[-1]
    if {d["code"] for d in sample.meta["defects"]} != set(pose.defects):
        raise ValueError(f"{pose.name}: wanted {pose.defects}, seen {sample.meta['defects']}; choose another seed")
    assert sample.alpha is not None
    return composed(sample.rgb, sample.alpha, shadow(shot.camera, shot.subject.mesh.points, size))


def main(argv: list[str] | None = None) -> int:
    """Write `<name>.jpg` of every pose into a folder."""
    parser = argparse.ArgumentParser(prog="python -m training.render.demo", description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=720)
    parser.add_argument("--samples", type=int, default=24)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="render-") as scratch, Blender(Path(scratch)) as blender:
        for pose in POSES:
            picture = photograph(pose, blender, args.size, args.samples)
            path = args.out / f"{pose.name}.jpg"
            cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            print(path, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
