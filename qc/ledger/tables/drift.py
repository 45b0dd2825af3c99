"""Weeks that are over, in few numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from qc.ledger.tables.base import Base


class DriftWeek(Base):
    """The digest of a week (qc/drift/digest.py): what the ledger's other rows add up to, and can be made from again."""

    __tablename__ = "drift_weeks"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    week: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-W47; sorts by time
    format: Mapped[int]
    digest: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]  # when drift was looked for and told; null: nobody was to be told
