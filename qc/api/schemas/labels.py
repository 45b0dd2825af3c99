"""Labels of photos: what a person says is there, and what is not."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Pseudonym, Time
from qc.ledger.labels import Labelled
from qc.ledger.states import LabelOccasion
from qc.ledger.tables import Inspection, PhotoLabels
from qc.standards.labels import MOST_FINDINGS, LabelledDefect


class PhotoLabelsIn(Incoming):
    """What a person says of one judged photo."""

    photo: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="sha256 of the judged image.")
    findings: list[LabelledDefect] = Field(
        default=[],
        max_length=MOST_FINDINGS,
        description="What is there, and what the model claims and is not there.",
        examples=[[{"code": "STAIN", "present": True, "box": [120, 340, 200, 410], "severity": "minor"}]],
    )
    complete: bool = Field(
        default=False,
        description="The person looked the whole photo over: what is not listed is not there. With no finding that is "
        "present, the photo shows a faultless piece.",
    )

    def labelled(self) -> Labelled:
        """As the ledger takes it."""
        return Labelled(self.photo, tuple(self.findings), self.complete)


PhotosLabelled = Annotated[list[PhotoLabelsIn], Field(max_length=12)]


class LabelsIn(Incoming):
    """A person's labels of photos of one inspection."""

    labelled_by: Pseudonym = Field(description="The person, as a pseudonym.")
    chosen: Literal["value", "random"] | None = Field(
        default=None, description="How the queue chose the photo, as it says; null: it came from elsewhere."
    )
    photos: Annotated[list[PhotoLabelsIn], Field(min_length=1, max_length=12)]

    def occasion(self) -> LabelOccasion:
        """As the ledger keeps it."""
        if self.chosen is None:
            return LabelOccasion.REVIEW
        return LabelOccasion.RANDOM if self.chosen == "random" else LabelOccasion.QUEUE


class PhotoLabelsOut(BaseModel):
    """One person's labels of one photo."""

    id: UUID
    photo: str
    view: str | None
    number: int = Field(description="Of this photo's labels, from 1.")
    complete: bool
    findings: list[LabelledDefect]
    occasion: LabelOccasion
    labelled_by: str
    labelled_at: Time

    @classmethod
    def of(cls, row: PhotoLabels, inspection: Inspection) -> PhotoLabelsOut:
        """From the ledger's rows."""
        photo = inspection.photos[row.position]
        return cls.model_validate(
            {
                "id": row.id,
                "photo": photo.judged_sha256,
                "view": photo.view,
                "number": row.number,
                "complete": row.complete,
                "findings": row.findings,
                "occasion": row.occasion,
                "labelled_by": row.labelled_by,
                "labelled_at": row.labelled_at,
            }
        )


class LabelsOut(BaseModel):
    """Labels of an inspection's photos."""

    items: list[PhotoLabelsOut]

    @classmethod
    def of(cls, rows: list[PhotoLabels], inspection: Inspection) -> LabelsOut:
        """From the ledger's rows."""
        return cls(items=[PhotoLabelsOut.of(row, inspection) for row in rows])
