"""Which photos an organisation has: a row for each content, however many pieces or papers it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.events import now
from qc.ledger.photos import StoredPhoto
from qc.ledger.tables import Inspection, InspectionPhoto, Photo

_AT_A_TIME = 1_000


def own_photos(session: Session, organisation_id: UUID, photos: Iterable[StoredPhoto]) -> None:
    """See that the organisation has a row for each of these photos."""
    wanted = {photo.sha256: photo for photo in photos}
    known = set(
        session.scalars(
            select(Photo.sha256).where(Photo.organisation_id == organisation_id, Photo.sha256.in_(sorted(wanted)))
        )
    )
    at = now()
    session.add_all(
        Photo(
            organisation_id=organisation_id,
            sha256=photo.sha256,
            media_type=photo.media_type,
            size=photo.size,
            stored_at=at,
        )
        for sha256, photo in sorted(wanted.items())
        if sha256 not in known
    )


def judged_photos(session: Session, organisation_id: UUID) -> Iterator[str]:
    """SHA-256 of every judged photo of an organisation, each once, in their own order, a thousand at a time."""
    of_theirs = (
        select(InspectionPhoto.judged_sha256)
        .join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
        .where(Inspection.organisation_id == organisation_id)
        .group_by(InspectionPhoto.judged_sha256)
        .order_by(InspectionPhoto.judged_sha256)
        .limit(_AT_A_TIME)
    )
    last = ""
    while names := session.scalars(of_theirs.where(InspectionPhoto.judged_sha256 > last)).all():
        yield from names
        last = names[-1]
