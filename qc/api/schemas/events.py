"""Events of the chain."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Time
from qc.ledger.tables import Event


class EventOut(BaseModel):
    """Something that happened, with its place in the chain."""

    sequence: int
    type: str = Field(examples=["piece.accepted"])
    subject_id: UUID
    actor: str
    at: Time
    data: dict[str, Any]
    previous: str = Field(description="Hash of the event before.")
    hash: str = Field(description="SHA-256 of the event's canonical JSON, which contains `previous`.")

    @classmethod
    def of(cls, event: Event, *, withheld: bool = False) -> EventOut:
        """From the ledger's row; `withheld` leaves only its place in the chain."""
        body = json.loads(event.body)
        return cls(
            sequence=event.sequence,
            type="withheld" if withheld else event.type,
            subject_id=event.subject_id,
            actor="withheld" if withheld else body["actor"],
            at=event.at,
            data={} if withheld else body["data"],
            previous=body["previous"],
            hash=event.hash,
        )


class EventList(BaseModel):
    """Events after a sequence number, oldest first."""

    items: list[EventOut]
    next: int = Field(description="`after` of the next page; ask again with it later, too.")
