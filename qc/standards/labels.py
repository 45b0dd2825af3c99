"""What a person says of defects on one photo: a code is there or is not, where, and how bad. Labels to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from qc.errors import BadRequest
from qc.standards.evidence import Frozen
from qc.standards.taxonomy import Code

MOST_FINDINGS = 100
"""Of one photo: more than anybody marks by hand, so a request cannot grow without bound."""

_Edge = Annotated[int, Field(ge=0, le=100_000)]


class LabelledDefect(Frozen):
    """One defect code on one photo, as a person sees it."""

    code: Code
    present: bool = Field(
        description="True: it is there. False: it is not, in the box or, without one, anywhere on the photo."
    )
    box: tuple[_Edge, _Edge, _Edge, _Edge] | None = Field(
        default=None,
        description="x0, y0, x1, y1 in pixels of the upright photo as it was sent, as in the evidence; x1 and y1 are "
        "exclusive. Null: somewhere on it.",
        examples=[[120, 340, 200, 410]],
    )
    severity: Literal["minor", "major", "critical"] | None = Field(
        default=None, description="As the person judges it; only of what is there."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.severity is not None and not self.present:
            raise ValueError("what is not there has no severity; leave it out")
        if self.box is not None and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise ValueError(f"got a box {list(self.box)} without area, wanted x0 < x1 and y0 < y1")
        return self


def see_that_possible(findings: Sequence[LabelledDefect], width: int, height: int) -> None:
    """See that findings lie on a photo of this size and do not contradict each other.

    Raises:
        BadRequest: A box leaves the photo, or a code is said to be there and nowhere.
    """
    for finding in findings:
        if finding.box is not None and (finding.box[2] > width or finding.box[3] > height):
            raise BadRequest(
                f"the box {list(finding.box)} of {finding.code} leaves the photo of {width} x {height} px; "
                "boxes are in pixels of the upright photo as it was sent"
            )
    there = {finding.code for finding in findings if finding.present}
    nowhere = {finding.code for finding in findings if not finding.present and finding.box is None}
    if there & nowhere:
        raise BadRequest(
            f"{', '.join(sorted(there & nowhere))} is said to be there and nowhere on one photo: keep one of the two, "
            "or box where it is not"
        )
