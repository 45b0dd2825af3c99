"""Containers: entered, loaded with cartons, sealed."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.changes import Changing
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Cursor, Limit, write_cursor
from qc.api.problems import BODY, answers
from qc.api.schemas.containers import (
    ContainerChange,
    ContainerIn,
    ContainerList,
    ContainerOut,
    LoadIn,
    SealNumberIn,
    UnloadIn,
)
from qc.api.schemas.corrections import CorrectionIn
from qc.api.security import CanOpenBatches, CanReadBatches
from qc.ledger import containers, loading
from qc.ledger.batches import batch_of_id
from qc.ledger.containers import hold_container
from qc.ledger.tables import Container

router = APIRouter(prefix="/v1/containers", tags=["containers"])

_ANSWERS = answers(
    errors.NotFound, errors.Conflict, errors.ChangedMeanwhile, errors.StillRunning, errors.KeyReused, framework=BODY
)


@router.post("", status_code=201, response_model=ContainerOut, responses=_ANSWERS)
def enter(request: Request, body: ContainerIn, caller: CanOpenBatches, key: KeyHeader = None) -> Response:
    """Enter a container. Its number's check digit is verified."""

    def work(session: Session) -> tuple[int, ContainerOut, str]:
        container = containers.enter_container(session, caller, body.number, body.given())
        return 201, ContainerOut.of(container), f"/v1/containers/{container.id}"

    return carry_out_once(request, caller, key, body, work)


@router.get("", responses=answers())
def list_containers(caller: CanReadBatches, station: StationDep, before: Cursor, limit: Limit = 50) -> ContainerList:
    """Containers, newest first."""
    with station.database.read() as session:
        page = containers.list_containers(session, caller.organisation_id, limit, before)
        return ContainerList(items=[ContainerOut.of(row) for row in page.rows], next=write_cursor(page.next))


@router.get("/{container_id}", response_model=ContainerOut, responses=tagged_answers(errors.NotFound))
def get_container(request: Request, container_id: UUID, caller: CanReadBatches, station: StationDep) -> Response:
    """A container: number, type, seal, where and when it was stuffed."""
    with station.database.read() as session:
        container = containers.container_of_id(session, caller.organisation_id, container_id)
        return tagged(request, ContainerOut.of(container), container.version)


@router.patch("/{container_id}", response_model=ContainerOut, responses=_ANSWERS)
def describe(container_id: UUID, body: ContainerChange, caller: CanOpenBatches, change: Changing) -> Response:
    """Say more of a container; where something stands already, with who corrects it and why."""

    def act(session: Session, container: Container) -> None:
        containers.describe_container(session, caller, container, body.given(), body.correction())

    return change.carry_out(caller, body, hold_container, container_id, act, ContainerOut.of, by=body.decided_by)


@router.post("/{container_id}/cartons", response_model=ContainerOut, responses=_ANSWERS)
def load(container_id: UUID, body: LoadIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Load closed cartons: those named, and all of a batch that are in no container. All or none."""

    def act(session: Session, container: Container) -> None:
        coming = {carton.id: carton for carton in loading.cartons_called(session, caller, body.carton_ids)}
        if body.batch_id is not None:
            batch = batch_of_id(session, caller.organisation_id, body.batch_id)
            coming |= {carton.id: carton for carton in loading.cartons_to_load(session, batch)}
        loading.load(session, caller, container, list(coming.values()))

    return change.carry_out(caller, body, hold_container, container_id, act, ContainerOut.of)


@router.post("/{container_id}/unloading", response_model=ContainerOut, responses=_ANSWERS)
def unload(container_id: UUID, body: UnloadIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Take cartons out of an open container, with who and why. All or none."""

    def act(session: Session, container: Container) -> None:
        chosen = loading.cartons_called(session, caller, body.carton_ids)
        loading.unload(session, caller, container, chosen, body.correction())

    return change.carry_out(caller, body, hold_container, container_id, act, ContainerOut.of, by=body.decided_by)


@router.post("/{container_id}/seal", response_model=ContainerOut, responses=_ANSWERS)
def seal(container_id: UUID, body: SealNumberIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Put the seal on a container: no carton goes in or out."""

    def act(session: Session, container: Container) -> None:
        containers.seal_container(session, caller, container, body.seal_no, body.decided_by)

    return change.carry_out(caller, body, hold_container, container_id, act, ContainerOut.of, by=body.decided_by)


@router.post("/{container_id}/breaking", response_model=ContainerOut, responses=_ANSWERS)
def break_seal(container_id: UUID, body: CorrectionIn, caller: CanOpenBatches, change: Changing) -> Response:
    """Break the seal of a container that has not departed, with who and why. The seal's number is void from then on."""

    def act(session: Session, container: Container) -> None:
        containers.break_seal(session, caller, container, body.correction())

    return change.carry_out(caller, body, hold_container, container_id, act, ContainerOut.of, by=body.decided_by)
