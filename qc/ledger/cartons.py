"""Cartons: opened for a batch, measured, closed and opened again. What lies in them: carton_contents.py.

Every change holds the organisation's chain and notes the whole carton as it then stands, so that `qc ledger verify`
can compare the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batches import see_that_packable
from qc.ledger.corrections import Correction, see_that_explained, told
from qc.ledger.events import lock_chain, note, now
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.states import CartonState
from qc.ledger.tables import Batch, Carton, SsccSerial
from qc.standards.check_digits import sscc


@dataclass(frozen=True)
class Measures:
    """What was weighed and measured of a carton; null: not known (yet). Kilograms, centimetres, grams, per cent."""

    gross_kg: Decimal | None = None
    net_kg: Decimal | None = None
    length_cm: Decimal | None = None
    width_cm: Decimal | None = None
    height_cm: Decimal | None = None
    desiccant_g: Decimal | None = None
    moisture_pct: Decimal | None = None


MEASURES = tuple(field.name for field in fields(Measures))


@dataclass(frozen=True)
class Gs1:
    """What SSCCs are made from: the company prefix that was bought (7 to 10 digits), and an extension digit."""

    prefix: str
    extension: int = 0


def open_carton(
    session: Session,
    caller: Caller,
    batch: Batch,
    *,
    number: str | None = None,
    measures: Measures = Measures(),
    gs1: Gs1 | None = None,
) -> Carton:
    """Open a carton for a batch.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Which; open or in sampling.
        number: The exporter's own number; the next position of the batch when left out.
        measures: What is known already.
        gs1: Gives the carton an SSCC; without it the carton has none, and the preflight lists it.

    Raises:
        BadRequest: It weighs more net than gross.
        Conflict: The number is taken, or the batch is past packing.
    """
    lock_chain(session, caller.organisation_id)
    session.refresh(batch)
    see_that_packable(batch)
    position = (session.scalar(select(func.max(Carton.position)).where(Carton.batch_id == batch.id)) or 0) + 1
    number = number or str(position)
    if session.scalar(select(Carton.id).where(Carton.batch_id == batch.id, Carton.number == number)) is not None:
        raise Conflict(f"batch {batch.number} has a carton {number!r} already; choose another number")
    carton = Carton(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        batch_id=batch.id,
        position=position,
        number=number,
        sscc=_next_sscc(session, gs1) if gs1 else None,
        state=CartonState.OPEN,
        pieces=0,
        version=1,
        opened_at=now(),
    )
    _measure(carton, {name: getattr(measures, name) for name in MEASURES})
    session.add(carton)
    batch.version += 1
    session.flush()
    note_carton(session, caller, carton, "carton.opened")
    return carton


def measure_carton(
    session: Session,
    caller: Caller,
    carton: Carton,
    changes: Mapping[str, Decimal | None],
    why: Correction | None = None,
) -> None:
    """Record weights and sides of a carton that `hold_carton` gave.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        carton: Which.
        changes: The measures to set, by name; others stay.
        why: Who corrects what stood there, and why. Needed where a figure is replaced.

    Raises:
        BadRequest: A figure is replaced without who and why, or it would weigh more net than gross.
        Conflict: The batch is past packing.
    """
    see_that_packable(session.get_one(Batch, carton.batch_id))
    replaced = {
        name: format(before, "f")
        for name, value in changes.items()
        if (before := getattr(carton, name)) is not None and before != value
    }
    see_that_explained(f"carton {carton.number}", list(replaced), why)
    _measure(carton, changes)
    carton.version += 1
    note_carton(session, caller, carton, "carton.measured", why, before=replaced)


def close_carton(session: Session, caller: Caller, carton: Carton) -> None:
    """Close a carton that `hold_carton` gave: nothing goes in or out. Closing a closed one changes nothing.

    Raises:
        Conflict: It is empty, or the batch is past packing.
    """
    if carton.state is CartonState.CLOSED:
        return
    see_that_packable(session.get_one(Batch, carton.batch_id))
    if carton.pieces == 0:
        raise Conflict(f"carton {carton.number} is empty; an empty carton is not closed")
    carton.state = CartonState.CLOSED
    carton.version += 1
    note_carton(session, caller, carton, "carton.closed")


def reopen_carton(session: Session, caller: Caller, carton: Carton, why: Correction) -> None:
    """Open a closed carton again, to take something out or put something in. Opening an open one changes nothing.

    Raises:
        Conflict: The batch is past packing, or the carton is in a container.
    """
    if carton.state is CartonState.OPEN:
        return
    see_that_packable(session.get_one(Batch, carton.batch_id))
    if carton.container_id is not None:
        raise Conflict(f"carton {carton.number} is in a container: unload it first", container=str(carton.container_id))
    carton.state = CartonState.OPEN
    carton.version += 1
    note_carton(session, caller, carton, "carton.reopened", why)


def number_cartons(session: Session, caller: Caller, batch: Batch, gs1: Gs1) -> int:
    """Give every carton of a batch an SSCC that has none: the prefix was bought after they were packed.

    Returns:
        How many were given one.

    Raises:
        Conflict: The batch is past packing.
    """
    lock_chain(session, caller.organisation_id)
    session.refresh(batch)
    see_that_packable(batch)
    without = session.scalars(
        select(Carton)
        .where(Carton.batch_id == batch.id, Carton.sscc.is_(None))
        .order_by(Carton.position)
        .execution_options(populate_existing=True)
    ).all()
    for carton in without:
        carton.sscc = _next_sscc(session, gs1)
        carton.version += 1
        note_carton(session, caller, carton, "carton.numbered")
    session.flush()
    return len(without)


def hold_carton(session: Session, caller: Caller, carton_id: UUID) -> Carton:
    """Hold the organisation's chain until the transaction ends, and see the carton and its batch as they are now.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    lock_chain(session, caller.organisation_id)
    carton = owned(session, Carton, caller.organisation_id, carton_id, "carton", fresh=True)
    session.get_one(Batch, carton.batch_id, populate_existing=True)
    return carton


