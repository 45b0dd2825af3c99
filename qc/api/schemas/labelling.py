"""What to label next."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from qc.ledger.labelling import Queued
from qc.ledger.labelling_value import Rule
from qc.ledger.labelling_words import in_words
from qc.standards.vocabulary import Bilingual


class WhyOut(BaseModel):
    """One reason to label a photo."""

    rule: Rule
    text: Bilingual


class QueuedOut(BaseModel):
    """A photo to be labelled. Nothing here tells how its piece was decided."""

    inspection_id: UUID = Field(description="Labels go to POST /v1/inspections/ID/labels.")
    piece_id: UUID
    photo: str = Field(description="sha256 of the judged image, as labels name it.")
    path: str = Field(description="Where its bytes are.", examples=["/v1/photos/0a1b..."])
    view: str | None
    sku: str | None
    chosen: Literal["value", "random"] = Field(description="To be said with the labels.")
    value: float | None = Field(ge=0, le=1, description="What a label is worth; null where chance chose.")
    why: list[WhyOut] = Field(description="The weightiest first.")

    @classmethod
    def of(cls, row: Queued) -> QueuedOut:
        """From the ledger's queue."""
        return cls(
            inspection_id=row.inspection_id,
            piece_id=row.piece_id,
            photo=row.photo,
            path=f"/v1/photos/{row.photo}",
            view=row.view,
            sku=row.sku,
            chosen=row.chosen,
            value=row.value,
            why=[
                WhyOut(rule=why.rule, text=Bilingual(en=in_words(why, "en"), id=in_words(why, "id"))) for why in row.why
            ],
        )


class QueueOut(BaseModel):
    """Photos to label next, the first first. It is worked out anew each time: what is labelled is no longer in it."""

    items: list[QueuedOut]
