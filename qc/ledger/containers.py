"""Containers: entered by their number, described, loaded with cartons, sealed with a seal number, departed.

Every change holds the organisation's chain and notes the whole container as it then stands. Which carton is in which
container stands on the carton.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.corrections import Correction, see_that_explained, told
from qc.ledger.events import lock_chain, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.states import ContainerState
from qc.ledger.tables import Carton, Container
from qc.standards.check_digits import container_number

TYPES = ("20GP", "40GP", "40HC")
"""Sizes and types that baskets travel in."""

DESCRIBED = ("type", "seal_no", "stuffing_location", "stuffing_time", "consolidator", "tare_kg", "vgm_kg")
"""What can be said of a container, and corrected until it departs."""


def enter_container(session: Session, caller: Caller, number: str, facts: Mapping[str, Any]) -> Container:
    """Enter a container.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        number: ISO 6346, as people write it.
        facts: `type`, and any other of `DESCRIBED`.

    Raises:
        BadRequest: The number's check digit is wrong, or the verified gross mass is less than the tare.
        Conflict: A container of that number has not departed yet.
    """
    number = container_number(number)
    lock_chain(session, caller.organisation_id)
    here = session.scalar(
        select(Container.id).where(
            Container.organisation_id == caller.organisation_id,
            Container.number == number,
            Container.state != ContainerState.DEPARTED,
        )
    )
    if here is not None:
        raise Conflict(f"container {number} is entered already and has not departed", container=str(here))
    container = Container(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        number=number,
        state=ContainerState.OPEN,
        version=1,
        created_at=now(),
    )
    _describe(container, facts)
    session.add(container)
    session.flush()
    note_container(session, caller, container, "container.entered")
    return container


def describe_container(
    session: Session, caller: Caller, container: Container, changes: Mapping[str, Any], why: Correction | None = None
) -> None:
    """Say more of a container that `hold_container` gave, or correct what was said.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        container: Which.
        changes: Of `DESCRIBED`, by name; others stay.
        why: Who corrects what stood there, and why. Needed where something said is replaced.

    Raises:
        BadRequest: Something is replaced without who and why; the verified gross mass is less than the tare.
        Conflict: It has departed.
    """
    _see_that_here(container)
    replaced = [name for name, value in changes.items() if getattr(container, name) not in (None, value)]
    see_that_explained(f"container {container.number}", replaced, why)
    before = {name: _plain(getattr(container, name)) for name in replaced}
    _describe(container, changes)
    container.version += 1
    note_container(session, caller, container, "container.described", why, before=before)


def seal_container(session: Session, caller: Caller, container: Container, seal_no: str, decided_by: str) -> None:
    """Put the seal on. The same seal again changes nothing.

    Raises:
        Conflict: It is empty, has departed, or bears another seal.
    """
    if container.state is ContainerState.SEALED and container.seal_no == seal_no:
        return
    _see_that_open(container)
    if container.seal_no not in (None, seal_no):
        raise Conflict(f"container {container.number} was to bear seal {container.seal_no}, not {seal_no}")
    if session.scalar(select(func.count()).select_from(Carton).where(Carton.container_id == container.id)) == 0:
        raise Conflict(f"container {container.number} is empty; an empty container is not sealed")
    container.seal_no, container.state = seal_no, ContainerState.SEALED
    container.version += 1
    note_container(session, caller, container, "container.sealed", decided_by=decided_by)


def break_seal(session: Session, caller: Caller, container: Container, why: Correction) -> None:
    """Open a sealed container again; its seal number is void from then on. Opening an open one changes nothing.

    Raises:
        Conflict: It has departed.
    """
    _see_that_here(container)
    if container.state is ContainerState.OPEN:
        return
    broken, container.seal_no, container.state = container.seal_no, None, ContainerState.OPEN
    container.version += 1
    note_container(session, caller, container, "container.seal_broken", why, broken_seal=broken)


def depart(session: Session, caller: Caller, container: Container, decided_by: str) -> None:
    """Note that a sealed container has left. A second time changes nothing.

    Raises:
        Conflict: It is not sealed.
    """
    if container.state is ContainerState.DEPARTED:
        return
    if container.state is not ContainerState.SEALED:
        raise Conflict(f"container {container.number} bears no seal yet: seal it before it departs")
    container.state = ContainerState.DEPARTED
    container.version += 1
    note_container(session, caller, container, "container.departed", decided_by=decided_by)


def hold_container(session: Session, caller: Caller, container_id: UUID) -> Container:
    """Hold the organisation's chain until the transaction ends, and see the container as it is now.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    lock_chain(session, caller.organisation_id)
    container = container_of_id(session, caller.organisation_id, container_id)
    session.refresh(container)
    return container


def container_of_id(session: Session, organisation_id: UUID, container_id: UUID) -> Container:
    """The organisation's container of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Container, organisation_id, container_id, "container")


def list_containers(session: Session, organisation_id: UUID, limit: int, before: Position | None) -> Page[Container]:
    """Containers, newest first, a page at a time."""
    chosen = select(Container).where(Container.organisation_id == organisation_id)
    return newest_first(session, chosen, Container.created_at, Container.id, limit, before)


def containers_of_batch(session: Session, batch_id: UUID) -> Sequence[Container]:
    """The containers that cartons of a batch are in, by number."""
    inside = select(Carton.container_id).where(Carton.batch_id == batch_id)
    return session.scalars(select(Container).where(Container.id.in_(inside)).order_by(Container.number)).all()


def container_facts(container: Container) -> dict[str, Any]:
    """What the chain remembers of a container: every column but its counter."""
    return {name: _plain(getattr(container, name)) for name in ("number", "state", *DESCRIBED)}


def note_container(
    session: Session, caller: Caller, container: Container, kind: str, why: Correction | None = None, **more: Any
) -> None:
    """Note what happened to a container, with the whole of it as it stands now."""
    more |= told(why)
    session.flush()
    note(
        session, caller.organisation_id, kind, container.id, caller.name, now(),
        container=container_facts(container), **more,
    )  # fmt: skip


def _see_that_here(container: Container) -> None:
    if container.state is ContainerState.DEPARTED:
        raise Conflict(f"container {container.number} has departed: what was said of it stands", state=container.state)


def _see_that_open(container: Container) -> None:
    _see_that_here(container)
    if container.state is not ContainerState.OPEN:
        raise Conflict(f"container {container.number} bears seal {container.seal_no}", state=container.state)


def _describe(container: Container, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in DESCRIBED:
            raise BadRequest(f"got {name!r} of a container, wanted some of {', '.join(DESCRIBED)}")
        setattr(container, name, value)
    if container.type not in TYPES:
        raise BadRequest(f"got container type {container.type!r}, wanted one of {', '.join(TYPES)}")
    if container.tare_kg is not None and container.vgm_kg is not None and container.vgm_kg < container.tare_kg:
        raise BadRequest(f"got {container.vgm_kg} kg verified gross mass and {container.tare_kg} kg tare: it is more")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return rfc3339(value) if hasattr(value, "astimezone") else format(value, "f")
