"""Reasons: codes with parameters. Every reason names its rule; the words come from the catalogues (words.py)."""

from __future__ import annotations

import json
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from qc.standards.evidence import Box, Frozen, View
from qc.standards.vocabulary import Severity

RuleId = Literal[
    "retake.view_missing",
    "retake.photo_too_small",
    "retake.too_dark",
    "retake.too_bright",
    "retake.clipped",
    "retake.blurred",
    "retake.no_woven_piece",
    "retake.piece_not_found",
    "retake.several_pieces",
    "retake.piece_too_small",
    "retake.piece_cut_off",
    "retake.too_far",
    "doubt.woven",
    "doubt.unlike_training",
    "doubt.kind",
    "doubt.material",
    "doubt.defect",
    "doubt.hold",
    "doubt.whole_photo",
    "doubt.check",
    "doubt.same_photo",
    "doubt.repeated_photo",
    "defect.found",
    "defect.over_count",
    "defect.over_length",
    "defect.over_area",
    "check.failed",
    "check.too_high",
    "check.too_low",
    "check.warning",
    "check.missing",
    "check.waived",
]

PARAMETERS: dict[RuleId, frozenset[str]] = {
    "retake.view_missing": frozenset(),
    "retake.photo_too_small": frozenset({"side_px", "wanted_px"}),
    "retake.too_dark": frozenset({"exposure", "wanted"}),
    "retake.too_bright": frozenset({"exposure", "wanted"}),
    "retake.clipped": frozenset({"percent", "most"}),
    "retake.blurred": frozenset({"sharpness", "wanted"}),
    "retake.no_woven_piece": frozenset({"probability", "refer"}),
    "retake.piece_not_found": frozenset(),
    "retake.several_pieces": frozenset({"pieces"}),
    "retake.piece_too_small": frozenset({"percent", "wanted"}),
    "retake.piece_cut_off": frozenset({"percent", "most"}),
    "retake.too_far": frozenset({"promised_mm", "wanted_mm"}),
    "doubt.woven": frozenset({"probability", "act"}),
    "doubt.unlike_training": frozenset({"novelty", "limit"}),
    "doubt.kind": frozenset({"kind", "wanted_kinds"}),
    "doubt.material": frozenset({"material", "wanted_materials"}),
    "doubt.defect": frozenset({"probability", "refer", "act"}),
    "doubt.hold": frozenset({"probability"}),
    "doubt.whole_photo": frozenset({"probability", "refer"}),
    "doubt.check": frozenset({"check", "value", "uncertainty", "unit"}),
    "doubt.same_photo": frozenset({"piece"}),
    "doubt.repeated_photo": frozenset({"piece", "distance", "nearest"}),
    "defect.found": frozenset({"probability", "act"}),
    "defect.over_count": frozenset({"probability", "act", "count", "limit"}),
    "defect.over_length": frozenset({"probability", "act", "length", "limit", "unit"}),
    "defect.over_area": frozenset({"probability", "act", "percent", "limit"}),
    "check.failed": frozenset({"check"}),
    "check.too_high": frozenset({"check", "value", "limit", "unit"}),
    "check.too_low": frozenset({"check", "value", "limit", "unit"}),
    "check.warning": frozenset({"check", "value", "limit", "unit"}),
    "check.missing": frozenset({"check"}),
    "check.waived": frozenset({"check", "why"}),
}
"""The parameters of each rule's reason, so that no sentence can lack one."""

Parameter = str | int | float | tuple[str, ...]
WhyNot = Literal[
    "view_missing", "blurred", "too_small", "unusable_photo", "needs_instrument", "waived", "not_looked_for"
]
"""Why a code is open. `needs_instrument`: a hand, a nose or an instrument tells; `not_looked_for`: a photo would show
it, but this model does not look for it."""

_SEVERITIES: tuple[Severity | None, ...] = ("critical", "hold", "major", "minor", "none", None)
_VIEWS: tuple[str | None, ...] = (*get_args(View), None)


class Reason(Frozen):
    """Why a piece got what it got, and where."""

    rule: RuleId
    code: str | None = Field(default=None, description="Defect code, null where the reason is no defect.")
    severity: Severity | None = None
    view: View | None = None
    photo: str | None = Field(default=None, description="sha256 of the judged photo, null where it is no one photo.")
    box: Box | None = Field(default=None, description="In pixels of that photo, upright.")
    params: dict[str, Parameter] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parameters_are_those_of_the_rule(self) -> Self:
        if set(self.params) != PARAMETERS[self.rule]:
            raise ValueError(f"{self.rule} takes {sorted(PARAMETERS[self.rule])}, got {sorted(self.params)}")
        return self

    def order(self) -> tuple[int, str, str, int, str, Box, str]:
        """Sort key: worst first, then by rule, code and place. Total, so that the order of photos does not matter."""
        return (
            _SEVERITIES.index(self.severity), self.rule, self.code or "", _VIEWS.index(self.view), self.photo or "",
            self.box or (0, 0, 0, 0), json.dumps(self.params, sort_keys=True),
        )  # fmt: skip


class NotAssessable(Frozen):
    """A defect code that these photos and checks cannot decide."""

    code: str
    why: WhyNot
