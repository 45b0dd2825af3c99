"""Steps of lot acceptance: sampling begins or is withdrawn; a rejected lot is screened and resubmitted."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.problems import BODY, answers
from qc.api.routes.reinspections import RECORDED_ANSWERS
from qc.api.schemas.lots import LotOut, LotsOut, RemovedOut, SamplingIn, StepIn, WithdrawalIn
from qc.api.schemas.reinspections import ScreenedIn, ScreenedOut
from qc.api.security import CanDecideLots, CanReinspect, speaks_for
from qc.ledger import lot_screening, lots, screening_results
from qc.ledger.batches import batch_of_id
from qc.ledger.lot_decisions import open_count
from qc.ledger.standards_edited import library_in_force
from qc.ledger.states import Purpose

router = APIRouter(prefix="/v1", tags=["lots"])

_ANSWERS = answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY)


@router.post("/batches/{batch_id}/sampling", status_code=201, response_model=LotsOut, responses=_ANSWERS)
def start_sampling(
    request: Request,
    batch_id: UUID,
    body: SamplingIn,
    caller: CanDecideLots,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Freeze an open batch and draw a sample from each of its SKUs, by the AQLs of the SKU's standard."""
    speaks_for(caller, body.started_by)
    reduced = request.app.state.settings.reduced_inspection

    def work(session: Session) -> tuple[int, LotsOut, str]:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        drawn = lots.start_sampling(
            session,
            caller,
            batch,
            library_in_force(session, caller.organisation_id, station.library).for_sku,
            body.started_by,
            reduced_allowed=reduced,
        )
        return 201, LotsOut(items=[LotOut.of(lot) for lot in drawn]), f"/v1/lots?batch_id={batch_id}"

    return carry_out_once(request, caller, key, body, work)


@router.post("/batches/{batch_id}/sampling/withdrawal", response_model=LotsOut, responses=_ANSWERS)
def withdraw_sampling(
    request: Request, batch_id: UUID, body: WithdrawalIn, caller: CanDecideLots, key: KeyHeader = None
) -> Response:
    """Undo a sampling that was begun by mistake, while nothing of it has been judged: the batch is open again."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, LotsOut, None]:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        gone = lots.withdraw_sampling(session, caller, batch, body.decided_by, body.reason)
        return 200, LotsOut(items=[LotOut.of(lot) for lot in gone]), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/lots/{lot_id}/screening", response_model=LotOut, responses=_ANSWERS)
def start_screening(
    request: Request, lot_id: UUID, body: StepIn, caller: CanDecideLots, key: KeyHeader = None
) -> Response:
    """Order the inspection of every piece of a rejected lot that was not in its sample."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, LotOut, None]:
        return 200, LotOut.of(lot_screening.start_screening(session, caller, lot_id, body.decided_by)), None

    return carry_out_once(request, caller, key, body, work)


@router.post(
    "/lots/{lot_id}/screening/results",
    response_model=ScreenedOut,
    responses=RECORDED_ANSWERS,
)
def record_screening(
    request: Request, lot_id: UUID, body: ScreenedIn, caller: CanReinspect, key: KeyHeader = None
) -> Response:
    """Record what was found on many pieces of a lot that is screened: all of it, or none.

    The same results again change nothing. `POST /v1/reinspections/{id}/result` records one piece.
    """
    speaks_for(caller, body.inspected_by)

    def work(session: Session) -> tuple[int, ScreenedOut, None]:
        lot = screening_results.record_screening(session, caller, lot_id, body.results())
        left = open_count(session, lot, Purpose.SCREENING)
        return 200, ScreenedOut(state=lot.state, recorded=len(body.pieces), open=left), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/lots/{lot_id}/removal", response_model=RemovedOut, responses=_ANSWERS)
def remove_defective(
    request: Request, lot_id: UUID, body: StepIn, caller: CanDecideLots, key: KeyHeader = None
) -> Response:
    """Take the pieces that were found bad in an accepted or screened lot out of the batch; they are `referred`."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, RemovedOut, None]:
        gone = lot_screening.remove_defective(session, caller, lot_id, body.decided_by)
        return 200, RemovedOut(pieces=gone), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/lots/{lot_id}/resubmission", status_code=201, response_model=LotOut, responses=_ANSWERS)
def resubmit(
    request: Request, lot_id: UUID, body: StepIn, caller: CanDecideLots, station: StationDep, key: KeyHeader = None
) -> Response:
    """Resubmit a screened lot: bad pieces leave, waiting ones take their places, a new sample is drawn, tightened."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, LotOut, str]:
        new = lot_screening.resubmit(
            session,
            caller,
            lot_id,
            library_in_force(session, caller.organisation_id, station.library).for_sku,
            body.decided_by,
        )
        return 201, LotOut.of(new), f"/v1/lots/{new.id}"

    return carry_out_once(request, caller, key, body, work)