def carton_of_id(session: Session, organisation_id: UUID, carton_id: UUID) -> Carton:
    """The organisation's carton of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Carton, organisation_id, carton_id, "carton")


def cartons_of(session: Session, batch: Batch, limit: int, after: int = 0) -> Sequence[Carton]:
    """Cartons of a batch by their position, after one."""
    return session.scalars(
        select(Carton)
        .where(Carton.batch_id == batch.id, Carton.position > after)
        .order_by(Carton.position)
        .limit(limit)
    ).all()


def carton_facts(carton: Carton) -> dict[str, Any]:
    """What the chain remembers of a carton: every column but counters; its pieces are events of their own."""
    measures = {name: None if (x := getattr(carton, name)) is None else format(x, "f") for name in MEASURES}
    return measures | {
        "batch": str(carton.batch_id),
        "position": carton.position,
        "number": carton.number,
        "sscc": carton.sscc,
        "state": carton.state,
        "container": str(carton.container_id) if carton.container_id else None,
    }


def note_carton(
    session: Session, caller: Caller, carton: Carton, kind: str, why: Correction | None = None, **more: Any
) -> None:
    """Note what happened to a carton, with the whole of it as it stands now."""
    more |= told(why)
    session.flush()
    note(session, caller.organisation_id, kind, carton.id, caller.name, now(), carton=carton_facts(carton), **more)


def _measure(carton: Carton, changes: Mapping[str, Decimal | None]) -> None:
    for name, value in changes.items():
        setattr(carton, name, value)
    if carton.net_kg is not None and carton.gross_kg is not None and carton.net_kg > carton.gross_kg:
        raise BadRequest(f"got {carton.net_kg} kg net and {carton.gross_kg} kg gross: net is never more than gross")


def _next_sscc(session: Session, gs1: Gs1) -> str:
    """The next SSCC under a prefix. Its row is locked after the chain, always, so that nobody waits in a circle."""
    if session.get(SsccSerial, gs1.prefix) is None:
        try:
            with session.begin_nested():
                session.add(SsccSerial(prefix=gs1.prefix, last=0))
        except IntegrityError:
            pass  # another organisation of this service was first
    row = session.execute(
        select(SsccSerial)
        .where(SsccSerial.prefix == gs1.prefix)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    row.last += 1
    session.flush()
    return sscc(gs1.prefix, row.last, gs1.extension)
