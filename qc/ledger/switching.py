"""Switching states as the ledger keeps them: one for each SKU, class of defects, level, AQL and edition.

An organisation's lots move them in order: one original lot of a SKU is decided before the next is drawn. A changed AQL
or level begins a state of its own, on normal inspection. Rules: qc/standards/switching.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import lock_chain, note, now
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.tables import Lot, SwitchingState
from qc.standards.aql_tables import Inspection
from qc.standards.sampling import CLASSES, ClassResult, DefectClass, LotDecision, Plan
from qc.standards.standard import Acceptance
from qc.standards.switching import ReducedPermission, SignedOff, Switching


def states_for(
    session: Session, caller: Caller, sku: str, acceptance: Acceptance, reduced_allowed: bool
) -> dict[DefectClass, SwitchingState]:
    """The states under which the next lot of a SKU is inspected, made where there is none yet.

    A state on reduced inspection goes back to normal while the setting does not allow it.
    """
    rows = {}
    for name in CLASSES:
        row = _row(session, caller.organisation_id, sku, name, acceptance.edition, acceptance.level,
                   getattr(acceptance, name))  # fmt: skip
        state = state_of(row)
        if state.inspection == "reduced" and not reduced_allowed:
            _move(session, caller, row, state.back_to_normal(), cause="reduced inspection is not allowed any more")
        rows[name] = row
    return rows


def state_of(row: SwitchingState) -> Switching:
    """The rules' own state behind a row."""
    return Switching.model_validate(row.state)


def inspection_to_use(row: SwitchingState) -> Inspection:
    """How the next lot is inspected.

    Raises:
        Conflict: Sampling is discontinued.
    """
    state = state_of(row)
    if state.discontinued:
        raise Conflict(
            f"sampling of {row.sku} is discontinued for {row.defect_class} defects: five lots were rejected on "
            "tightened inspection; resume it once the cause is mended",
            switching=str(row.id),
        )
    return state.inspection


def advance(
    session: Session, caller: Caller, lot: Lot, decision: LotDecision, reduced_allowed: bool
) -> dict[str, dict[str, Any]]:
    """Let a decided lot move the states of its SKU. Whoever calls holds the chain.

    Returns:
        By class, the states before and after; equal for a resubmitted lot, which never counts.
    """
    plan = Plan.model_validate(lot.plan)
    moved: dict[str, dict[str, Any]] = {}
    for result in decision.classes:
        row = _row(
            session, lot.organisation_id, lot.sku, result.defect_class, plan.edition, plan.level, result.plan.aql
        )
        before = state_of(row)
        after = _after(before, row, result, lot, reduced_allowed)
        if lot.previous_lot_id is None:
            row.lots += 1
            _move(session, caller, row, after, lot=str(lot.id))
        moved[result.defect_class] = {"before": before.model_dump(mode="json"), "after": after.model_dump(mode="json")}
    return moved


def switching_of_id(session: Session, organisation_id: UUID, state_id: UUID) -> SwitchingState:
    """The organisation's switching state of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, SwitchingState, organisation_id, state_id, "switching state")


def list_switching(
    session: Session, organisation_id: UUID, limit: int, after: UUID | None = None, sku: str | None = None
) -> Sequence[SwitchingState]:
    """Switching states in the order in which they began."""
    chosen = select(SwitchingState).where(SwitchingState.organisation_id == organisation_id)
    if sku is not None:
        chosen = chosen.where(SwitchingState.sku == sku)
    if after is not None:
        chosen = chosen.where(SwitchingState.id > after)
    return session.scalars(chosen.order_by(SwitchingState.id).limit(limit)).all()


def resume(session: Session, caller: Caller, row: SwitchingState, decided_by: str, reason: str) -> None:
    """Resume discontinued sampling after corrective action, on tightened inspection.

    Raises:
        Conflict: It is not discontinued.
    """
    _held(session, caller, row)
    _move(session, caller, row, state_of(row).resume(), decided_by=decided_by, reason=reason)


def allow_reduced(
    session: Session, caller: Caller, row: SwitchingState, steady_by: str, authority: str, *, reduced_allowed: bool
) -> None:
    """Record the two statements that reduced inspection needs beside the score; the next accepted lots may lead there.

    Raises:
        BadRequest: The setting does not allow reduced inspection, or one person made both statements.
    """
    if not reduced_allowed:
        raise BadRequest("reduced inspection is off in this service; an administrator may set QC_REDUCED_INSPECTION")
    if steady_by == authority:
        raise BadRequest("two people are needed: one says that production is steady, the authority approves")
    _held(session, caller, row)
    at = now()
    said = ReducedPermission(steady_production=SignedOff(by=steady_by, at=at), authority=SignedOff(by=authority, at=at))
    row.permission = said.model_dump(mode="json")
    note(session, caller.organisation_id, "switching.reduced_allowed", row.id, caller.name, at,
         sku=row.sku, defect_class=row.defect_class, permission=row.permission)  # fmt: skip


def withdraw_reduced(session: Session, caller: Caller, row: SwitchingState, decided_by: str, reason: str) -> None:
    """Take the permission back, because production is irregular say; reduced inspection ends at once.

    Raises:
        Conflict: There is none.
    """
    _held(session, caller, row)
    if row.permission is None:
        raise Conflict("there is no permission for reduced inspection to take back")
    row.permission = None
    state = state_of(row)
    _move(session, caller, row, state.back_to_normal() if state.inspection == "reduced" else state,
          decided_by=decided_by, reason=reason, permission=None)  # fmt: skip


def _after(before: Switching, row: SwitchingState, result: ClassResult, lot: Lot, reduced_allowed: bool) -> Switching:
    if result.plan.inspection != before.inspection:
        return before  # reduced inspection was ended while the lot was being judged: the new state begins after it
    allowed = reduced_allowed and row.permission is not None
    permission = ReducedPermission.model_validate(row.permission) if allowed else None
    return before.after(result, original=lot.previous_lot_id is None, reduced=permission)


def _move(session: Session, caller: Caller, row: SwitchingState, after: Switching, **why: Any) -> None:
    before = state_of(row)
    row.state, row.changed_at = after.model_dump(mode="json"), now()
    kind = "switching.switched" if before.inspection != after.inspection else "switching.advanced"
    if after.discontinued and not before.discontinued:
        kind = "switching.discontinued"
    note(
        session, caller.organisation_id, kind, row.id, caller.name, row.changed_at,
        sku=row.sku, defect_class=row.defect_class, edition=row.edition, level=row.level, aql=row.aql,
        before=before.model_dump(mode="json"), after=row.state, **why,
    )  # fmt: skip
    session.flush()


def _held(session: Session, caller: Caller, row: SwitchingState) -> None:
    lock_chain(session, caller.organisation_id)
    session.refresh(row)


def _row(
    session: Session, organisation_id: UUID, sku: str, name: str, edition: str, level: str, aql: float
) -> SwitchingState:
    key = {
        "organisation_id": organisation_id, "sku": sku, "defect_class": name, "edition": edition, "level": level,
        "aql": f"{aql:g}",
    }  # fmt: skip
    row = session.scalar(select(SwitchingState).filter_by(**key).execution_options(populate_existing=True))
    if row is None:
        row = SwitchingState(
            id=uuid7(), **key, state=Switching().model_dump(mode="json"), permission=None, lots=0, changed_at=now()
        )
        session.add(row)
        session.flush()
    return row
