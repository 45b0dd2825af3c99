"""What a batch lacks before it is sealed, and its sealing."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Pseudonym, Sentence
from qc.ledger.corrections import Correction
from qc.ledger.missing import Missing

ShortText = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ManufacturerIn(Incoming):
    """Who made the goods: the exporter, never a weaver."""

    name: ShortText
    address: ShortText
    mid: ShortText | None = Field(default=None, description="Manufacturer identification code of US customs.")


class WoodPackagingIn(Incoming):
    """Wood under or around the goods (ISPM 15)."""

    used: bool
    ippc_marks: list[ShortText] = Field(default=[], max_length=20)


class BatchChange(Incoming):
    """What the manifest says of the batch as a whole. Who and why are needed where something stands already."""

    manufacturer: ManufacturerIn | None = None
    wood_packaging: WoodPackagingIn | None = None
    decided_by: Pseudonym | None = Field(default=None, description="The person, as a pseudonym.")
    reason: Sentence | None = None

    def changes(self) -> dict[str, Any]:
        """As the ledger takes them."""
        said = {"manufacturer": self.manufacturer, "wood_packaging": self.wood_packaging}
        return {name: part.model_dump() for name, part in said.items() if part is not None}

    def correction(self) -> Correction | None:
        """Who and why, if both were said."""
        return Correction(self.decided_by, self.reason) if self.decided_by and self.reason else None


class MissingOut(BaseModel):
    """Something that a batch lacks."""

    code: str = Field(description="Stable name, for programs.", examples=["carton.sscc"])
    detail: str
    subjects: list[str] = Field(description="All that lack it: carton numbers, SKUs, containers. Empty: the batch.")
    waivable: bool = Field(description="A named person may seal without it, saying why.")

    @classmethod
    def of(cls, gap: Missing) -> MissingOut:
        """From the ledger's finding."""
        return cls(code=gap.code, detail=gap.detail, subjects=list(gap.subjects), waivable=gap.waivable)


class Preflight(BaseModel):
    """Everything that a batch lacks before it can be sealed."""

    batch_id: UUID
    missing: list[MissingOut] = Field(description="Empty: it can be sealed as it is.")


class Waiver(Incoming):
    """Something to seal without."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,64}$")]
    reason: Sentence


class SealIn(Incoming):
    """Who seals a batch, and without what."""

    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")
    waived: list[Waiver] = Field(default=[], max_length=100)


class ShipIn(Incoming):
    """Who lets a batch leave."""

    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")
