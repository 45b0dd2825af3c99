"""What a standard says about one defect code: how bad it is, up to which size, and when the model is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from qc.standards.taxonomy import taxonomy
from qc.standards.vocabulary import RUNGS, Disposition, Severity, Written


class Band(Written):
    """What a calibrated probability leads to: below `refer` nothing, from `act` on a defect, between them a doubt."""

    refer: float = Field(ge=0, le=1)
    act: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.refer > self.act:
            raise ValueError(f"refer is {self.refer}, above act {self.act}; wanted refer <= act")
        return self


class Size(Written):
    """Bounds on one defect's size. Lengths in mm need the product's nominal size; shares are of the piece."""

    length_mm: float | None = Field(default=None, gt=0, le=10_000)
    length_share: float | None = Field(default=None, gt=0, le=2)
    area_share: float | None = Field(default=None, gt=0, le=1)

    def given(self) -> dict[str, float]:
        """The bounds that are set, by name."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class Limits(Size):
    """Up to here a code keeps its severity. Count and area are of the whole piece, length is of the longest defect."""

    count: int | None = Field(default=None, ge=1, le=1000)


class DefectRule(Written):
    """A standard's say on one code; what is left out comes from the taxonomy."""

    severity: Severity | None = Field(default=None, description="`none`: this standard does not mind it.")
    disposition: Disposition | None = None
    limits: Limits | None = Field(default=None, description="Beyond any of these the severity becomes `beyond`.")
    beyond: Severity | None = None
    tolerated: Size | None = Field(default=None, description="A defect within all of these is none.")
    counted: Literal["each", "once"] = Field(
        default="each", description="`once`: however many a piece has, they are one fault."
    )
    band: Band | None = Field(default=None, description="Goes before the bands of the model and of the standard.")

    @model_validator(mode="after")
    def _limits_lead_somewhere(self) -> Self:
        if (self.limits is None) != (self.beyond is None):
            raise ValueError("limits and beyond belong together: give both or neither")
        for name in ("limits", "tolerated"):
            size = getattr(self, name)
            if size is not None and not size.given():
                raise ValueError(f"{name} sets nothing; give a bound or leave {name} out")
        return self


@dataclass(frozen=True)
class CodeRule:
    """A DefectRule with the taxonomy's defaults filled in."""

    code: str
    severity: Severity
    disposition: Disposition
    structural: bool
    limits: dict[str, float]
    beyond: Severity
    tolerated: dict[str, float]
    once: bool
    band: Band | None

    @property
    def minded(self) -> bool:
        """Whether the standard minds this code at all."""
        return self.severity != "none" or self.beyond != "none"

    @property
    def unfixable(self) -> bool:
        """Whether a piece with it cannot be mended or must be kept apart."""
        return self.disposition in ("reject", "quarantine")


def resolve(code: str, rule: DefectRule | None) -> CodeRule:
    """A code's rule with the taxonomy's defaults.

    Raises:
        ValueError: `beyond` is milder than the severity, or either is `hold` where limits are given.
        BadStandard: Unknown code.
    """
    defect = taxonomy().defect(code)
    rule = rule or DefectRule()
    severity = rule.severity or defect.severity
    beyond = rule.beyond or severity
    if beyond != severity and ("hold" in (severity, beyond) or RUNGS.index(beyond) <= RUNGS.index(severity)):
        raise ValueError(f"beyond is {beyond}, severity {severity}; wanted a worse one of {', '.join(RUNGS)}")
    return CodeRule(
        code=code,
        severity=severity,
        disposition=rule.disposition or defect.disposition,
        structural=defect.structural,
        limits=rule.limits.given() if rule.limits else {},
        beyond=beyond,
        tolerated=rule.tolerated.given() if rule.tolerated else {},
        once=rule.counted == "once",
        band=rule.band,
    )
