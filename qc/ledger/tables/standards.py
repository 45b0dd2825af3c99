"""Standards that are written through the service: every edition is kept, and which one is in force since when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.tables.base import Base


class StandardEdition(Base):
    """A version of a standard as it was proposed. Never changed: a changed standard is the next version."""

    __tablename__ = "standard_editions"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    sku: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)  # the whole of it, as JSON
    actor: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime]


class StandardRelease(Base):
    """Who put which version into force, from when, and why. The last one that has begun counts."""

    __tablename__ = "standard_releases"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_editions.id"))
    name: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]  # of this standard's releases, from 1
    effective_from: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(1000))
    actor: Mapped[str] = mapped_column(String(100))
    released_at: Mapped[datetime]

    edition: Mapped[StandardEdition] = relationship(lazy="joined")
