"""The camera's own files, which follow a phone's inspections when there is Wi-Fi."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.photo_rows import own_photos
from qc.ledger.photos import StoredPhoto
from qc.ledger.tables import CameraOriginal, Inspection


def attach_original(
    session: Session, caller: Caller, inspection: Inspection, judged_sha256: str, original: StoredPhoto
) -> CameraOriginal:
    """Attach the camera's file behind a judged image. The same file again changes nothing.

    Raises:
        BadRequest: The inspection has no such judged image.
        Conflict: Another file stands there.
    """
    if judged_sha256 not in {photo.judged_sha256 for photo in inspection.photos}:
        raise BadRequest(f"inspection {inspection.id} judged no image {judged_sha256}")
    standing = session.get(CameraOriginal, (inspection.id, judged_sha256))
    if standing is not None:
        if standing.original_sha256 != original.sha256:
            raise Conflict(f"the original of {judged_sha256} is {standing.original_sha256} already; originals stay")
        return standing
    at = now()
    attached = CameraOriginal(
        inspection_id=inspection.id, judged_sha256=judged_sha256, original_sha256=original.sha256, received_at=at
    )
    own_photos(session, caller.organisation_id, [original])
    session.add(attached)
    session.flush()
    note(session, caller.organisation_id, "inspection.original_attached", inspection.piece_id, caller.name, at,
         inspection=str(inspection.id), judged=judged_sha256, original=original.sha256)  # fmt: skip
    return attached
