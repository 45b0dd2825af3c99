"""Photos with the model's heat map beside them, small enough to stand in a page."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.model.preprocess import fit, resize
from training.evaluation.composites import Pair, as_stored, piece_of, visible_composite

SIDE = 230

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Shown:
    """A photo that the report shows.

    Attributes:
        title: what it is.
        probability: of a defect, as the model says.
        boxes: where defects are labelled, in pixels of the photo.
        open: makes the judged photo when it is wanted; of hundreds of candidates 24 are.
    """

    title: str
    probability: float
    boxes: tuple[Box, ...]
    open: Callable[[], JudgedPhoto]


def of_pair(pair: Pair, grader: Grader) -> Shown:
    """A composite, made again from its seed."""

    def make() -> JudgedPhoto:
        judged = grader.judge(pair.photo.read_bytes())
        made = visible_composite(judged.photo.rgb, piece_of(grader, judged), pair.code, pair.seed)
        assert made is not None, f"{pair.photo.name} took {pair.code} before"
        return as_stored(made[0])

    return Shown(f"{pair.code} on {pair.photo.name}", pair.after, (pair.box,), make)


def side_by_side(shown: Shown, grader: Grader) -> str:
    """The photo with its labelled boxes and, right of it, its heat map: a data URI of a JPEG."""
    judged = shown.open()
    rgb = judged.photo.rgb
    width, height = fit(rgb.shape[1], rgb.shape[0], SIDE)
    small = resize(rgb, width, height)
    hot = _heated(small, grader.heat(judged))
    for x0, y0, x1, y1 in shown.boxes:
        scale = width / rgb.shape[1]
        corners = (round(x0 * scale), round(y0 * scale)), (round(x1 * scale), round(y1 * scale))
        cv2.rectangle(small, *corners, (255, 255, 255), 3)
        cv2.rectangle(small, *corners, (200, 0, 60), 1)
    both = np.hstack([small, np.full((height, 4, 3), 255, np.uint8), hot])
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(both), quality=82, colorspace="RGB")
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def _heated(rgb: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Grey where nothing is seen, through yellow to red where a defect is certain."""
    height, width = rgb.shape[:2]
    p = np.clip(cv2.resize(heat, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)[..., None]
    grey = np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, 2).astype(np.float32)
    colour = np.concatenate([np.full_like(p, 255), 220 * (1 - p), np.full_like(p, 20)], 2)
    blend = np.minimum(1, 1.4 * p) * 0.75
    return np.asarray(grey * (1 - blend) + colour * blend, np.uint8)
