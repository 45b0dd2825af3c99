"""Sizes read from a photo of a piece on the measuring mat."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Name
from qc.measure import Measurement, SizeDecision
from qc.measure.compare import SizeCheck
from qc.measure.tolerance import worst


class MeasurementIn(Incoming):
    """The form field `measurement`: under which standard, and what is known of mat, piece and phone."""

    sku: Name | None = Field(
        default=None, description="Compared with the sizes of this SKU's standard ...", examples=["PM-PD-01"]
    )
    standard: Name | None = Field(default=None, description="... or of this one. Without either, only measured.")
    print_scale: float = Field(
        default=1.0, gt=0, le=10, description="What the mat's 100 mm bar measures with a ruler, over 100."
    )
    height_mm: float | None = Field(
        default=None, ge=0, lt=2000, description="Of the measured face above the mat; the standard's when left out."
    )
    focal_35mm: float | None = Field(
        default=None, ge=10, le=200, description="The phone's focal length as on 35 mm film."
    )


class MeasurementOut(BaseModel):
    """What was read, and what follows for each wanted size."""

    measurement: Measurement
    checks: list[SizeCheck] = Field(description="One for each wanted size; empty without a standard.")
    decision: SizeDecision | None = Field(description="The worst of the checks; null where there are none.")

    @classmethod
    def of(cls, measurement: Measurement, checks: tuple[SizeCheck, ...]) -> Self:
        """From what was measured and compared."""
        decision = worst([check.decision for check in checks]) if checks else None
        return cls(measurement=measurement, checks=list(checks), decision=decision)
