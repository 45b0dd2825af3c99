"""Decisions: the model proposes, a named person or a stated policy decides, and the piece follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import AlreadyDecided, BadRequest, ChecksMissing, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece, place, take_out, take_waiting
from qc.ledger.corrections import Correction
from qc.ledger.disagreements import order_by_chance
from qc.ledger.events import digest, lock_chain, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.inspections import last_number
from qc.ledger.states import DECIDABLE, UNDECIDED, BatchState, Outcome, PieceState
from qc.ledger.tables import Decision, Inspection, Piece


@dataclass(frozen=True)
class Ruling:
    """What shall be decided, with the verdict as it stands once all checks are counted.

    `grade` is the verdict's, or the person's own where they overrule; `exportable` says whether the standard exports
    it; `checks_missing` names required checks that are neither recorded nor waived.
    """

    outcome: Outcome
    grade: str | None
    exportable: bool
    checks: dict[str, Any]
    verdict: dict[str, Any]
    checks_missing: tuple[str, ...] = ()
    reason: str | None = None
    decided_by: str | None = None
    policy: str | None = None


def hold_piece(session: Session, inspection: Inspection) -> Piece:
    """Hold the organisation's chain until the transaction ends, and see the piece as it is now."""
    lock_chain(session, inspection.organisation_id)
    return session.execute(
        select(Piece).where(Piece.id == inspection.piece_id).execution_options(populate_existing=True)
    ).scalar_one()


def decide(session: Session, caller: Caller, inspection: Inspection, ruling: Ruling) -> Decision:
    """Decide on a piece. An accepted one enters its batch here, in the same transaction.

    The same decision again gives the one that stands.

    Raises:
        AlreadyDecided: Another decision stands.
        BadRequest: An overruling without a grade or a reason.
        ChecksMissing: Acceptance with a required check neither recorded nor waived.
        Conflict: A newer inspection exists, the state does not allow it, or the grade is none that is exported.
    """
    piece = hold_piece(session, inspection)
    standing = _standing(session, inspection)
    if standing is not None and _same(standing, ruling) and not _withdrawn(piece, standing):
        return standing
    _see_that_allowed(session, piece, inspection, standing, ruling)
    decision = Decision(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        piece_id=piece.id,
        inspection_id=inspection.id,
        number=(standing.number if standing else 0) + 1,
        outcome=ruling.outcome,
        grade=ruling.grade,
        reason=ruling.reason,
        checks=ruling.checks,
        verdict=ruling.verdict,
        policy=ruling.policy,
        decided_by=ruling.decided_by,
        actor=caller.name,
        decided_at=now(),
    )
    inspection.decisions.append(decision)
    session.add(decision)
    kind = _follow(session, caller, piece, ruling, decision.decided_at)
    note(
        session, caller.organisation_id, kind, piece.id, caller.name, decision.decided_at,
        inspection=str(inspection.id), decision=str(decision.id), sha256=fingerprint_of_row(decision),
        outcome=ruling.outcome, grade=ruling.grade, reason=ruling.reason, decided_by=ruling.decided_by,
        policy=ruling.policy, attempt=piece.attempt,
    )  # fmt: skip
    if piece.state is PieceState.ACCEPTED:
        place(session, caller, piece)
    order_by_chance(session, caller, piece, inspection)
    return decision


def _follow(session: Session, caller: Caller, piece: Piece, ruling: Ruling, at: datetime) -> str:
    """Let the piece follow what was ruled.

    Returns:
        The event's type: `piece.<state>`, or `piece.regraded` where it stays in its batch with another grade.

    Raises:
        Conflict: It is in a batch that is past `open`.
    """
    state = _state_after(ruling)
    batch = batch_of_piece(session, piece.id) if piece.state is PieceState.IN_BATCH else None
    if batch is not None and batch.state is not BatchState.OPEN:
        raise Conflict(
            f"piece {piece.id} is in batch {batch.number}, which is {batch.state}: its grade stands", state=batch.state
        )
    piece.grade = None if ruling.outcome is Outcome.REFER else ruling.grade
    if batch is not None and state is PieceState.ACCEPTED:
        return "piece.regraded"
    if batch is not None:
        # Only `overrule` comes here, and it has named who and why.
        take_out(session, caller, piece, Correction(str(ruling.decided_by), str(ruling.reason)), state)
        take_waiting(session, caller, batch)
    piece.state = state
    piece.accepted_at = at if state is PieceState.ACCEPTED else None
    return f"piece.{state}"


