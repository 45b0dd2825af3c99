"""The manifest of a batch in every form, its JSON Schema, and the papers that it lists."""

from __future__ import annotations

from typing import Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.changes import Changing
from qc.api.deps import StationDep
from qc.api.downloads import download
from qc.api.problems import BODY, answers
from qc.api.schemas.manifest import DocumentIn, DocumentList, DocumentOut
from qc.api.security import CanOpenBatches, CanReadBatches
from qc.ledger.batches import batch_of_id, hold_batch
from qc.ledger.blindness import see_that_batch_shown
from qc.ledger.documents import documents_of, name_document
from qc.ledger.manifests import manifest_of
from qc.ledger.tables import Batch
from qc.manifest.as_json import manifest_schema
from qc.manifest.forms import FORMS, FormName

router = APIRouter(prefix="/v1", tags=["manifest"])

_BYTES = {"schema": {"type": "string", "format": "binary"}}


@router.get("/manifest-schema", responses=answers())
def get_schema(caller: CanReadBatches) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a manifest as JSON."""
    return manifest_schema()


@router.get(
    "/batches/{batch_id}/manifest/{form}",
    response_class=Response,
    responses={
        200: {
            "description": "The manifest.",
            "content": {form.media_type.split(";")[0]: {} if "json" in form.media_type else _BYTES
                        for form in FORMS.values()},
            "headers": {"ETag": {"description": "Of these bytes.", "schema": {"type": "string"}}},
        },
        304: {"description": "You have these very bytes."},
        **answers(errors.NotFound),
    },
)  # fmt: skip
def get_manifest(
    request: Request, batch_id: UUID, form: FormName, caller: CanReadBatches, station: StationDep
) -> Response:
    """The manifest of a batch at this moment: `json`, `csv` (a row a piece), `xlsx`, `pdf` (packing list) or `epcis`.

    A manifest of a batch that is not sealed lists what is missing, and its packing list says that it is not final.
    """
    chosen = FORMS[form]
    with station.database.snapshot() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        see_that_batch_shown(session, caller, batch.id)
        manifest = manifest_of(session, batch, request.app.state.settings.local_offset)

        def write(out: BinaryIO) -> None:
            chosen.write(manifest, out)

        return download(request, write, f"{batch.number}.{chosen.suffix}", chosen.media_type)


@router.get("/batches/{batch_id}/documents", responses=answers(errors.NotFound))
def list_documents(batch_id: UUID, caller: CanReadBatches, station: StationDep) -> DocumentList:
    """The papers that go with a batch."""
    with station.database.read() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        return DocumentList(items=[DocumentOut.model_validate(x) for x in documents_of(batch)])


@router.post(
    "/batches/{batch_id}/documents",
    status_code=201,
    response_model=DocumentOut,
    responses=answers(
        errors.NotFound,
        errors.Conflict,
        errors.ChangedMeanwhile,
        errors.StillRunning,
        errors.KeyReused,
        framework=BODY,
    ),
)
def add_document(batch_id: UUID, body: DocumentIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Name a paper that goes with a batch: also after sealing, for a bill of lading is younger than the seal."""

    def act(session: Session, batch: Batch) -> None:
        name_document(session, caller, batch, body.document(), body.named_by)

    return change.carry_out(
        caller,
        body,
        hold_batch,
        batch_id,
        act,
        lambda _: DocumentOut.model_validate(body.document()),
        by=body.named_by,
        status=201,
    )
