"""Who: organisations, their collection points, keys of programs, and weavers as pseudonyms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qc.ledger.tables.base import Base


class Organisation(Base):
    """An exporter. Nobody sees another organisation's things."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class CollectionPoint(Base):
    """Where weavers bring their pieces."""

    __tablename__ = "collection_points"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A program's key. Only the hash of its secret is kept: the secret has 256 random bits, so one SHA-256 suffices."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    collection_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("collection_points.id"))
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]]
    role: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    previous_hash: Mapped[str | None] = mapped_column(String(64))  # of the secret before, good until the time below
    previous_until: Mapped[datetime | None]
    rotated_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]  # to the minute or so: it is not worth a write a request


class Maker(Base):
    """A weaver, as a pseudonym that can be erased.

    The chain of events knows a weaver only as `commitment` = SHA-256(salt + maker_ref). Erasing sets `maker_ref` and
    `salt` to null: what the chain says stays true, and nobody can tell any more whom it meant.
    """

    __tablename__ = "makers"
    __table_args__ = (UniqueConstraint("organisation_id", "maker_ref"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    maker_ref: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    commitment: Mapped[str] = mapped_column(String(64))
    consent_version: Mapped[str] = mapped_column(String(32))
    consented_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