def facts_of_row(decision: Decision) -> dict[str, Any]:
    """Every field of a decision, JSON-ready: what the chain vouches for."""
    return {
        "id": str(decision.id),
        "piece": str(decision.piece_id),
        "inspection": str(decision.inspection_id),
        "number": decision.number,
        "outcome": decision.outcome,
        "grade": decision.grade,
        "reason": decision.reason,
        "checks": decision.checks,
        "verdict": decision.verdict,
        "policy": decision.policy,
        "decided_by": decision.decided_by,
        "actor": decision.actor,
        "at": rfc3339(decision.decided_at),
    }


def fingerprint_of_row(decision: Decision) -> str:
    """What the chain remembers of a decision: the hash of every field of its row."""
    return digest(facts_of_row(decision))


def _standing(session: Session, inspection: Inspection) -> Decision | None:
    return session.scalar(
        select(Decision).where(Decision.inspection_id == inspection.id).order_by(Decision.number.desc()).limit(1)
    )


def _same(standing: Decision, ruling: Ruling) -> bool:
    return (
        standing.outcome is ruling.outcome
        and standing.grade == ruling.grade
        and standing.reason == ruling.reason
        and standing.checks == ruling.checks
    )


def _withdrawn(piece: Piece, standing: Decision) -> bool:
    """Whether an acceptance was undone since: the piece was removed, and is to be decided anew."""
    return standing.outcome in {Outcome.ACCEPT, Outcome.OVERRULE} and piece.state is PieceState.REFERRED


def _see_that_allowed(
    session: Session, piece: Piece, inspection: Inspection, standing: Decision | None, ruling: Ruling
) -> None:
    if last_number(session, piece.id) != inspection.number:
        raise Conflict(f"piece {piece.id} has a newer inspection; decide on that one")
    if piece.state not in DECIDABLE[ruling.outcome]:
        if standing is not None and piece.state not in UNDECIDED and ruling.outcome is not Outcome.OVERRULE:
            raise AlreadyDecided(
                f"piece {piece.id} is {piece.state} by {standing.outcome!s} of {rfc3339(standing.decided_at)}; "
                "a different decision needs `overrule` with a reason",
                state=piece.state,
            )
        raise Conflict(f"piece {piece.id} is {piece.state}: {ruling.outcome!s} is not possible", state=piece.state)
    if ruling.outcome is Outcome.OVERRULE and not (ruling.grade and ruling.reason and ruling.decided_by):
        raise BadRequest("`overrule` needs `grade`, `reason` and `decided_by`: who gives which grade, and why")
    if _state_after(ruling) is not PieceState.ACCEPTED:
        return
    if ruling.checks_missing:
        missing = ", ".join(ruling.checks_missing)
        raise ChecksMissing(f"record or waive these checks first: {missing}", missing=list(ruling.checks_missing))
    if piece.sku is None:
        raise Conflict(f"piece {piece.id} was judged under a standard without a SKU: it is graded and never logged")
    if not ruling.exportable:
        raise Conflict(
            f"grade {ruling.grade or 'none'} is not exported under this standard; return or reject the piece, "
            "or overrule with another grade"
        )


def _state_after(ruling: Ruling) -> PieceState:
    if ruling.outcome is Outcome.REFER:
        return PieceState.REFERRED
    if ruling.outcome is Outcome.RETURN:
        return PieceState.RETURNED
    if ruling.outcome is Outcome.REJECT:
        return PieceState.REJECTED
    if ruling.outcome is Outcome.ACCEPT or ruling.exportable:
        return PieceState.ACCEPTED
    return PieceState.REJECTED if ruling.grade == "reject" else PieceState.RETURNED
