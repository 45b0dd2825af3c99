"""Who works with the app: people as pseudonyms, their browsers, and codes with which a phone is enrolled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qc.ledger.tables.accounts import ApiKey, CollectionPoint, Organisation
from qc.ledger.tables.base import Base


class Person(Base):
    """An inspector, supervisor or administrator, without their name."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("organisation_id", "pseudonym"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    collection_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("collection_points.id"))
    pseudonym: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2id; null: enters by enrolled phone only
    failures: Mapped[int]  # wrong passwords in a row
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    collection_point: Mapped[CollectionPoint | None] = relationship(lazy="joined")


class BrowserSession(Base):
    """A browser in which a person is signed in. Its secret is an API key that only an HttpOnly cookie carries."""

    __tablename__ = "browser_sessions"

    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    csrf_hash: Mapped[str] = mapped_column(String(64))
    enrolled: Mapped[bool]  # a phone by QR code and PIN, or a password

    key: Mapped[ApiKey] = relationship(lazy="joined")
    person: Mapped[Person] = relationship(lazy="joined")


class Enrolment(Base):
    """A one-time code for a phone. The QR code carries the code; the PIN is said in person. Both are kept as hashes."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("code_hash"), Index("ix_enrolments_person", "person_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    pin_hash: Mapped[str] = mapped_column(String(200))
    failures: Mapped[int]  # wrong PINs
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class CameraOriginal(Base):
    """The camera's own file behind a judged image: an attachment that came later and never re-judges."""

    __tablename__ = "camera_originals"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    judged_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    original_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]


class PhoneVerdict(Base):
    """What a phone said of an inspection's photos without a signal. Kept beside the server's verdict, never instead."""

    __tablename__ = "phone_verdicts"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    bundle_sha256: Mapped[str] = mapped_column(String(64))  # of the phone's bundle.json
    model: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    grade: Mapped[str | None] = mapped_column(String(20))
    agrees: Mapped[bool]  # with the server's status and grade of the same photos
    ms: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(index=True)


class Appeal(Base):
    """An inspection by which a decision is appealed against; a person who has not decided before judges."""

    __tablename__ = "appeals"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    against_decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"))
    appealed_at: Mapped[datetime]
