"""What a challenger said of an inspection, beside the verdict that counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qc.ledger.tables.base import Base


class ShadowVerdict(Base):
    """The verdict of a model that does not serve, on the very bytes that the one in service judged. Decides nothing.

    `first_*` is the verdict of the model in service from the photos alone, before doubts that no model raises (a photo
    of another piece). `missed` are codes that only the first found, `added` those that only the challenger did.
    """

    __tablename__ = "shadow_verdicts"
    __table_args__ = (
        UniqueConstraint("inspection_id", "bundle_sha256"),
        Index("ix_shadow_verdicts_listing", "organisation_id", "judged_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"))
    first_model: Mapped[str] = mapped_column(String(100))
    first_status: Mapped[str] = mapped_column(String(20))
    first_grade: Mapped[str | None] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(100))
    bundle_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    grade: Mapped[str | None] = mapped_column(String(20))
    disagrees: Mapped[bool]
    status_differs: Mapped[bool]
    grade_differs: Mapped[bool]
    codes_differ: Mapped[bool]
    missed: Mapped[list[Any]]
    added: Mapped[list[Any]]
    verdict: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    ms: Mapped[int]
    judged_at: Mapped[datetime] = mapped_column(index=True)
