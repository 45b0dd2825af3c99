"""Evidence: what the model saw in the photos of one piece. No opinion: grades come from a standard (verdict.py)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

View = Literal[
    "top", "inside", "side_1", "side_2", "base", "front", "back", "corner_1", "corner_2", "handle", "label", "closeup"
]
Probability = float
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the upright photo; x1 and y1 are exclusive."""


class Frozen(BaseModel):
    """A value: unchangeable, and strict about fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Detection(Frozen):
    """One place where the model sees a defect."""

    code: str = Field(description="Defect code of the taxonomy.")
    probability: Probability = Field(ge=0, le=1, description="Calibrated probability that the defect is real.")
    box: Box
    area_share: float = Field(ge=0, le=1, description="Defect area as a share of the piece's area in this photo.")
    length_share: float = Field(
        ge=0, description="Longest extent of the defect as a share of the piece's longest side."
    )


class Quality(Frozen):
    """Whether the photo is fit to judge from."""

    sharpness: float = Field(
        ge=0, description="Variance of the Laplacian of the judged grey image at 640 px long side."
    )
    exposure: float = Field(ge=0, le=1, description="Mean luminance, 0 black to 1 white.")
    clipped_share: float = Field(ge=0, le=1, description="Share of pixels that are fully black or fully white.")
    piece_found: bool
    piece_share: float = Field(ge=0, le=1, description="Share of the frame that the piece covers.")
    pieces: int = Field(ge=0, description="How many separate pieces the photo seems to show.")
    smallest_defect_px: float = Field(
        gt=0, description="Smallest defect, in pixels of the upright photo, that is promised."
    )


class PhotoEvidence(Frozen):
    """What the model saw in one photo."""

    view: View | None = Field(default=None, description="The view the caller named; null for a photo on its own.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the bytes that were judged.")
    width: int = Field(gt=0, description="Of the upright photo, in pixels.")
    height: int = Field(gt=0)
    woven: Probability = Field(ge=0, le=1)
    kind: str | None = Field(description="Most probable kind, null where unsure.")
    kind_probability: Probability = Field(ge=0, le=1)
    material: str | None = Field(description="Most probable material, null where unsure.")
    material_probability: Probability = Field(ge=0, le=1)
    defect_probability: Probability = Field(ge=0, le=1, description="Probability of at least one defect in the photo.")
    detections: tuple[Detection, ...] = Field(description="Every detection above 0.05, most probable first.")
    quality: Quality
    novelty: float = Field(
        ge=0, description="Distance to the training set; 1 is the 99th percentile of held-out pieces."
    )
    ms: dict[str, float] = Field(description="Milliseconds by stage.")


class Evidence(Frozen):
    """What the model saw in all photos of one piece."""

    photos: tuple[PhotoEvidence, ...] = Field(min_length=1, max_length=12)
    model: str = Field(description="Bundle name and version, such as anyaman-0.1.0.")
