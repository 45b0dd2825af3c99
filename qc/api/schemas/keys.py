"""API keys of programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from qc.api.schemas.words import Incoming, Name, Time
from qc.ledger.accounts import Role, Scope
from qc.ledger.keys import OVERLAP, scopes_of
from qc.ledger.tables import ApiKey


class KeyIn(Incoming):
    """A key to make."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        description="What it is for.", examples=["shipment-system"]
    )
    scopes: list[Scope] = Field(default=[], max_length=50, description="What it may do, beside what its role may.")
    role: Role | None = Field(default=None, description="A named set of scopes, which the key follows.")
    collection_point: Name | None = Field(default=None, description="Where it is used.")
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        default=None, description="Days until it ends; never when not given."
    )


class RotationIn(Incoming):
    """How to rotate."""

    overlap_days: Annotated[float, Field(ge=0, le=90)] = Field(
        default=OVERLAP.days, description="Days for which the secret before goes on working; 0 when it has leaked."
    )


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: UUID
    name: str
    prefix: str = Field(description="The eight letters after `qc_`, by which events name the key.")
    role: Role | None
    scopes: list[Scope] = Field(description="All that it may do.")
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    rotated_at: Time | None
    previous_until: Time | None = Field(description="Until when the secret before the last rotation works.")
    last_used_at: Time | None = Field(description="To the minute or so.")

    @classmethod
    def of(cls, key: ApiKey) -> KeyOut:
        """From the ledger's row."""
        return cls(**_fields(key))


class KeyMade(KeyOut):
    """A key with its text."""

    key: str | None = Field(
        description="The text that opens, told this once. Null when the request is answered again: rotate the key."
    )

    @classmethod
    def made(cls, key: ApiKey, text: str) -> KeyMade:
        """From the ledger's row and the text."""
        return cls(key=text, **_fields(key))


class KeyList(BaseModel):
    """A page of keys, newest first."""

    items: list[KeyOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


def _fields(key: ApiKey) -> dict[str, object]:
    times: dict[str, datetime | None] = {
        name: getattr(key, name)
        for name in ("created_at", "expires_at", "revoked_at", "rotated_at", "previous_until", "last_used_at")
    }
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "role": key.role,
        "scopes": sorted(scopes_of(key)),
        **times,
    }
