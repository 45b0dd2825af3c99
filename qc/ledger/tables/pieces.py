"""Pieces, every inspection of them, the photos behind each, and what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.states import Outcome, PieceState, stored
from qc.ledger.tables.accounts import CollectionPoint, Maker
from qc.ledger.tables.base import Base


class StandardVersion(Base):
    """A standard as it stood when first used: the document itself, so that a used one cannot change in silence.

    `fingerprint` is over all that decides, the taxonomy's defaults included.
    """

    __tablename__ = "standard_versions"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class Piece(Base):
    """One woven piece, under the id that its inspector's phone gave it."""

    __tablename__ = "pieces"
    __table_args__ = (
        UniqueConstraint("organisation_id", "tag"),
        CheckConstraint("attempt >= 1", name="attempt_from_one"),
        Index("ix_pieces_listing", "organisation_id", "registered_at", "id"),
        Index("ix_pieces_maker", "maker_id", "id"),
        Index("ix_pieces_receipt_code", "receipt_code", unique=True),
        Index("ix_pieces_waiting", "organisation_id", "state", "sku", "accepted_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    collection_point_id: Mapped[UUID] = mapped_column(ForeignKey("collection_points.id"))
    maker_id: Mapped[UUID | None] = mapped_column(ForeignKey("makers.id"))
    tag: Mapped[str | None] = mapped_column(String(64))
    sku: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[PieceState] = mapped_column(stored(PieceState))
    attempt: Mapped[int]
    grade: Mapped[str | None] = mapped_column(String(20))  # as decided, null until then
    registered_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    receipt_code: Mapped[str | None] = mapped_column(String(20))  # unguessable: who has it may see the receipt

    collection_point: Mapped[CollectionPoint] = relationship(lazy="joined")
    maker: Mapped[Maker | None] = relationship(lazy="joined")
    inspections: Mapped[list[Inspection]] = relationship(order_by="Inspection.number", back_populates="piece")


class Inspection(Base):
    """One look at a piece: evidence, verdict and the standard behind it. Never changed after it was written."""

    __tablename__ = "inspections"
    __table_args__ = (
        UniqueConstraint("piece_id", "number"),
        UniqueConstraint("piece_id", "fingerprint"),
        Index("ix_inspections_by_time", "organisation_id", "inspected_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"))
    number: Mapped[int]  # of this piece, from 1: a retake is a further number of the same attempt
    attempt: Mapped[int]
    standard_version_id: Mapped[UUID] = mapped_column(ForeignKey("standard_versions.id"))
    model: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    grade: Mapped[str | None] = mapped_column(String(20))
    verdict: Mapped[dict[str, Any]]
    checks: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    fingerprint: Mapped[str] = mapped_column(String(64))  # of what was asked: the same photos twice are one inspection
    actor: Mapped[str] = mapped_column(String(100))
    inspected_at: Mapped[datetime]

    piece: Mapped[Piece] = relationship(back_populates="inspections", lazy="joined")
    standard: Mapped[StandardVersion] = relationship(lazy="joined")
    photos: Mapped[list[InspectionPhoto]] = relationship(order_by="InspectionPhoto.position", lazy="selectin")
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.number", lazy="selectin")


class Photo(Base):
    """Bytes in the photo store that an organisation may see: an original, a judged image or a marked photo."""

    __tablename__ = "photos"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    stored_at: Mapped[datetime]


class InspectionPhoto(Base):
    """One view of one inspection, three times: as it came, as it was judged, and as a person sees it marked."""

    __tablename__ = "inspection_photos"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    view: Mapped[str | None] = mapped_column(String(20))
    original_sha256: Mapped[str] = mapped_column(String(64), index=True)
    judged_sha256: Mapped[str] = mapped_column(String(64), index=True)
    marked_sha256: Mapped[str] = mapped_column(String(64))


class Likeness(Base):
    """How a judged photo looks as a whole: 120 bits, and eight bands of them to look it up by."""

    __tablename__ = "likenesses"
    __table_args__ = tuple(
        Index(f"ix_likenesses_band_{n}", "organisation_id", f"band_{n}", "inspection_id") for n in range(8)
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"))
    bits: Mapped[str] = mapped_column(String(30))  # hexadecimal
    band_0: Mapped[int] = mapped_column(SmallInteger)
    band_1: Mapped[int] = mapped_column(SmallInteger)
    band_2: Mapped[int] = mapped_column(SmallInteger)
    band_3: Mapped[int] = mapped_column(SmallInteger)
    band_4: Mapped[int] = mapped_column(SmallInteger)
    band_5: Mapped[int] = mapped_column(SmallInteger)
    band_6: Mapped[int] = mapped_column(SmallInteger)
    band_7: Mapped[int] = mapped_column(SmallInteger)


class Decision(Base):
    """What was decided on an inspection, by whom or by which policy, on which checks, and why. Never changed."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("inspection_id", "number"),
        Index("ix_decisions_by_time", "organisation_id", "decided_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"), index=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    number: Mapped[int]  # of this inspection, from 1
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome))
    grade: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(1000))
    checks: Mapped[dict[str, Any]]
    verdict: Mapped[dict[str, Any]]  # of the same evidence, with the checks known by now
    policy: Mapped[str | None] = mapped_column(String(64))  # set when no person decided
    decided_by: Mapped[str | None] = mapped_column(String(64))  # pseudonym of the person
    actor: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime]
