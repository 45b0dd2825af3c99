"""Jobs that judge past inspections again, under another standard or model: requested, worked on in slices, cancelled.

A job says what would be. It changes no decision, state, batch or pay; of the chain it touches nothing but its own
events. Each piece in its scope counts once, by its last inspection there. A slice is written in one transaction with
the job's place, and only from the place where its worker took it up: a worker that was thought dead, or two at once,
write it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.blindness import hidden_pieces, is_blind
from qc.ledger.events import lock_chain, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.states import RejudgementState
from qc.ledger.tables import Inspection, Piece, RejudgedPiece, Rejudgement
from qc.standards.standard import ExportStandard

OPEN = (RejudgementState.WAITING, RejudgementState.RUNNING)
LEASE = timedelta(seconds=60)
"""How long a worker may be silent before another one takes its job up. A slice takes a few seconds."""


@dataclass(frozen=True)
class Scope:
    """Which pieces: of an SKU, or all; by inspections of a time."""

    sku: str | None = None
    inspected_from: datetime | None = None
    inspected_before: datetime | None = None


@dataclass(frozen=True)
class Rejudged:
    """What one piece would be; `after` is None where it could not be judged, and `failure` says why."""

    piece_id: UUID
    inspection_id: UUID
    before: str
    after: str | None
    decided: str | None
    verdict: dict[str, Any] | None = None
    evidence: dict[str, Any] | None = None
    failure: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the outcome would be another one."""
        return self.after is not None and self.after != self.before


def request(
    session: Session, caller: Caller, standard: ExportStandard | None, model: str | None, scope: Scope, reason: str
) -> Rejudgement:
    """Enter a job.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        standard: That judges; None: each inspection's own, as it stood.
        model: Name and version of the model whose evidence counts; None: the evidence as it is kept.
        scope: Which pieces.
        reason: Why.

    Raises:
        BadRequest: Neither standard nor model, a standard of no SKU or of another one, or a time without a moment.
    """
    if standard is None and model is None:
        raise BadRequest("name a `standard`, a `model` or both: judged by neither anew, nothing could differ")
    sku = scope.sku
    if standard is not None:
        if standard.product.sku is None or sku not in (None, standard.product.sku):
            raise BadRequest(f"standard {standard.name} is for {standard.product.sku or 'no SKU'}, not for {sku}")
        sku = standard.product.sku
    at = now()
    before = min(scope.inspected_before or at, at)  # what comes later is judged as it comes
    if scope.inspected_from is not None and scope.inspected_from >= before:
        raise BadRequest(
            f"the time begins {rfc3339(scope.inspected_from)} and ends {rfc3339(before)}: nothing is in it"
        )
    lock_chain(session, caller.organisation_id)
    last = session.scalar(
        select(func.max(Rejudgement.number)).where(Rejudgement.organisation_id == caller.organisation_id)
    )
    job = Rejudgement(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        number=(last or 0) + 1,
        state=RejudgementState.WAITING,
        standard=standard.name if standard else None,
        standard_version=standard.version if standard else None,
        standard_fingerprint=standard.fingerprint if standard else None,
        document=standard.model_dump_json() if standard else None,
        model=model,
        sku=sku,
        inspected_from=scope.inspected_from,
        inspected_before=before,
        reason=reason,
        actor=caller.name,
        pieces=0,
        done=0,
        changed=0,
        failed=0,
        counts=[],
        requested_at=at,
        version=1,
    )
    job.pieces = session.scalar(select(func.count()).select_from(Piece).where(*_in_scope(job))) or 0
    session.add(job)
    session.flush()
    note(
        session, caller.organisation_id, "rejudgement.requested", job.id, caller.name, at,
        number=job.number, standard=job.standard, standard_version=job.standard_version,
        standard_fingerprint=job.standard_fingerprint, model=model, sku=sku,
        inspected_from=rfc3339(scope.inspected_from) if scope.inspected_from else None,
        inspected_before=rfc3339(before), pieces=job.pieces, reason=reason,
    )  # fmt: skip
    return job


def _in_scope(job: Rejudgement) -> list[Any]:
    inspected = [Inspection.piece_id == Piece.id, Inspection.inspected_at < job.inspected_before]
    if job.inspected_from is not None:
        inspected.append(Inspection.inspected_at >= job.inspected_from)
    conditions = [Piece.organisation_id == job.organisation_id, exists().where(*inspected)]
    if job.sku is not None:
        conditions.append(Piece.sku == job.sku)
    return conditions


