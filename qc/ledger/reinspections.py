"""Re-inspections: a person judges a piece again without having seen its first verdict, once for each occasion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import AlreadyDecided, ChecksMissing, Conflict, NotAllowed
from qc.ledger.accounts import Caller
from qc.ledger.blindness import known_to, people_who_know
from qc.ledger.disagreements import follow_up
from qc.ledger.events import digest, lock_chain, note, now, rfc3339
from qc.ledger.lot_decisions import decide_when_complete
from qc.ledger.lot_screening import finish_when_screened
from qc.ledger.lots import lot_of_id
from qc.ledger.owned import owned
from qc.ledger.rulings import plain
from qc.ledger.states import Purpose, ReinspectionState
from qc.ledger.tables import Reinspection
from qc.standards.checks import read_checks
from qc.standards.found import FoundDefect, judge_findings
from qc.standards.sampling import DefectClass
from qc.standards.standard import ExportStandard

BY_CHANCE = frozenset({Purpose.ACCEPTED, Purpose.REFUSED})
LOST: DefectClass = "major"
"""The class in which a lost piece of a lot counts: our policy. The plan speaks of n pieces that are judged, and does
not say what a lost one is. Drawing another in its place, or passing it over, would let a bad piece be lost; so it
counts as one that fails in use, and not as one that is unsafe."""


@dataclass(frozen=True)
class Result:
    """What a person found.

    Attributes:
        inspected_by: the person, as a pseudonym.
        defects: every defect found; none says that the piece is faultless.
        checks: hand checks, as with an inspection.
        remark: in the person's words.
    """

    inspected_by: str
    defects: tuple[FoundDefect, ...] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)
    remark: str | None = None


def record(
    session: Session, caller: Caller, reinspection_id: UUID, result: Result, *, reduced_allowed: bool = False
) -> Reinspection:
    """Record what a person found on a piece. The last of a lot's sample decides the lot, in the same transaction.

    The same result again gives the one that stands.

    Raises:
        AlreadyDecided: Another result stands: somebody else was quicker.
        BadRequest: A defect without a class, or checks of the wrong form.
        ChecksMissing: A required check is neither recorded nor waived, and nothing critical was found.
        Conflict: It was withdrawn or missed, or the piece has been presented again meanwhile.
        NotAllowed: The person inspected the piece before or decided on it.
        NotFound: No such re-inspection.
    """
    row = hold(session, caller, reinspection_id)
    standard = ExportStandard.model_validate_json(row.standard.document)
    checks = read_checks(result.checks, standard.checks)
    findings = judge_findings(standard, result.defects, checks)
    defects = [defect.model_dump(mode="json") for defect in findings.defects]
    if row.state is ReinspectionState.RECORDED:
        if (row.inspected_by, row.defects, row.checks, row.remark) == (
            result.inspected_by, defects, plain(checks), result.remark,
        ):  # fmt: skip
            return row
        raise AlreadyDecided(
            f"re-inspection {row.id} was recorded by {row.inspected_by}; a piece is judged once for each occasion"
        )
    _is_open(row)
    _by_somebody_else(session, row, result.inspected_by)
    if findings.checks_missing and findings.worst != "critical":
        missing = ", ".join(findings.checks_missing)
        raise ChecksMissing(f"record or waive these checks first: {missing}", missing=list(findings.checks_missing))
    row.state, row.closed_at = ReinspectionState.RECORDED, now()
    row.inspected_by, row.actor, row.remark = result.inspected_by, caller.name, result.remark
    row.defects, row.checks = defects, plain(checks)
    row.worst, row.meets_standard = findings.worst, findings.meets_standard
    session.flush()
    note(
        session, caller.organisation_id, "reinspection.recorded", row.id, caller.name, row.closed_at,
        sha256=fingerprint_of_row(row), piece=str(row.piece_id), lot=str(row.lot_id) if row.lot_id else None,
        inspected_by=row.inspected_by, worst=row.worst, meets_standard=row.meets_standard,
        photos=[photo.sha256 for photo in row.photos],
    )  # fmt: skip
    if row.lot_id is None:
        follow_up(session, caller, row)
    else:
        _follow_in_lot(session, caller, row, row.lot_id, reduced_allowed)
    return row


def miss(
    session: Session,
    caller: Caller,
    reinspection_id: UUID,
    reported_by: str,
    reason: str,
    *,
    reduced_allowed: bool = False,
) -> Reinspection:
    """Record that a piece was gone before anybody could judge it again.

    One chosen by chance is counted as missed. One of a lot counts against the lot, as `LOST` says, and leaves the batch
    with the defective ones; the last of a sample decides the lot.

    Raises:
        Conflict: It is not open.
        NotFound: No such re-inspection.
    """
    row = hold(session, caller, reinspection_id)
    if (row.state, row.inspected_by, row.remark) == (ReinspectionState.MISSED, reported_by, reason):
        return row
    _is_open(row)
    row.state, row.closed_at = ReinspectionState.MISSED, now()
    row.inspected_by, row.actor, row.remark = reported_by, caller.name, reason
    if row.lot_id is None:
        session.flush()
        note(session, caller.organisation_id, "reinspection.missed", row.id, caller.name, row.closed_at,
             piece=str(row.piece_id), reported_by=reported_by, reason=reason)  # fmt: skip
        return row
    row.worst, row.meets_standard = LOST, False
    session.flush()
    note(session, caller.organisation_id, "reinspection.missed", row.id, caller.name, row.closed_at,
         piece=str(row.piece_id), reported_by=reported_by, reason=reason,
         sha256=fingerprint_of_row(row), lot=str(row.lot_id), worst=row.worst)  # fmt: skip
    _follow_in_lot(session, caller, row, row.lot_id, reduced_allowed)
    return row


def _follow_in_lot(session: Session, caller: Caller, row: Reinspection, lot_id: UUID, reduced_allowed: bool) -> None:
    lot = lot_of_id(session, caller.organisation_id, lot_id)
    if row.purpose is Purpose.SAMPLE:
        decide_when_complete(session, caller, lot, reduced_allowed=reduced_allowed)
    else:
        finish_when_screened(session, caller, lot)


def reinspection_of_id(session: Session, organisation_id: UUID, reinspection_id: UUID) -> Reinspection:
    """The organisation's re-inspection of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Reinspection, organisation_id, reinspection_id, "re-inspection")


