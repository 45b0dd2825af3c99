"""Containers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.corrections import CorrectionIn
from qc.api.schemas.words import Amount, Incoming, Instant, Name, Pseudonym, Sentence, Time
from qc.ledger.containers import DESCRIBED
from qc.ledger.corrections import Correction
from qc.ledger.states import ContainerState
from qc.ledger.tables import Container

ContainerType = Literal["20GP", "40GP", "40HC"]
ShortText = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


class DescribedIn(Incoming):
    """What is said of a container; what is left out is not known, or stays."""

    stuffing_location: ShortText | None = Field(default=None, description="Importer Security Filing.")
    stuffing_time: Instant | None = None
    consolidator: ShortText | None = Field(default=None, description="Importer Security Filing.")
    tare_kg: Amount | None = None
    vgm_kg: Amount | None = Field(default=None, description="Verified gross mass, SOLAS VI/2.")

    def given(self) -> dict[str, Any]:
        """What was sent, by name."""
        sent = {name: getattr(self, name, None) for name in DESCRIBED}
        return {
            name: Decimal(value) if name.endswith("_kg") else value for name, value in sent.items() if value is not None
        }


class ContainerIn(DescribedIn):
    """A container to enter."""

    number: Annotated[str, Field(min_length=11, max_length=16)] = Field(
        description="ISO 6346 with its check digit, as people write it.", examples=["CSQU 305438-3"]
    )
    type: ContainerType


class ContainerChange(DescribedIn):
    """What is said of a container. Who and why are needed where something stands already."""

    type: ContainerType | None = None
    decided_by: Pseudonym | None = Field(default=None, description="The person, as a pseudonym.")
    reason: Sentence | None = None

    def correction(self) -> Correction | None:
        """Who and why, if both were said."""
        return Correction(self.decided_by, self.reason) if self.decided_by and self.reason else None


class LoadIn(Incoming):
    """Cartons that go into a container: those named, or all of a batch that are in none."""

    carton_ids: list[UUID] = Field(default=[], max_length=1000, description="Each carton once.")
    batch_id: UUID | None = None


class UnloadIn(CorrectionIn):
    """Cartons that come out of a container, by whom and why."""

    carton_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class SealNumberIn(Incoming):
    """The seal that goes on a container."""

    seal_no: Name = Field(examples=["ID1234567"])
    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")


class ContainerOut(BaseModel):
    """A container as it stands."""

    id: UUID
    number: str
    type: str
    state: ContainerState
    seal_no: str | None
    stuffing_location: str | None
    stuffing_time: Time | None
    consolidator: str | None
    tare_kg: str | None
    vgm_kg: str | None
    created_at: Time

    @classmethod
    def of(cls, container: Container) -> ContainerOut:
        """From the ledger's row."""
        return cls(
            id=container.id,
            number=container.number,
            type=container.type,
            state=container.state,
            seal_no=container.seal_no,
            stuffing_location=container.stuffing_location,
            stuffing_time=container.stuffing_time,
            consolidator=container.consolidator,
            tare_kg=None if container.tare_kg is None else format(container.tare_kg, "f"),
            vgm_kg=None if container.vgm_kg is None else format(container.vgm_kg, "f"),
            created_at=container.created_at,
        )


class ContainerList(BaseModel):
    """A page of containers, newest first."""

    items: list[ContainerOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")
