"""One labelled picture, the shape in which every source of training data hands it over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHANNELS = (
    "STRAND_BROKEN",
    "STRAND_MISSING",
    "WEAVE_LOOSE",
    "HOLE",
    "END_PROTRUDING",
    "EDGE_UNRAVEL",
    "STAIN",
    "MOULD",
    "COLOUR_UNEVEN",
    "SHAPE_DEFORMED",
    "INSECT_DAMAGE",
    "FOREIGN_MATTER",
)
"""The defect map's channels; channel k is bit k of a mask. A test holds them to taxonomy.yaml's `model_channel`."""


@dataclass(frozen=True)
class Sample:
    """A picture with what is known of it.

    rgb    uint8 [H, W, 3]
    alpha  uint8 [H, W], 255 on the piece, or None when the background is part of the picture
    mask   uint16 [H, W], bit k set where a person would see channel k's defect
    meta   JSON-ready: id, seed, source (blender | surface | photo), woven (0/1), kind, material, weave (or null),
           view (whole | closeup), state (good | defective), causes (list: why an honest eye may stumble over a good
           piece: pitch_jitter, odd_strand, node, splice, seam, feet, hard_shadow, clutter, partial, dyed), light,
           hard (those of the causes that the piece was made to have; a good piece with any is hard good),
           twin (id of the same piece without its defects, or null), defects (list of {code, box, area_px, visibility})
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    mask: NDArray[np.uint16]
    meta: dict[str, Any] = field(default_factory=dict)
