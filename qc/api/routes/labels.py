"""Labels of judged photos, to learn from: what a person says is there, and what is not."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.problems import BODY, answers
from qc.api.schemas.labels import LabelsIn, LabelsOut
from qc.api.security import CanLabel, speaks_for
from qc.ledger.blindness import see_that_shown
from qc.ledger.inspections import inspection_of_id
from qc.ledger.labels import labels_of, record_labels

router = APIRouter(prefix="/v1/inspections", tags=["labels"])


@router.get("/{inspection_id}/labels", responses=answers(errors.NotFound, errors.Blinded))
def list_labels(inspection_id: UUID, caller: CanLabel, station: StationDep) -> LabelsOut:
    """Every label of an inspection's photos, as they came. None is ever changed."""
    with station.database.read() as session:
        inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
        see_that_shown(session, caller, inspection.piece_id)
        return LabelsOut.of(labels_of(session, inspection_id), inspection)


@router.post(
    "/{inspection_id}/labels",
    status_code=201,
    response_model=LabelsOut,
    responses=answers(errors.NotFound, errors.Blinded, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def label(request: Request, inspection_id: UUID, body: LabelsIn, caller: CanLabel, key: KeyHeader = None) -> Response:
    """Say what is on photos of an inspection, and what is not. The verdict and the decision stay as they are.

    The same labels by the same person again change nothing; other labels stand beside those that came before.
    """
    speaks_for(caller, body.labelled_by)

    def work(session: Session) -> tuple[int, LabelsOut, None]:
        inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
        see_that_shown(session, caller, inspection.piece_id)
        photos = [photo.labelled() for photo in body.photos]
        rows = record_labels(session, caller, inspection_id, body.labelled_by, body.occasion(), photos)
        return 201, LabelsOut.of(rows, inspection), None

    return carry_out_once(request, caller, key, body, work)
