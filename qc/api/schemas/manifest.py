"""Papers that go with a batch."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from qc.api.schemas.words import Incoming, Pseudonym
from qc.manifest.manifest import DocumentType, Part

PaperNumber = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Address = Annotated[str, Field(max_length=500, pattern=r"^https?://[!-~]+$")]


class DocumentIn(Incoming):
    """A paper that goes with the shipment."""

    type: DocumentType
    number: PaperNumber = Field(description="As it stands on the paper.", examples=["OOLU123456"])
    date: date
    uri: Address | None = Field(default=None, description="Where it lies.")
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(default=None, description="Of its file.")
    named_by: Pseudonym = Field(description="The person, as a pseudonym.")

    def document(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return self.model_dump(mode="json", exclude={"named_by"})


class DocumentOut(Part):
    """A paper of the batch."""

    type: DocumentType
    number: str
    date: str
    uri: str | None
    sha256: str | None


class DocumentList(Part):
    """All papers of the batch, in the order in which they were named."""

    items: list[DocumentOut]
