"""Lots under acceptance sampling: a batch is frozen, each of its SKUs becomes a lot, and a sample is drawn from it.

One lot is all pieces of one SKU in one batch. The plan comes from the export standard (AQLs, level, edition) and the
switching states; the seed is made after the content is frozen, and anybody can repeat the draw from both
(`lot_draw.py`). What follows: `reinspections.py` judges the sample, `lot_decisions.py` the lot, `lot_screening.py` what
was rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger import switching
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import take_waiting
from qc.ledger.events import lock_chain, note, now
from qc.ledger.lot_draw import acceptance_of, draw_lot
from qc.ledger.owned import owned
from qc.ledger.states import BatchState, LotState, ReinspectionState
from qc.ledger.tables import Batch, Lot, Reinspection
from qc.standards.standard import ExportStandard

StandardOf = Callable[[str], ExportStandard]
"""The standard in force for a SKU; raises UnknownStandard."""

STANDING = frozenset(LotState) - {LotState.RESUBMITTED, LotState.WITHDRAWN}
"""States of a lot that no later lot has replaced."""


def start_sampling(
    session: Session,
    caller: Caller,
    batch: Batch,
    standard_of: StandardOf,
    started_by: str,
    *,
    reduced_allowed: bool = False,
) -> list[Lot]:
    """Freeze an open batch and draw a sample from each of its SKUs.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Open. From now on nothing enters or leaves it but by lot acceptance.
        standard_of: The standard in force for a SKU: it states level, AQLs and edition.
        started_by: The person who begins, as a pseudonym.
        reduced_allowed: The setting of reduced inspection.

    Raises:
        Conflict: The batch is not open or is empty, a standard states no AQLs, an earlier lot of a SKU is not decided
            yet, or sampling of a SKU is discontinued.
        UnknownStandard: A SKU has none.
    """
    lock_chain(session, caller.organisation_id)
    session.refresh(batch)
    if batch.state is not BatchState.OPEN:
        raise Conflict(f"batch {batch.number} is {batch.state}: sampling begins while it is open", state=batch.state)
    lines = [line for line in batch.lines if line.filled]
    if not lines:
        raise Conflict(f"batch {batch.number} is empty: there is nothing to sample")
    batch.state = BatchState.SAMPLING
    batch.version += 1
    note(
        session, caller.organisation_id, "batch.sampling_began", batch.id, caller.name, now(),
        number=batch.number, started_by=started_by, pieces=sum(line.filled for line in lines),
    )  # fmt: skip
    drawn = []
    for line in lines:
        _earlier_lot_is_decided(session, caller.organisation_id, line.sku)
        standard = standard_of(line.sku)
        states = switching.states_for(session, caller, line.sku, acceptance_of(standard), reduced_allowed)
        inspections = {name: switching.inspection_to_use(row) for name, row in states.items()}
        drawn.append(
            draw_lot(session, caller, batch, line, standard, started_by, inspections, reduced_allowed=reduced_allowed)
        )
    return drawn


def withdraw_sampling(session: Session, caller: Caller, batch: Batch, decided_by: str, reason: str) -> list[Lot]:
    """Undo a sampling that was begun by mistake: the batch is open again, and nothing counts.

    Only while nothing of any sample has been judged. Otherwise a sample that looks bad could be drawn anew until one
    looks good.

    Raises:
        Conflict: The batch is not sampled for the first time, or something has been judged.
    """
    lock_chain(session, caller.organisation_id)
    session.refresh(batch)
    lots = [lot for lot in lots_of_batch(session, batch) if lot.state in STANDING]
    if batch.state is not BatchState.SAMPLING or not lots or any(lot.previous_lot_id for lot in lots):
        raise Conflict(
            f"batch {batch.number} is {batch.state}: only a first sampling can be withdrawn", state=batch.state
        )
    ids = [lot.id for lot in lots]
    judged = session.scalar(
        select(func.count()).where(Reinspection.lot_id.in_(ids), Reinspection.state != ReinspectionState.OPEN)
    )
    if judged:
        raise Conflict(f"{judged} pieces of the sample were judged already: the sampling stands, go on with it")
    at = now()
    for row in session.scalars(select(Reinspection).where(Reinspection.lot_id.in_(ids))):
        row.state, row.closed_at = ReinspectionState.WITHDRAWN, at
    for lot in lots:
        lot.state = LotState.WITHDRAWN
        note(session, caller.organisation_id, "lot.withdrawn", lot.id, caller.name, at,
             batch=str(batch.id), decided_by=decided_by, reason=reason)  # fmt: skip
    batch.state = BatchState.OPEN
    batch.version += 1
    session.flush()
    take_waiting(session, caller, batch)
    return lots


def lot_of_id(session: Session, organisation_id: UUID, lot_id: UUID) -> Lot:
    """The organisation's lot of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Lot, organisation_id, lot_id, "lot")


def hold_lot(session: Session, caller: Caller, lot_id: UUID) -> Lot:
    """Hold the organisation's chain until the transaction ends, and see the lot as it is now.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    lock_chain(session, caller.organisation_id)
    lot = lot_of_id(session, caller.organisation_id, lot_id)
    session.refresh(lot)
    session.refresh(lot.batch)
    return lot


def lots_of_batch(session: Session, batch: Batch) -> Sequence[Lot]:
    """Every lot of a batch, first to last."""
    return session.scalars(select(Lot).where(Lot.batch_id == batch.id).order_by(Lot.number)).all()


def list_lots(
    session: Session,
    organisation_id: UUID,
    limit: int,
    before: int | None = None,
    *,
    batch_id: UUID | None = None,
    state: LotState | None = None,
    sku: str | None = None,
) -> Sequence[Lot]:
    """Lots, newest first, those with a number below `before`."""
    chosen = select(Lot).where(Lot.organisation_id == organisation_id)
    if before is not None:
        chosen = chosen.where(Lot.number < before)
    if batch_id is not None:
        chosen = chosen.where(Lot.batch_id == batch_id)
    if state is not None:
        chosen = chosen.where(Lot.state == state)
    if sku is not None:
        chosen = chosen.where(Lot.sku == sku)
    return session.scalars(chosen.order_by(Lot.number.desc()).limit(limit)).all()


def _earlier_lot_is_decided(session: Session, organisation_id: UUID, sku: str) -> None:
    """Switching goes lot by lot: how the next one is inspected follows from how this one ends."""
    waiting = session.scalar(
        select(Lot).where(
            Lot.organisation_id == organisation_id,
            Lot.sku == sku,
            Lot.state == LotState.SAMPLING,
            Lot.previous_lot_id.is_(None),
        )
    )
    if waiting is not None:
        raise Conflict(
            f"lot {waiting.number} of {sku} (batch {waiting.batch.number}) is not decided yet: its result says how the "
            "next lot is inspected; finish or withdraw it first",
            lot=str(waiting.id),
        )
