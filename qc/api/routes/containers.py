"""Containers: entered, loaded with cartons, sealed."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import IfMatch, tagged, tagged_answers
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
from qc.api.security import CanOpenBatches, CanReadBatches, speaks_for
from qc.ledger import containers, loading
from qc.ledger.batches import batch_of_id
from qc.ledger.containers import hold_container

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
def describe(
    request: Request, container_id: UUID, body: ContainerChange, caller: CanOpenBatches, wanted: IfMatch,
    key: KeyHeader = None,
) -> Response:  # fmt: skip
    """Say more of a container; where something stands already, with who corrects it and why."""
    if body.decided_by is not None:
        speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, ContainerOut, None]:
        container = hold_container(session, caller, container_id)
        wanted.hold_against(container.version)
        containers.describe_container(session, caller, container, body.given(), body.correction())
        return 200, ContainerOut.of(container), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/{container_id}/cartons", response_model=ContainerOut, responses=_ANSWERS)
def load(
    request: Request, container_id: UUID, body: LoadIn, caller: CanOpenBatches, wanted: IfMatch, key: KeyHeader = None
) -> Response:
    """Load closed cartons: those named, and all of a batch that are in no container. All or none."""

    def work(session: Session) -> tuple[int, ContainerOut, None]:
        container = hold_container(session, caller, container_id)
        wanted.hold_against(container.version)
        coming = {carton.id: carton for carton in loading.cartons_called(session, caller, body.carton_ids)}
        if body.batch_id is not None:
            batch = batch_of_id(session, caller.organisation_id, body.batch_id)
            coming |= {carton.id: carton for carton in loading.cartons_to_load(session, batch)}
        loading.load(session, caller, container, list(coming.values()))
        return 200, ContainerOut.of(container), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/{container_id}/unloading", response_model=ContainerOut, responses=_ANSWERS)
def unload(
    request: Request, container_id: UUID, body: UnloadIn, caller: CanOpenBatches, wanted: IfMatch,
    key: KeyHeader = None,
) -> Response:  # fmt: skip
    """Take cartons out of an open container, with who and why. All or none."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, ContainerOut, None]:
        container = hold_container(session, caller, container_id)
        wanted.hold_against(container.version)
        chosen = loading.cartons_called(session, caller, body.carton_ids)
        loading.unload(session, caller, container, chosen, body.correction())
        return 200, ContainerOut.of(container), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/{container_id}/seal", response_model=ContainerOut, responses=_ANSWERS)
def seal(
    request: Request, container_id: UUID, body: SealNumberIn, caller: CanOpenBatches, wanted: IfMatch,
    key: KeyHeader = None,
) -> Response:  # fmt: skip
    """Put the seal on a container: no carton goes in or out."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, ContainerOut, None]:
        container = hold_container(session, caller, container_id)
        wanted.hold_against(container.version)
        containers.seal_container(session, caller, container, body.seal_no, body.decided_by)
        return 200, ContainerOut.of(container), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/{container_id}/breaking", response_model=ContainerOut, responses=_ANSWERS)
def break_seal(
    request: Request, container_id: UUID, body: CorrectionIn, caller: CanOpenBatches, wanted: IfMatch,
    key: KeyHeader = None,
) -> Response:  # fmt: skip
    """Break the seal of a container that has not departed, with who and why. The seal's number is void from then on."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, ContainerOut, None]:
        container = hold_container(session, caller, container_id)
        wanted.hold_against(container.version)
        containers.break_seal(session, caller, container, body.correction())
        return 200, ContainerOut.of(container), None

    return carry_out_once(request, caller, key, body, work)
