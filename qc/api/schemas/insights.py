"""Figures over weeks, and feedback for a weaver."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from qc.ledger.insights import MakerFigures, WeekFigures
from qc.standards.estimates import Estimate, estimate


class WeekOut(BaseModel):
    """One ISO week, in UTC. A rate is null where nothing was counted."""

    begins: date = Field(description="Its Monday.")
    inspections: int = Field(description="Retakes included.")
    pieces: int = Field(description="Judged, once an attempt.")
    retakes: Estimate | None = Field(description="Share of the inspections whose photos were not fit.")
    referred: Estimate | None = Field(description="Share of the pieces that the rules left to a person.")
    phone_disagreed: Estimate | None = Field(description="Share of phones' verdicts that the server does not share.")
    defects: dict[str, Estimate] = Field(description="By code: share of the pieces on which it was found.")

    @classmethod
    def of(cls, week: WeekFigures, codes: list[str]) -> WeekOut:
        """From the ledger's counts; every code of the period has a figure in each week with pieces."""
        return cls(
            begins=week.begins.date(),
            inspections=week.inspections,
            pieces=week.pieces,
            retakes=_share(week.retakes, week.inspections),
            referred=_share(week.referred, week.pieces),
            phone_disagreed=_share(week.disagreed, week.compared),
            defects={code: estimate(week.defects[code], week.pieces) for code in codes} if week.pieces else {},
        )


class InsightsOut(BaseModel):
    """The last weeks, oldest first."""

    codes: list[str] = Field(description="Defects found in these weeks, the commonest first.")
    weeks: list[WeekOut]


class MakerRef(BaseModel):
    """A weaver of whom enough is known."""

    maker_ref: str
    pieces: int


class MakerRefList(BaseModel):
    """In the order of their pseudonyms: this is no ranking."""

    items: list[MakerRef]


class FoundOften(BaseModel):
    """A defect on a weaver's pieces."""

    code: str
    share: Estimate


class MakerFeedbackOut(BaseModel):
    """What a weaver's last pieces showed when first presented."""

    maker_ref: str
    pieces: int
    enough: bool = Field(description="Whether there are 20 pieces; below that nothing is told.")
    defects: list[FoundOften] = Field(description="The commonest first.")

    @classmethod
    def of(cls, figures: MakerFigures, least: int) -> MakerFeedbackOut:
        """From the ledger's counts."""
        return cls(
            maker_ref=figures.maker_ref,
            pieces=figures.pieces,
            enough=figures.pieces >= least,
            defects=[FoundOften(code=code, share=share) for code, share in figures.defects.items()],
        )


def _share(found: int, of: int) -> Estimate | None:
    return estimate(found, of) if of else None
