"""The ledger of an organisation for an auditor."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.security import CanExportLedger
from qc.ledger.auditing import begin_export, export
from qc.ledger.blindness import see_that_all_shown

router = APIRouter(prefix="/v1/ledger", tags=["events"])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A ZIP archive; its README says how to check it without our software.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **answers(errors.Blinded),
    },
)
def get_export(caller: CanExportLedger, station: StationDep) -> StreamingResponse:
    """Every event, inspection and decision as the texts that were hashed, up to this moment, and a checker.

    It is sent while it is written. An archive that was cut off cannot be opened, so none is taken for whole.
    """
    with station.database.read() as session:
        see_that_all_shown(session, caller, "the export")
        start = begin_export(session, caller.organisation_id)
    name = f"ledger-{start.slug}-{start.sequence}.zip"
    return StreamingResponse(
        export(station.database, start),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