def claim(session: Session, lease: timedelta = LEASE) -> Rejudgement | None:
    """The oldest job that nobody works on, held for as long as the lease; None where there is none.

    Args:
        session: A session of `Database.write()`.
        lease: Until when, from now; every slice that is written extends it.
    """
    at = now()
    free = or_(Rejudgement.leased_until.is_(None), Rejudgement.leased_until < at)
    job: Rejudgement | None = session.scalar(
        select(Rejudgement)
        .where(Rejudgement.state.in_(OPEN), free)
        .order_by(Rejudgement.requested_at, Rejudgement.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is not None:
        job.state, job.leased_until = RejudgementState.RUNNING, at + lease
        job.version += 1
    return job


def waits(session: Session) -> bool:
    """Whether there is a job that nobody works on."""
    free = or_(Rejudgement.leased_until.is_(None), Rejudgement.leased_until < now())
    return session.scalar(select(Rejudgement.id).where(Rejudgement.state.in_(OPEN), free).limit(1)) is not None


def pieces_after(session: Session, job: Rejudgement, limit: int) -> list[UUID]:
    """The next pieces of a job, in the order of their ids."""
    further = [] if job.after_piece is None else [Piece.id > job.after_piece]
    return list(session.scalars(select(Piece.id).where(*_in_scope(job), *further).order_by(Piece.id).limit(limit)))


def record(
    session: Session, taken: Rejudgement, found: Sequence[Rejudged], lease: timedelta = LEASE
) -> Rejudgement | None:
    """Write a slice and the job's new place.

    Args:
        session: A session of `Database.write()`.
        taken: The job as it was when the slice was taken up.
        found: The slice, in the order of `pieces_after`.
        lease: Until when the job is held, from now.

    Returns:
        The job as it stands now. None, and nothing is written, where it stands elsewhere by now or has ended.
    """
    job = _held(session, taken.id)
    if job.state is not RejudgementState.RUNNING or job.after_piece != taken.after_piece:
        return None
    session.add_all(
        RejudgedPiece(
            rejudgement_id=job.id,
            piece_id=row.piece_id,
            inspection_id=row.inspection_id,
            before=row.before,
            after=row.after,
            decided=row.decided,
            differs=row.differs,
            verdict=row.verdict if row.differs else None,
            evidence=row.evidence if row.differs else None,
            failure=row.failure,
        )
        for row in found
    )
    counts = Counter({(before, after): pieces for before, after, pieces in job.counts})
    counts.update((row.before, row.after) for row in found if row.after is not None)
    job.counts = [[*pair, pieces] for pair, pieces in sorted(counts.items())]
    job.done += len(found)
    job.changed += sum(row.differs for row in found)
    job.failed += sum(row.after is None for row in found)
    job.after_piece, job.leased_until = found[-1].piece_id, now() + lease
    job.version += 1
    return job


def hand_back(session: Session, job_id: UUID) -> None:
    """Let another worker take a job up at once."""
    job = _held(session, job_id)
    if job.state is RejudgementState.RUNNING:
        job.leased_until = None


def finish(session: Session, taken: Rejudgement) -> None:
    """End a job whose pieces are all judged."""
    lock_chain(session, taken.organisation_id)
    job = _held(session, taken.id)
    if job.state is RejudgementState.RUNNING and job.after_piece == taken.after_piece:
        _end(session, job, RejudgementState.FINISHED, job.actor)


def fail(session: Session, taken: Rejudgement, why: str) -> None:
    """End a job that cannot be carried out; what was judged stays."""
    lock_chain(session, taken.organisation_id)
    job = _held(session, taken.id)
    if job.state is RejudgementState.RUNNING:
        _end(session, job, RejudgementState.FAILED, job.actor, why)


def cancel(session: Session, caller: Caller, job: Rejudgement) -> None:
    """End a job early; what was judged stays. `job` is as `hold` gave it.

    Raises:
        Conflict: It has ended.
    """
    if job.state not in OPEN:
        raise Conflict(f"rejudgement {job.number} is {job.state}; there is nothing left to cancel")
    _end(session, job, RejudgementState.CANCELLED, caller.name)


def _end(session: Session, job: Rejudgement, state: RejudgementState, actor: str, failure: str | None = None) -> None:
    job.state, job.finished_at, job.leased_until = state, now(), None
    job.failure = None if failure is None else failure[:1000]
    job.version += 1
    session.flush()
    note(
        session, job.organisation_id, f"rejudgement.{state}", job.id, actor, job.finished_at, number=job.number,
        pieces=job.pieces, done=job.done, changed=job.changed, failed=job.failed, failure=job.failure,
    )  # fmt: skip


def _held(session: Session, job_id: UUID) -> Rejudgement:
    return session.scalars(
        select(Rejudgement).where(Rejudgement.id == job_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def hold(session: Session, caller: Caller, job_id: UUID) -> Rejudgement:
    """The organisation's job of that id, held until the transaction ends.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    lock_chain(session, caller.organisation_id)
    return owned(session, Rejudgement, caller.organisation_id, job_id, "rejudgement", change=True, fresh=True)


def rejudgement_of_id(session: Session, organisation_id: UUID, job_id: UUID) -> Rejudgement:
    """The organisation's job of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Rejudgement, organisation_id, job_id, "rejudgement")


def list_rejudgements(
    session: Session, organisation_id: UUID, limit: int, before: int | None = None
) -> Sequence[Rejudgement]:
    """Jobs, newest first, below a number."""
    chosen = select(Rejudgement).where(Rejudgement.organisation_id == organisation_id)
    if before is not None:
        chosen = chosen.where(Rejudgement.number < before)
    return session.scalars(chosen.order_by(Rejudgement.number.desc()).limit(limit)).all()


def rejudged(
    session: Session, caller: Caller, job: Rejudgement, limit: int, after: UUID | None = None, differing: bool = True
) -> Sequence[RejudgedPiece]:
    """Pieces of a job in the order of their ids; those that are hidden from the caller are passed over."""
    chosen = select(RejudgedPiece).where(RejudgedPiece.rejudgement_id == job.id)
    if differing:
        chosen = chosen.where(RejudgedPiece.differs)
    if after is not None:
        chosen = chosen.where(RejudgedPiece.piece_id > after)
    if is_blind(caller):
        chosen = chosen.where(RejudgedPiece.piece_id.not_in(hidden_pieces(caller)))
    return session.scalars(chosen.order_by(RejudgedPiece.piece_id).limit(limit)).all()