def hold(session: Session, caller: Caller, reinspection_id: UUID) -> Reinspection:
    """Hold the organisation's chain until the transaction ends, and see the re-inspection as it is now.

    Raises:
        NotFound: No such re-inspection.
    """
    lock_chain(session, caller.organisation_id)
    row = reinspection_of_id(session, caller.organisation_id, reinspection_id)
    session.refresh(row)
    return row


def list_open(
    session: Session, caller: Caller, limit: int, after: int = 0, lot_id: UUID | None = None
) -> Sequence[Reinspection]:
    """What is to be judged again, in the order in which it was ordered; a lot's pieces in the order of the draw.

    A signed-in person is not shown pieces that they know already.
    """
    chosen = select(Reinspection).where(
        Reinspection.organisation_id == caller.organisation_id,
        Reinspection.state == ReinspectionState.OPEN,
        Reinspection.sequence > after,
    )
    if lot_id is not None:
        chosen = chosen.where(Reinspection.lot_id == lot_id)
    known = known_to(caller)
    if known is not None:
        chosen = chosen.where((Reinspection.purpose == Purpose.SCREENING) | ~known)
    return session.scalars(chosen.order_by(Reinspection.sequence).limit(limit)).unique().all()


def fingerprint_of_row(row: Reinspection) -> str:
    """What the chain remembers of a recorded re-inspection: the hash of every field of its row and photos."""
    return digest(
        {
            "id": str(row.id),
            "sequence": row.sequence,
            "piece": str(row.piece_id),
            "lot": str(row.lot_id) if row.lot_id else None,
            "standard": str(row.standard_version_id),
            "purpose": row.purpose,
            "position": row.position,
            "attempt": row.attempt,
            "inspected_by": row.inspected_by,
            "defects": row.defects,
            "checks": row.checks,
            "worst": row.worst,
            "meets_standard": row.meets_standard,
            "remark": row.remark,
            "actor": row.actor,
            "at": rfc3339(row.closed_at) if row.closed_at else None,
            "photos": [[photo.view, photo.sha256] for photo in row.photos],
        }
    )


def _is_open(row: Reinspection) -> None:
    if row.state is not ReinspectionState.OPEN:
        raise Conflict(f"re-inspection {row.id} is {row.state}: nothing can be recorded for it", state=row.state)
    if row.purpose in BY_CHANCE and row.piece.attempt != row.attempt:
        raise Conflict(f"piece {row.piece_id} has been presented again since: what it was cannot be judged any more")


def _by_somebody_else(session: Session, row: Reinspection, person: str) -> None:
    if row.purpose is not Purpose.SCREENING and person in people_who_know(session, row.piece_id):
        raise NotAllowed(
            f"{person!r} inspected piece {row.piece_id} or decided on it: somebody else must judge it again"
        )
