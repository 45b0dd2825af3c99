"""The form of a COCO file, as far as it is read here: what else a tool writes into it is passed over."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from qc.standards.taxonomy import Code
from training.feedback.rows import Source, Split

_Number = Annotated[float, Field(allow_inf_nan=False)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class CocoLabel(_Form):
    """A code that is somewhere on the image, or that is not."""

    code: Code
    severity: Literal["minor", "major", "critical"] | None = None
    source: Source = "review"
    weight: float = Field(default=1.0, ge=0, le=1)
    box: tuple[_Number, _Number, _Number, _Number] | None = None


class CocoPiece(_Form):
    """The piece that an image shows, as `export_coco` tells it."""

    piece: str = Field(min_length=1, max_length=64)
    weaver_group: str | None = None
    collection_point: str = "unknown"
    phone: str = "unknown"
    week: str = "unknown"
    sku: str | None = None
    standard: str = "unknown"
    kind: str | None = None
    material: str | None = None
    split: Split | None = None


class CocoImage(_Form):
    """One image."""

    id: int
    file_name: str = Field(min_length=1, max_length=500)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    good: bool | None = None
    view: str | None = None
    source: Source | None = None
    grade: str | None = None
    labels: list[CocoLabel] = []
    absent: list[CocoLabel] = []
    piece: CocoPiece | None = None


class CocoAnnotation(_Form):
    """One box: x, y, width, height in pixels."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[_Number, _Number, _Number, _Number]
    severity: Literal["minor", "major", "critical"] | None = None
    source: Source = "review"
    weight: float = Field(default=1.0, ge=0, le=1)


class CocoCategory(_Form):
    """One category, named by a defect code."""

    id: int
    name: str


class CocoFile(_Form):
    """A COCO file of boxes."""

    images: list[CocoImage]
    annotations: list[CocoAnnotation]
    categories: list[CocoCategory]
