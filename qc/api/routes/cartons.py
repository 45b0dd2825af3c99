"""Cartons: opened for a batch, filled, measured, closed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import IfMatch, tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Limit
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
from qc.api.security import CanOpenBatches, CanReadBatches, speaks_for
from qc.errors import BadRequest
from qc.ledger import carton_contents, cartons
from qc.ledger.batches import batch_of_id
from qc.ledger.cartons import Gs1, hold_carton

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
        rows = cartons.cartons_of(session, batch, limit + 1, after)
        items = [CartonOut.of(row) for row in rows[:limit]]
        return CartonList(items=items, next=items[-1].position if len(rows) > limit else None)


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
        rows = carton_contents.pieces_in_carton(session, carton, limit + 1, after)
        items = [CartonPieceOut.of(place, piece) for place, piece in rows[:limit]]
        return CartonPieceList(items=items, next=items[-1].position if len(rows) > limit else None)


@router.patch("/cartons/{carton_id}", response_model=CartonOut, responses=_ANSWERS)
def measure(
    request: Request,
    carton_id: UUID,
    body: CartonChange,
    caller: CanOpenBatches,
    wanted: IfMatch,
    key: KeyHeader = None,
) -> Response:
    """Record weights and sides of a carton; where a figure stands already, with who corrects it and why."""
    if body.decided_by is not None:
        speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, CartonOut, None]:
        carton = hold_carton(session, caller, carton_id)
        wanted.hold_against(carton.version)
        cartons.measure_carton(session, caller, carton, body.given(), body.correction())
        return 200, CartonOut.of(carton), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/cartons/{carton_id}/pieces", response_model=CartonOut, responses=_ANSWERS)
def pack(
    request: Request, carton_id: UUID, body: PackIn, caller: CanOpenBatches, wanted: IfMatch, key: KeyHeader = None
) -> Response:
    """Put pieces of the batch into an open carton, all or none. Those that lie in it already stay."""

    def work(session: Session) -> tuple[int, CartonOut, None]:
        carton = hold_carton(session, caller, carton_id)
        wanted.hold_against(carton.version)
        carton_contents.pack(session, caller, carton, body.piece_ids)
        return 200, CartonOut.of(carton), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/cartons/{carton_id}/unpacking", response_model=CartonOut, responses=_ANSWERS)
def unpack(
    request: Request, carton_id: UUID, body: UnpackIn, caller: CanOpenBatches, wanted: IfMatch, key: KeyHeader = None
) -> Response:
    """Take pieces out of an open carton, all or none. They stay in the batch."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, CartonOut, None]:
        carton = hold_carton(session, caller, carton_id)
        wanted.hold_against(carton.version)
        carton_contents.unpack(session, caller, carton, body.piece_ids, body.correction())
        return 200, CartonOut.of(carton), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/cartons/{carton_id}/close", response_model=CartonOut, responses=_ANSWERS)
def close(
    request: Request, carton_id: UUID, body: Nothing, caller: CanOpenBatches, wanted: IfMatch, key: KeyHeader = None
) -> Response:
    """Close a carton: nothing goes in or out."""

    def work(session: Session) -> tuple[int, CartonOut, None]:
        carton = hold_carton(session, caller, carton_id)
        wanted.hold_against(carton.version)
        cartons.close_carton(session, caller, carton)
        return 200, CartonOut.of(carton), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/cartons/{carton_id}/reopening", response_model=CartonOut, responses=_ANSWERS)
def reopen(
    request: Request, carton_id: UUID, body: CorrectionIn, caller: CanOpenBatches, wanted: IfMatch,
    key: KeyHeader = None,
) -> Response:  # fmt: skip
    """Open a closed carton again, with who and why. One that is loaded comes out of its container first."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, CartonOut, None]:
        carton = hold_carton(session, caller, carton_id)
        wanted.hold_against(carton.version)
        cartons.reopen_carton(session, caller, carton, body.correction())
        return 200, CartonOut.of(carton), None

    return carry_out_once(request, caller, key, body, work)
