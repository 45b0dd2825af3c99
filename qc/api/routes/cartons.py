"""Cartons: opened for a batch, filled, measured, closed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.changes import Changing
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Limit, cut
from qc.api.problems import BODY, answers
from qc.api.schemas.cartons import (
    CartonChange,
    CartonIn,
    CartonList,
    CartonOut,
    CartonPieceList,
    CartonPieceOut,
    Nothing,
    Numbered,
    PackIn,
    UnpackIn,
)
from qc.api.schemas.corrections import CorrectionIn
from qc.api.security import CanOpenBatches, CanReadBatches
from qc.errors import BadRequest
from qc.ledger import carton_contents, cartons
from qc.ledger.batches import batch_of_id
from qc.ledger.cartons import Gs1, hold_carton
from qc.ledger.tables import Carton

router = APIRouter(prefix="/v1", tags=["cartons"])

_ANSWERS = answers(
    errors.NotFound, errors.Conflict, errors.ChangedMeanwhile, errors.StillRunning, errors.KeyReused, framework=BODY
)
After = Annotated[int, Query(ge=0, le=2**31 - 1, description="Position after which the page begins.")]


def _gs1(request: Request) -> Gs1 | None:
    settings = request.app.state.settings
    return Gs1(settings.gs1_prefix, settings.gs1_extension) if settings.gs1_prefix else None


@router.post("/batches/{batch_id}/cartons", status_code=201, response_model=CartonOut, responses=_ANSWERS)
def open_carton(
    request: Request, batch_id: UUID, body: CartonIn, caller: CanOpenBatches, key: KeyHeader = None
) -> Response:
    """Open a carton for a batch. It has an SSCC where a GS1 company prefix is set, else your own number alone."""

    def work(session: Session) -> tuple[int, CartonOut, str]:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        carton = cartons.open_carton(
            session, caller, batch, number=body.number, measures=body.measures(), gs1=_gs1(request)
        )
        return 201, CartonOut.of(carton), f"/v1/cartons/{carton.id}"

    return carry_out_once(request, caller, key, body, work)


@router.get("/batches/{batch_id}/cartons", responses=answers(errors.NotFound))
def list_cartons(
    batch_id: UUID, caller: CanReadBatches, station: StationDep, limit: Limit = 50, after: After = 0
) -> CartonList:
    """Cartons of a batch, by position."""
    with station.database.read() as session:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        rows, following = cut(cartons.cartons_of(session, batch, limit + 1, after), limit, lambda row: row.position)
        return CartonList(items=[CartonOut.of(row) for row in rows], next=following)


@router.post("/batches/{batch_id}/sscc", response_model=Numbered, responses=_ANSWERS)
def number_cartons(
    request: Request, batch_id: UUID, body: Nothing, caller: CanOpenBatches, key: KeyHeader = None
) -> Response:
    """Give an SSCC to every carton of a batch that has none: the prefix was bought after they were packed."""
    gs1 = _gs1(request)
    if gs1 is None:
        raise BadRequest("no GS1 company prefix is set: set QC_GS1_PREFIX to the one that you bought")

    def work(session: Session) -> tuple[int, Numbered, None]:
        batch = batch_of_id(session, caller.organisation_id, batch_id)
        return 200, Numbered(numbered=cartons.number_cartons(session, caller, batch, gs1)), None

    return carry_out_once(request, caller, key, body, work)


@router.get("/cartons/{carton_id}", response_model=CartonOut, responses=tagged_answers(errors.NotFound))
def get_carton(request: Request, carton_id: UUID, caller: CanReadBatches, station: StationDep) -> Response:
    """A carton: numbers, weights, sides, where it is."""
    with station.database.read() as session:
        carton = cartons.carton_of_id(session, caller.organisation_id, carton_id)
        return tagged(request, CartonOut.of(carton), carton.version)


@router.get("/cartons/{carton_id}/pieces", responses=answers(errors.NotFound))
def list_carton_pieces(
    carton_id: UUID, caller: CanReadBatches, station: StationDep, limit: Limit = 50, after: After = 0
) -> CartonPieceList:
    """Pieces of a carton, in the order they were packed."""
    with station.database.read() as session:
        carton = cartons.carton_of_id(session, caller.organisation_id, carton_id)
        rows, following = cut(
            carton_contents.pieces_in_carton(session, carton, limit + 1, after), limit, lambda row: row[0].position
        )
        return CartonPieceList(items=[CartonPieceOut.of(place, piece) for place, piece in rows], next=following)


@router.patch("/cartons/{carton_id}", response_model=CartonOut, responses=_ANSWERS)
def measure(carton_id: UUID, body: CartonChange, caller: CanOpenBatches, change: Changing) -> Response:
    """Record weights and sides of a carton; where a figure stands already, with who corrects it and why."""

    def act(session: Session, carton: Carton) -> None:
        cartons.measure_carton(session, caller, carton, body.given(), body.correction())

    return change.carry_out(caller, body, hold_carton, carton_id, act, CartonOut.of, by=body.decided_by)


@router.post("/cartons/{carton_id}/pieces", response_model=CartonOut, responses=_ANSWERS)
def pack(carton_id: UUID, body: PackIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Put pieces of the batch into an open carton, all or none. Those that lie in it already stay."""

    def act(session: Session, carton: Carton) -> None:
        carton_contents.pack(session, caller, carton, body.piece_ids)

    return change.carry_out(caller, body, hold_carton, carton_id, act, CartonOut.of)


@router.post("/cartons/{carton_id}/unpacking", response_model=CartonOut, responses=_ANSWERS)
def unpack(carton_id: UUID, body: UnpackIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Take pieces out of an open carton, all or none. They stay in the batch."""

    def act(session: Session, carton: Carton) -> None:
        carton_contents.unpack(session, caller, carton, body.piece_ids, body.correction())

    return change.carry_out(caller, body, hold_carton, carton_id, act, CartonOut.of, by=body.decided_by)


@router.post("/cartons/{carton_id}/close", response_model=CartonOut, responses=_ANSWERS)
def close(carton_id: UUID, body: Nothing, caller: CanOpenBatches, change: Changing) -> Response:
    """Close a carton: nothing goes in or out."""

    def act(session: Session, carton: Carton) -> None:
        cartons.close_carton(session, caller, carton)

    return change.carry_out(caller, body, hold_carton, carton_id, act, CartonOut.of)


@router.post("/cartons/{carton_id}/reopening", response_model=CartonOut, responses=_ANSWERS)
def reopen(carton_id: UUID, body: CorrectionIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Open a closed carton again, with who and why. One that is loaded comes out of its container first."""

    def act(session: Session, carton: Carton) -> None:
        cartons.reopen_carton(session, caller, carton, body.correction())

    return change.carry_out(caller, body, hold_carton, carton_id, act, CartonOut.of, by=body.decided_by)
