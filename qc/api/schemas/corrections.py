"""Corrections to what is in a batch: who orders them, and why."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from qc.api.schemas.words import Incoming, Pseudonym, Sentence
from qc.ledger.corrections import Correction


class CorrectionIn(Incoming):
    """Who orders a correction, and why."""

    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")
    reason: Sentence = Field(description="Why; it stays in the chain.", examples=["photographed the wrong piece"])

    def correction(self) -> Correction:
        """As the ledger takes it."""
        return Correction(decided_by=self.decided_by, reason=self.reason)


class MoveIn(CorrectionIn):
    """Into which batch a piece moves."""

    batch_id: UUID = Field(description="An open batch that still needs the piece's SKU.")
