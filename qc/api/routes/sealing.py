"""From an open batch to a shipped one: its particulars, the preflight, the seal, the departure."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.changes import Changing
from qc.api.deps import StationDep
from qc.api.problems import BODY, answers
from qc.api.schemas.batches import BatchOut
from qc.api.schemas.sealing import (
    BatchChange,
    MissingOut,
    Preflight,
    SealIn,
    ShipIn,
)
from qc.api.security import CanOpenBatches, CanReadBatches, CanSealBatches
from qc.ledger.batch_particulars import describe_batch
from qc.ledger.batches import batch_of_id, hold_batch
from qc.ledger.preflight import what_is_missing
from qc.ledger.sealing import seal_batch
from qc.ledger.shipping import ship_batch
from qc.ledger.tables import Batch

router = APIRouter(prefix="/v1/batches", tags=["batches"])

_CHANGES = (errors.NotFound, errors.Conflict, errors.ChangedMeanwhile, errors.StillRunning, errors.KeyReused)


@router.patch("/{batch_id}", response_model=BatchOut, responses=answers(*_CHANGES, framework=BODY))
def describe(batch_id: UUID, body: BatchChange, caller: CanOpenBatches, change: Changing) -> Response:
    """Say who made the goods and what wood was used; where something stands already, with who corrects it and why."""

    def act(session: Session, batch: Batch) -> None:
        describe_batch(session, caller, batch, body.changes(), body.correction())

    return change.carry_out(caller, body, hold_batch, batch_id, act, BatchOut.of, by=body.decided_by)


@router.get("/{batch_id}/preflight", responses=answers(errors.NotFound))
def preflight(batch_id: UUID, caller: CanReadBatches, station: StationDep) -> Preflight:
    """Everything that is missing before the batch can be sealed, and what of it a named person may waive."""
    with station.database.read() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        missing = what_is_missing(session, batch)
        return Preflight(batch_id=batch.id, missing=[MissingOut.of(gap) for gap in missing])


@router.post(
    "/{batch_id}/seal", response_model=BatchOut, responses=answers(errors.BatchNotReady, *_CHANGES, framework=BODY)
)
def seal(batch_id: UUID, body: SealIn, caller: CanSealBatches, change: Changing) -> Response:
    """Seal a batch: from now on nothing in it changes. Of two who seal it at once, the second gets 409, or 412.

    What the preflight lists is supplied first, or waived by code with a reason; the waivers stay in the chain.
    """
    waived = {waiver.code: waiver.reason for waiver in body.waived}

    def act(session: Session, batch: Batch) -> None:
        seal_batch(session, caller, batch, body.decided_by, waived)

    return change.carry_out(caller, body, hold_batch, batch_id, act, BatchOut.of, by=body.decided_by)


@router.post("/{batch_id}/shipment", response_model=BatchOut, responses=answers(*_CHANGES, framework=BODY))
def ship(batch_id: UUID, body: ShipIn, caller: CanSealBatches, change: Changing) -> Response:
    """Let a sealed batch leave with its sealed containers; its pieces are `shipped`."""

    def act(session: Session, batch: Batch) -> None:
        ship_batch(session, caller, batch, body.decided_by)

    return change.carry_out(caller, body, hold_batch, batch_id, act, BatchOut.of, by=body.decided_by)
