"""A verdict on the wire: what the rules said, why, where, and what nobody has checked."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from qc.ledger.tables import Inspection


class ReasonOut(BaseModel):
    """Why, and where."""

    rule: str = Field(description="The rule behind it.", examples=["defect.over_length"])
    code: str | None = Field(description="Defect code of the taxonomy; null where the reason is no defect.")
    severity: str | None
    view: str | None = Field(description="The view of the photo.")
    photo: str | None = Field(description="sha256 of the judged photo.")
    box: tuple[int, int, int, int] | None = Field(
        description="x0, y0, x1, y1 in pixels of the upright photo as it was sent; x1 and y1 are exclusive."
    )
    params: dict[str, Any] = Field(description="Numbers that go with the rule's words.")


class NotAssessableOut(BaseModel):
    """What photos cannot decide and nobody has recorded."""

    code: str
    why: str


class VerdictOut(BaseModel):
    """What a standard says about the evidence of one piece."""

    status: str = Field(description="graded, awaiting_checks, referred or retake.", examples=["graded"])
    grade: str | None = Field(description="A, B, rework or reject; null unless graded.", examples=["A"])
    best: str | None = Field(description="The grade if every doubt proves groundless.")
    worst: str | None = Field(description="The grade if every doubt proves true.")
    rule: str | None = Field(description="Grade rule that gave the grade.")
    reasons: list[ReasonOut] = Field(description="Worst first.")
    not_assessable: list[NotAssessableOut]
    checks_missing: list[str] = Field(description="Required hand checks neither recorded nor waived.")
    standard: str
    standard_version: int
    model: str

    @classmethod
    def of(cls, inspection: Inspection) -> VerdictOut:
        """From the ledger's row, with the checks of the latest decision."""
        latest = inspection.decisions[-1].verdict if inspection.decisions else inspection.verdict
        return cls.model_validate(latest)
