"""Photos of the measuring mat for tests: small, made once each, and painted on where a scene has no such thing."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.mat_scenes import Scene, photograph
from qc.measure.layout import mat_layout
from qc.measure.markers import find_mat
from qc.measure.plane import fit_plane

Photo = NDArray[np.uint8]

PLAIN = Scene(width=1200, height=900, distance=600, length=200, breadth=150, thickness=1.5, hairs=0.03)
"""A flat piece of 200 x 150 mm in the middle of an A3 mat."""


@lru_cache(maxsize=16)
def photo_of(scene: Scene) -> Photo:
    """The photo of a scene, not to be written to."""
    made = photograph(scene)
    made.flags.writeable = False
    return made


def painted(scene: Scene, *boxes: tuple[float, float, float, float], colour: tuple[int, int, int]) -> Photo:
    """The scene's photo with boxes (x0, y0, x1, y1 in mm from the mat's middle) painted on the mat."""
    photo = photo_of(scene).copy()
    plane = fit_plane(find_mat(photo), photo.shape[:2], 1.0)
    middle = mat_layout(scene.paper, scene.number).page.corners.mean(axis=0)
    for x0, y0, x1, y1 in boxes:
        corners = plane.to_image(middle + np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))
        cv2.fillPoly(photo, [np.round(corners).astype(np.int32)], colour)
    return photo
