"""The light on the mat: even enough, bright enough, neither burnt out nor oddly coloured?

The grey patches serve to check that. They do not serve to judge the piece's colour: a phone's colours are wrong by more
than trade tolerates, so `colour` says not_assessable, always.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from qc.measure.layout import MatLayout
from qc.measure.paper import BareMat
from qc.measure.rectified import Rectified
from qc.standards.evidence import Frozen

UNEVEN = 1.6
_BURNT = 0.97


class Light(Frozen):
    """How the mat is lit."""

    flatness: float = Field(gt=0, le=1, description="Dimmest over brightest light on the mat's paper; 1 is even.")
    white: tuple[float, float, float] = Field(
        description="White paper's linear red, green, blue; 1 is the most a photo holds."
    )
    clipped_share: float = Field(ge=0, le=1, description="Share of the paper that is burnt out.")
    patches_seen: int = Field(ge=0, le=6, description="Grey patches not covered by the piece.")
    patches_in_order: bool = Field(
        description="Whether those patches get lighter as printed: else a shadow or glare lies on them."
    )
    colour: Literal["not_assessable"] = "not_assessable"


def light_on(view: Rectified, mat: BareMat, layout: MatLayout) -> Light:
    """The light on the mat in a rectified view."""
    paper = mat.page & view.valid
    brightness = mat.white[paper].mean(axis=-1)
    plain = paper & (mat.darkest >= 1) & (mat.luminance > 0.85)
    clipped = float((view.light[plain].max(axis=-1) >= _BURNT).mean()) if plain.any() else 0.0
    tones = []
    for patch in layout.patches:
        where = view.window(patch.box.grown(-3))
        if view.valid[where].all() and (mat.colourfulness[where] < 0.15).mean() > 0.9:
            tones.append(float(np.median(mat.luminance[where])))
    return Light(
        flatness=float(np.clip(brightness.min() / brightness.max(), 1e-3, 1)),
        white=tuple(float(v) for v in np.median(mat.white[paper], axis=0)),
        clipped_share=clipped,
        patches_seen=len(tones),
        patches_in_order=bool((np.diff(tones) > 0).all()),
    )
