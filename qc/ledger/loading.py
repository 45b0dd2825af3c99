"""Loading: cartons go into a container, one by one or a batch at a time, and come out again with who and why.

A sealed batch stays as it is inside; its cartons may still be loaded, since containers come after the lot is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.cartons import note_carton
from qc.ledger.corrections import Correction
from qc.ledger.states import BatchState, CartonState, ContainerState
from qc.ledger.tables import Batch, Carton, Container

_LOADABLE = frozenset({BatchState.OPEN, BatchState.SAMPLING, BatchState.SEALED})


def load(session: Session, caller: Caller, container: Container, cartons: Sequence[Carton]) -> int:
    """Put closed cartons into an open container that `hold_container` gave, all or none. Those inside already stay.

    Returns:
        How many went in.

    Raises:
        Conflict: The container is not open, a carton is open or in another container, or its batch is rejected or
            shipped.
    """
    _see_that_open(container)
    coming = [carton for carton in cartons if carton.container_id != container.id]
    for carton in coming:
        batch = session.get_one(Batch, carton.batch_id)
        if batch.state not in _LOADABLE:
            raise Conflict(f"batch {batch.number} is {batch.state}: its cartons are not loaded", state=batch.state)
        if carton.state is not CartonState.CLOSED:
            raise Conflict(f"carton {carton.number} is open: close it before it is loaded", carton=str(carton.id))
        if carton.container_id is not None:
            raise Conflict(f"carton {carton.number} is in another container: unload it there", carton=str(carton.id))
    for carton in coming:
        carton.container_id = container.id
        carton.version += 1
        note_carton(session, caller, carton, "carton.loaded", container_number=container.number)
    container.version += len(coming)
    session.flush()
    return len(coming)


def unload(session: Session, caller: Caller, container: Container, cartons: Sequence[Carton], why: Correction) -> int:
    """Take cartons out of an open container that `hold_container` gave, all or none.

    Returns:
        How many came out.

    Raises:
        Conflict: The container is not open, or a carton is not in it.
    """
    _see_that_open(container)
    foreign = [carton.number for carton in cartons if carton.container_id != container.id]
    if foreign:
        raise Conflict(f"cartons {', '.join(foreign[:5])} are not in container {container.number}")
    for carton in cartons:
        carton.container_id = None
        carton.version += 1
        note_carton(session, caller, carton, "carton.unloaded", why, container_number=container.number)
    container.version += len(cartons)
    session.flush()
    return len(cartons)


def cartons_to_load(session: Session, batch: Batch) -> Sequence[Carton]:
    """The batch's cartons that are in no container, by position, as they are now."""
    return session.scalars(
        select(Carton)
        .where(Carton.batch_id == batch.id, Carton.container_id.is_(None))
        .order_by(Carton.position)
        .execution_options(populate_existing=True)
    ).all()


def cartons_called(session: Session, caller: Caller, carton_ids: Sequence[UUID]) -> list[Carton]:
    """The organisation's cartons of these ids, as they are now. Whoever calls holds the chain.

    Raises:
        BadRequest: One is named twice.
        NotFound: One is not there, or belongs to another organisation.
    """
    if len(set(carton_ids)) != len(carton_ids):
        raise BadRequest("a carton is named twice; name each carton once")
    found = {
        carton.id: carton
        for carton in session.scalars(
            select(Carton)
            .where(Carton.organisation_id == caller.organisation_id, Carton.id.in_(carton_ids))
            .execution_options(populate_existing=True)
        )
    }
    for carton_id in carton_ids:
        if carton_id not in found:
            raise NotFound(f"no carton {carton_id} in your organisation")
    return [found[carton_id] for carton_id in carton_ids]


def _see_that_open(container: Container) -> None:
    if container.state is not ContainerState.OPEN:
        raise Conflict(
            f"container {container.number} is {container.state}: cartons go in and out while it is open",
            state=container.state,
        )
