"""Photos that a re-inspector takes: attached while the re-inspection is open, and named by its record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.photo_rows import own_photos
from qc.ledger.photos import StoredPhoto
from qc.ledger.reinspections import hold
from qc.ledger.states import ReinspectionState
from qc.ledger.tables import Reinspection, ReinspectionPhoto

MOST_PHOTOS = 12
"""Of one re-inspection, as of one inspection."""


def attach_photos(
    session: Session, caller: Caller, reinspection_id: UUID, photos: Sequence[tuple[str | None, StoredPhoto]]
) -> Reinspection:
    """Attach photos, each with its view, that are in the photo store already. A photo that is attached stays once.

    Raises:
        BadRequest: More photos than one re-inspection may have.
        Conflict: The re-inspection is not open.
        NotFound: No such re-inspection.
    """
    row = hold(session, caller, reinspection_id)
    if row.state is not ReinspectionState.OPEN:
        raise Conflict(
            f"re-inspection {row.id} is {row.state}: photos are attached before it is recorded", state=row.state
        )
    known = {photo.sha256 for photo in row.photos}
    new = {stored.sha256: (view, stored) for view, stored in photos if stored.sha256 not in known}
    if len(known) + len(new) > MOST_PHOTOS:
        raise BadRequest(f"got {len(known) + len(new)} photos of one re-inspection, at most {MOST_PHOTOS} are kept")
    at = now()
    own_photos(session, caller.organisation_id, [stored for _, stored in new.values()])
    for sha256, (view, _) in new.items():
        row.photos.append(
            ReinspectionPhoto(reinspection_id=row.id, position=len(row.photos) + 1, view=view, sha256=sha256)
        )
    session.flush()
    if new:
        note(session, caller.organisation_id, "reinspection.photographed", row.id, caller.name, at,
             photos=list(new))  # fmt: skip
    return row
