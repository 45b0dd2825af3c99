"""Accepted pieces that wait for a batch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from qc.api.schemas.words import Time


class WaitingSku(BaseModel):
    """Accepted pieces of a SKU that no open batch takes."""

    sku: str
    pieces: int
    since: Time = Field(description="When the one that waits longest was accepted.")


class WaitingList(BaseModel):
    """What waits for a batch, by SKU, the longest wait first."""

    items: list[WaitingSku]
