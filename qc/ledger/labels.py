"""Labels: what a person says of defects on judged photos, beside the decision or out of the queue. Appended only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest
from qc.ledger.accounts import Caller
from qc.ledger.events import digest, lock_chain, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.inspections import inspection_of_id
from qc.ledger.states import LabelOccasion
from qc.ledger.tables import PhotoLabels
from qc.standards.labels import LabelledDefect, see_that_possible

LABELLED = "photo.labelled"
"""The event; its subject is the piece, so that whoever may not see how it was judged is not told."""


@dataclass(frozen=True)
class Labelled:
    """A person's labels of one photo.

    Attributes:
        photo: sha256 of the judged image.
        findings: what is there, and what is not.
        complete: the person looked the whole photo over: what is not listed is not there.
    """

    photo: str
    findings: tuple[LabelledDefect, ...]
    complete: bool


def record_labels(
    session: Session,
    caller: Caller,
    inspection_id: UUID,
    labelled_by: str,
    occasion: LabelOccasion,
    photos: Sequence[Labelled],
) -> list[PhotoLabels]:
    """Record what a person says of photos of one inspection. The same again gives what stands.

    Raises:
        BadRequest: No photo of this inspection, the same one twice, one about which nothing is said, a box that leaves
            it, or a contradiction.
        NotFound: No such inspection.
    """
    lock_chain(session, caller.organisation_id)
    inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
    seen = inspection.evidence["photos"]
    positions = {photo.judged_sha256: photo.position for photo in reversed(inspection.photos)}
    if len({labelled.photo for labelled in photos}) != len(photos):
        raise BadRequest("the same photo is named twice: put all that is said of it into one entry")
    rows = []
    for labelled in photos:
        position = positions.get(labelled.photo)
        if position is None:
            raise BadRequest(
                f"{labelled.photo} is no judged photo of inspection {inspection_id}; it has {', '.join(positions)}"
            )
        if not labelled.findings and not labelled.complete:
            raise BadRequest(
                f"nothing is said of {labelled.photo}: name findings, or say that it was looked over whole"
            )
        see_that_possible(labelled.findings, seen[position]["width"], seen[position]["height"])
        rows.append(
            _record(session, caller, inspection.piece_id, inspection_id, position, labelled_by, occasion, labelled)
        )
    return rows


def labels_of(session: Session, inspection_id: UUID) -> list[PhotoLabels]:
    """All labels of an inspection's photos, as they came."""
    rows = select(PhotoLabels).where(PhotoLabels.inspection_id == inspection_id)
    return list(session.scalars(rows.order_by(PhotoLabels.position, PhotoLabels.number)))


def fingerprint_of_row(row: PhotoLabels) -> str:
    """What the chain remembers of labels: the hash of every field of their row."""
    return digest(
        {
            "id": str(row.id),
            "piece": str(row.piece_id),
            "inspection": str(row.inspection_id),
            "position": row.position,
            "number": row.number,
            "complete": row.complete,
            "findings": row.findings,
            "occasion": row.occasion,
            "labelled_by": row.labelled_by,
            "actor": row.actor,
            "at": rfc3339(row.labelled_at),
        }
    )


def _record(
    session: Session, caller: Caller, piece_id: UUID, inspection_id: UUID, position: int, labelled_by: str,
    occasion: LabelOccasion, labelled: Labelled,
) -> PhotoLabels:  # fmt: skip
    findings: list[Any] = [finding.model_dump(mode="json") for finding in labelled.findings]
    said = session.scalars(
        select(PhotoLabels)
        .where(PhotoLabels.inspection_id == inspection_id, PhotoLabels.position == position)
        .order_by(PhotoLabels.number)
    ).all()
    own = [row for row in said if row.labelled_by == labelled_by]
    if own and (own[-1].findings, own[-1].complete) == (findings, labelled.complete):
        return own[-1]
    row = PhotoLabels(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        piece_id=piece_id,
        inspection_id=inspection_id,
        position=position,
        number=len(said) + 1,
        complete=labelled.complete,
        findings=findings,
        occasion=occasion,
        labelled_by=labelled_by,
        actor=caller.name,
        labelled_at=now(),
    )
    session.add(row)
    session.flush()
    note(session, caller.organisation_id, LABELLED, piece_id, caller.name, row.labelled_at, labels=str(row.id),
         sha256=fingerprint_of_row(row), inspection=str(inspection_id), labelled_by=labelled_by,
         complete=row.complete)  # fmt: skip
    return row
