"""What people say of defects on judged photos."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qc.ledger.states import LabelOccasion, stored
from qc.ledger.tables.base import Base


class PhotoLabels(Base):
    """One person's labels of one judged photo. Never changed: who thinks otherwise labels it again."""

    __tablename__ = "photo_labels"
    __table_args__ = (
        UniqueConstraint("inspection_id", "position", "number", name="uq_photo_labels_inspection_id_position_number"),
        ForeignKeyConstraint(
            ["inspection_id", "position"],
            ["inspection_photos.inspection_id", "inspection_photos.position"],
            name="fk_photo_labels_photo",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    piece_id: Mapped[UUID] = mapped_column(ForeignKey("pieces.id"), index=True)
    inspection_id: Mapped[UUID]
    position: Mapped[int]  # of the inspection's photos
    number: Mapped[int]  # of this photo's labels, from 1
    complete: Mapped[bool]  # the whole photo was looked over: a code that is not listed is not there
    findings: Mapped[list[Any]]  # of qc.standards.labels.LabelledDefect
    occasion: Mapped[LabelOccasion] = mapped_column(stored(LabelOccasion))
    labelled_by: Mapped[str] = mapped_column(String(64))  # pseudonym of the person
    actor: Mapped[str] = mapped_column(String(100))
    labelled_at: Mapped[datetime]
