"""Weavers as pseudonyms: their consent."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Instant, Pseudonym, Time
from qc.ledger.tables import Maker

ConsentVersion = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,32}$", examples=["2026-11"])]


class ConsentIn(Incoming):
    """A consent that a weaver gave."""

    maker_ref: Pseudonym = Field(description="The weaver, as a pseudonym. Never a name.")
    consent_version: ConsentVersion
    consented_at: Instant | None = Field(default=None, description="When it was given; now when left out.")


class ErasureIn(Incoming):
    """A weaver to be forgotten."""

    maker_ref: Pseudonym


class ConsentOut(BaseModel):
    """A consent as it stands. The pseudonym itself is not repeated: no stored answer outlives an erasure with it."""

    id: UUID
    consent_version: str
    consented_at: Time
    commitment: str = Field(description="SHA-256 of salt and pseudonym: all that the chain of events knows.")

    @classmethod
    def of(cls, maker: Maker) -> ConsentOut:
        """From the ledger's row."""
        return cls(
            id=maker.id,
            consent_version=maker.consent_version,
            consented_at=maker.consented_at,
            commitment=maker.commitment,
        )


class ErasureOut(BaseModel):
    """What was forgotten."""

    id: UUID
    erased_at: Time
