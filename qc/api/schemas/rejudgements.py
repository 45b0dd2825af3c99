"""Past evidence judged again: what is asked, how far it is, and what pieces would be."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from qc.api.schemas.standards import OutcomeCount
from qc.api.schemas.words import Incoming, Instant, Name, Sentence, Time
from qc.ledger.states import RejudgementState
from qc.ledger.tables import RejudgedPiece, Rejudgement

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]


class RejudgementIn(Incoming):
    """Which past pieces to judge again, by which standard, model or both."""

    standard: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Name of the standard that judges. Left out: each inspection's own, as it stood."
    )
    standard_version: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="Its version, in force or only proposed; the one in force when left out."
    )
    model: ModelName | None = Field(
        default=None,
        description="Name and version of a released model that looks at the stored photos anew. Left out: the evidence "
        "as it is kept, and no photo is read.",
    )
    sku: Name | None = Field(default=None, description="Only pieces of this SKU; a standard is for one anyway.")
    inspected_from: Instant | None = Field(default=None, description="Only by inspections from then on.")
    inspected_before: Instant | None = Field(default=None, description="Only by inspections before; now if left out.")
    reason: Sentence


class CancelIn(Incoming):
    """Nothing needs to be said."""


class RejudgementOut(BaseModel):
    """A job: what it does, how far it is, and what it found so far. It changes nothing that was decided."""

    id: UUID
    number: int
    state: RejudgementState
    standard: str | None
    standard_version: int | None
    model: str | None
    sku: str | None
    inspected_from: Time | None
    inspected_before: Time
    reason: str
    requested_by: str
    pieces: int = Field(description="In its scope when it was requested.")
    done: int = Field(description="Of them, judged again so far.")
    changed: int = Field(description="Of those, with another outcome.")
    failed: int = Field(description="Of those, that could not be judged: the piece says why.")
    counts: list[OutcomeCount] = Field(description="From which outcome to which, also those that stay.")
    failure: str | None = Field(description="Why the job as a whole could not be carried out.")
    requested_at: Time
    finished_at: Time | None

    @classmethod
    def of(cls, job: Rejudgement) -> RejudgementOut:
        """From the ledger's row."""
        return cls(
            id=job.id,
            number=job.number,
            state=job.state,
            standard=job.standard,
            standard_version=job.standard_version,
            model=job.model,
            sku=job.sku,
            inspected_from=job.inspected_from,
            inspected_before=job.inspected_before,
            reason=job.reason,
            requested_by=job.actor,
            pieces=job.pieces,
            done=job.done,
            changed=job.changed,
            failed=job.failed,
            counts=[OutcomeCount(before=before, after=after, pieces=n) for before, after, n in job.counts],
            failure=job.failure,
            requested_at=job.requested_at,
            finished_at=job.finished_at,
        )


class RejudgementList(BaseModel):
    """Jobs, newest first."""

    items: list[RejudgementOut]
    next: int | None = Field(description="`before` of the next page; null on the last.")


class RejudgedPieceOut(BaseModel):
    """What a piece would be."""

    piece_id: UUID
    inspection_id: UUID
    before: str = Field(description="A grade, or the status where there is none.", examples=["A"])
    after: str | None = Field(description="Null: it could not be judged.")
    decided: str | None = Field(description="What was decided on it. That stays.")
    differs: bool
    verdict: dict[str, Any] | None = Field(description="The verdict that there would be, where it differs.")
    failure: str | None

    @classmethod
    def of(cls, row: RejudgedPiece) -> RejudgedPieceOut:
        """From the ledger's row."""
        return cls(
            piece_id=row.piece_id,
            inspection_id=row.inspection_id,
            before=row.before,
            after=row.after,
            decided=row.decided,
            differs=row.differs,
            verdict=row.verdict,
            failure=row.failure,
        )


class RejudgedPieceList(BaseModel):
    """Pieces in the order of their ids."""

    items: list[RejudgedPieceOut]
    next: UUID | None = Field(description="`after` of the next page; null on the last.")
