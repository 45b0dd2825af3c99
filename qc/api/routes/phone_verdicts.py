"""What the phone said before the server could: kept beside the server's verdict on the same photos."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import BODY, answers
from qc.api.schemas.words import Incoming, Time
from qc.api.security import CanInspect
from qc.ledger.blindness import see_that_shown
from qc.ledger.inspections import inspection_of_id
from qc.ledger.phone_verdicts import Said, keep_phone_verdict
from qc.standards.vocabulary import Grade

router = APIRouter(prefix="/v1/inspections", tags=["inspections"])


class PhoneVerdictIn(Incoming):
    """A provisional verdict, from the photos alone."""

    bundle_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Of bundle.json on the phone, as `GET /v1/bundle` gave it."
    )
    model: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][A-Za-z0-9.+-]{0,99}$")] = Field(
        description="Name and version.", examples=["anyaman-0.1.0"]
    )
    status: Literal["graded", "awaiting_checks", "referred", "retake"]
    grade: Grade | None = None
    ms: Annotated[int, Field(ge=0, le=3_600_000)] = Field(description="How long the phone took.")


class PhoneVerdictOut(BaseModel):
    """As it is kept."""

    agrees: bool = Field(description="Whether the server gave the same status and grade for the same photos.")
    received_at: Time


@router.put(
    "/{inspection_id}/phone-verdict",
    responses=answers(errors.NotFound, errors.Conflict, framework=BODY),
)
def put_phone_verdict(
    inspection_id: UUID, body: PhoneVerdictIn, caller: CanInspect, station: StationDep
) -> PhoneVerdictOut:
    """Keep a phone's provisional verdict with the inspection of the same photos. The same again changes nothing."""
    with station.database.write() as session:
        inspection = inspection_of_id(session, caller.organisation_id, inspection_id)
        see_that_shown(session, caller, inspection.piece_id)
        kept = keep_phone_verdict(session, caller, inspection, Said(**body.model_dump()))
        return PhoneVerdictOut(agrees=kept.agrees, received_at=kept.received_at)
