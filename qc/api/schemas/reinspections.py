"""Blind re-inspections: what is to be judged again, and what was found."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from qc.api.schemas.inspections import GivenChecks
from qc.api.schemas.words import Incoming, Pseudonym, Sentence, Time
from qc.ledger.reinspections import Result
from qc.ledger.screening_results import MOST_PIECES
from qc.ledger.states import LotState, Purpose, ReinspectionState
from qc.ledger.tables import Reinspection
from qc.standards.found import FoundDefect
from qc.standards.sampling import DefectClass

Shown = Literal["sample", "screening", "chance"]
"""Why a piece is judged again. `chance` does not say whether it was accepted or refused."""


class ResultIn(Incoming):
    """What a person found."""

    inspected_by: Pseudonym = Field(description="The person, as a pseudonym; nobody who inspected or decided on it.")
    defects: list[FoundDefect] = Field(
        default=[],
        max_length=100,
        description="Every defect, with its class where the person judges it otherwise than the standard.",
        examples=[[{"code": "STRAND_BROKEN", "defect_class": "major"}]],
    )
    checks: GivenChecks = Field(default_factory=dict)
    remark: Sentence | None = None


class ScreenedPiece(Incoming):
    """What was found on one piece of a lot that is screened."""

    piece_id: UUID
    defects: list[FoundDefect] = Field(default=[], max_length=100, description="Every defect; none: it is faultless.")
    checks: GivenChecks = Field(default_factory=dict, description="Beside or instead of those for all.")
    remark: Sentence | None = None


class ScreenedIn(Incoming):
    """What a person found on many pieces: all of it is recorded, or none."""

    inspected_by: Pseudonym = Field(description="The person, as a pseudonym; screening is open to everybody.")
    checks: GivenChecks = Field(default_factory=dict, description="Hand checks with which all of these pieces agree.")
    pieces: list[ScreenedPiece] = Field(min_length=1, max_length=MOST_PIECES)

    @field_validator("pieces")
    @classmethod
    def _each_once(cls, pieces: list[ScreenedPiece]) -> list[ScreenedPiece]:
        if len({piece.piece_id for piece in pieces}) != len(pieces):
            raise ValueError("a piece is named twice")
        return pieces

    def results(self) -> dict[UUID, Result]:
        """By piece, as the ledger takes them."""
        return {
            piece.piece_id: Result(
                self.inspected_by, tuple(piece.defects), {**self.checks, **piece.checks}, piece.remark
            )
            for piece in self.pieces
        }


class ScreenedOut(BaseModel):
    """How far a screening is."""

    state: LotState = Field(description="`screened` once every piece has been looked at.")
    recorded: int = Field(description="Pieces of this request.")
    open: int = Field(description="Pieces that are still to be looked at.")


class MissedIn(Incoming):
    """Why nobody can judge the piece again."""

    reported_by: Pseudonym
    reason: Sentence


class ReinspectionPhotoOut(BaseModel):
    """A photo that the re-inspector took."""

    view: str | None
    photo: str = Field(examples=["/v1/photos/0a1b..."])


class FoundOut(BaseModel):
    """What was found."""

    inspected_by: str
    defects: list[FoundDefect]
    checks: dict[str, Any]
    worst: DefectClass | None = Field(description="In which class the piece counts in a lot; null: no defect.")
    meets_standard: bool
    remark: str | None
    recorded_at: Time


class MissedOut(BaseModel):
    """Why nobody judged it again."""

    reported_by: str | None = Field(description="Null: nobody had to, since the piece was presented again.")
    reason: str
    counts_as: DefectClass | None = Field(description="In which class a lost piece counts in its lot; null outside.")
    at: Time


class ReinspectionOut(BaseModel):
    """A piece to be judged again. Nothing here tells what was found before."""

    id: UUID
    sequence: int = Field(description="The order in which pieces are to be judged; a cursor of the list.")
    piece_id: UUID
    tag: str | None
    sku: str | None
    purpose: Shown
    lot_id: UUID | None
    position: int = Field(description="In the order of the draw, from 1.")
    state: ReinspectionState
    standard: str = Field(description="Its defect codes and hand checks are to be used.")
    standard_version: int
    ordered_at: Time
    photos: list[ReinspectionPhotoOut]
    found: FoundOut | None = Field(description="Null until recorded.")
    missed: MissedOut | None = Field(description="Null unless it is `missed`.")

    @classmethod
    def of(cls, row: Reinspection) -> ReinspectionOut:
        """From the ledger's row."""
        return cls.model_validate(
            {
                "id": row.id,
                "sequence": row.sequence,
                "piece_id": row.piece_id,
                "tag": row.piece.tag,
                "sku": row.piece.sku,
                "purpose": row.purpose.value if row.purpose in {Purpose.SAMPLE, Purpose.SCREENING} else "chance",
                "lot_id": row.lot_id,
                "position": row.position,
                "state": row.state,
                "standard": row.standard.name,
                "standard_version": row.standard.version,
                "ordered_at": row.ordered_at,
                "photos": [{"view": x.view, "photo": f"/v1/photos/{x.sha256}"} for x in row.photos],
                "found": _found(row),
                "missed": _missed(row),
            }
        )


def _found(row: Reinspection) -> dict[str, Any] | None:
    if row.state is not ReinspectionState.RECORDED:
        return None
    return {
        "inspected_by": row.inspected_by,
        "defects": row.defects,
        "checks": row.checks,
        "worst": row.worst,
        "meets_standard": row.meets_standard,
        "remark": row.remark,
        "recorded_at": row.closed_at,
    }


def _missed(row: Reinspection) -> dict[str, Any] | None:
    if row.state is not ReinspectionState.MISSED:
        return None
    return {"reported_by": row.inspected_by, "reason": row.remark, "counts_as": row.worst, "at": row.closed_at}


class ReinspectionList(BaseModel):
    """A page of re-inspections."""

    items: list[ReinspectionOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")
