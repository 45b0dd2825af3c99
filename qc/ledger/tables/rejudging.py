"""Past evidence judged again under another standard or model: what would be, never what is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qc.ledger.states import RejudgementState, stored
from qc.ledger.tables.base import Base


class Rejudgement(Base):
    """A job that judges past inspections again, a slice at a time.

    `after_piece` is where it stands: the last piece whose slice is written. Standard and scope are fixed when it is
    requested, so that a job that went on after a crash says what one without a crash says.
    """

    __tablename__ = "rejudgements"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[int]  # of the organisation's, from 1
    state: Mapped[RejudgementState] = mapped_column(stored(RejudgementState), index=True)
    standard: Mapped[str | None] = mapped_column(String(64))  # null: each inspection's own
    standard_version: Mapped[int | None]
    standard_fingerprint: Mapped[str | None] = mapped_column(String(64))
    document: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(String(100))  # null: the evidence as it is kept
    sku: Mapped[str | None] = mapped_column(String(64))
    inspected_from: Mapped[datetime | None]
    inspected_before: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(1000))
    actor: Mapped[str] = mapped_column(String(100))
    pieces: Mapped[int]  # in its scope, counted when it was requested
    done: Mapped[int]
    changed: Mapped[int]
    failed: Mapped[int]
    counts: Mapped[list[Any]]  # [before, after, pieces]
    after_piece: Mapped[UUID | None]
    failure: Mapped[str | None] = mapped_column(String(1000))
    leased_until: Mapped[datetime | None]
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    version: Mapped[int]


class RejudgedPiece(Base):
    """What a piece would be, by its last inspection in the job's scope."""

    __tablename__ = "rejudged_pieces"
    __table_args__ = (Index("ix_rejudged_pieces_differs", "rejudgement_id", "differs", "piece_id"),)

    rejudgement_id: Mapped[UUID] = mapped_column(ForeignKey("rejudgements.id"), primary_key=True)
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"), primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    before: Mapped[str] = mapped_column(String(20))  # a grade, or the status where there is none
    after: Mapped[str | None] = mapped_column(String(20))  # null: it failed
    decided: Mapped[str | None] = mapped_column(String(20))  # the last decision's outcome
    differs: Mapped[bool]
    verdict: Mapped[dict[str, Any] | None]  # where it differs
    evidence: Mapped[dict[str, Any] | None]  # of the other model, where it differs
    failure: Mapped[str | None] = mapped_column(String(1000))
