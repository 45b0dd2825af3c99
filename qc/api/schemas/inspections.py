"""Inspections and decisions."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from qc.api.schemas.labels import PhotosLabelled
from qc.api.schemas.verdicts import VerdictOut
from qc.api.schemas.words import Incoming, Instant, Name, Pseudonym, Sentence, Time
from qc.ledger.states import Outcome, PieceState
from qc.ledger.tables import Batch, Decision, Inspection, InspectionPhoto, Piece
from qc.standards.evidence import View
from qc.standards.vocabulary import Grade

GivenChecks = Annotated[
    dict[Annotated[str, Field(max_length=40)], JsonValue],
    Field(
        max_length=100,
        description='Hand checks by name: a number, "pass", "fail", or {"waived": "why"}.',
        examples=[{"moisture_pct": 11.5, "odour": "pass"}],
    ),
]


class InspectionIn(Incoming):
    """The form field `inspection`: what is known of the piece beside its photos."""

    piece_id: UUID | None = Field(
        default=None, description="The piece's UUIDv7, made by the caller, so that sending again is safe."
    )
    sku: Name | None = Field(
        default=None, description="Judged under the latest standard of this SKU ...", examples=["WB-WH-01"]
    )
    standard: Name | None = Field(default=None, description="... or under this standard.", examples=["woven-general"])
    tag: Name | None = Field(default=None, description="Code of the tag on the piece; bound once.")
    collection_point: Name | None = Field(default=None, description="Code of the place; the key's own when left out.")
    maker_ref: Pseudonym | None = Field(default=None, description="The weaver, as a pseudonym. Never a name.")
    consent_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,32}$")] | None = Field(
        default=None, description="Version of the consent that the weaver gave; needed with a new `maker_ref`."
    )
    consented_at: Instant | None = Field(default=None, description="When the weaver gave it; now when left out.")
    appeal: bool = Field(
        default=False,
        description="The weaver objects: a returned or rejected piece is judged again as it is, and decided by "
        "somebody who has not decided on it before.",
    )
    checks: GivenChecks = Field(default_factory=dict)
    auto_accept: bool = Field(
        default=False,
        description="Accept by policy what the rules grade for export without an open doubt or missing check. "
        "Needs the scope decisions:write.",
    )


class DecisionIn(Incoming):
    """What a person decides about an inspected piece."""

    outcome: Literal["accept", "return", "reject", "refer", "overrule"]
    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")
    reason: Sentence | None = Field(default=None, description="Needed where it goes against the rules' grade.")
    grade: Grade | None = Field(default=None, description="For `overrule` only: the person's own grade.")
    checks: GivenChecks = Field(default_factory=dict)
    labels: PhotosLabelled = Field(
        default=[], description="What the person saw on the photos, for the model to learn from. It changes no grade."
    )


class DecisionOut(BaseModel):
    """A decision as it stands."""

    id: UUID
    outcome: Outcome
    grade: str | None
    reason: str | None
    decided_by: str | None = Field(description="The person; null when a policy decided.")
    policy: str | None = Field(description="The stated policy; null when a person decided.")
    checks: dict[str, Any]
    decided_at: Time

    @classmethod
    def of(cls, decision: Decision) -> DecisionOut:
        """From the ledger's row."""
        return cls.model_validate(decision, from_attributes=True)


class PhotoOut(BaseModel):
    """One view: where its three pictures are."""

    view: View | None
    original: str = Field(description="As it came, bit for bit.", examples=["/v1/photos/0a1b..."])
    judged: str = Field(description="The very bytes that were judged.")
    marked: str = Field(description="With place and reason marked, for a person.")

    @classmethod
    def of(cls, photo: InspectionPhoto) -> PhotoOut:
        """From the ledger's row."""
        paths = (f"/v1/photos/{name}" for name in (photo.original_sha256, photo.judged_sha256, photo.marked_sha256))
        original, judged, marked = paths
        return cls.model_validate({"view": photo.view, "original": original, "judged": judged, "marked": marked})


class BatchRef(BaseModel):
    """The batch that a piece is in."""

    id: UUID
    number: str

    @classmethod
    def of(cls, batch: Batch | None) -> BatchRef | None:
        """From the ledger's row, if there is one."""
        return None if batch is None else cls(id=batch.id, number=batch.number)


def receipt_path(piece: Piece) -> str | None:
    """Where the weaver's receipt is."""
    return None if piece.receipt_code is None else f"/r/{piece.receipt_code}"


class InspectionOut(BaseModel):
    """One inspection of a piece, and what became of it."""

    id: UUID
    piece_id: UUID
    number: int = Field(description="Of this piece's inspections, from 1.")
    attempt: int = Field(description="How often the piece has been presented; 2 after it was mended once.")
    inspected_at: Time
    verdict: VerdictOut
    checks: dict[str, Any]
    photos: list[PhotoOut]
    decisions: list[DecisionOut]
    piece_state: PieceState
    batch: BatchRef | None = Field(description="Where the piece is packed; null when in no batch.")
    receipt: str | None = Field(description="Path of the weaver's receipt: a public page, by an unguessable code.")

    @classmethod
    def of(cls, inspection: Inspection, batch: Batch | None) -> InspectionOut:
        """From the ledger's rows."""
        return cls(
            id=inspection.id,
            piece_id=inspection.piece_id,
            number=inspection.number,
            attempt=inspection.attempt,
            inspected_at=inspection.inspected_at,
            verdict=VerdictOut.of(inspection),
            checks=inspection.checks,
            photos=[PhotoOut.of(photo) for photo in inspection.photos],
            decisions=[DecisionOut.of(decision) for decision in inspection.decisions],
            piece_state=inspection.piece.state,
            batch=BatchRef.of(batch),
            receipt=receipt_path(inspection.piece),
        )
