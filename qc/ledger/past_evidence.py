"""What was known of a piece at an inspection, so that it can be judged again without its photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.repeats import doubts_kept
from qc.ledger.tables import Decision, Inspection, StandardVersion
from qc.standards.checks import CheckRecord
from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict, apply, doubted


@dataclass(frozen=True)
class PastInspection:
    """The last inspection of a piece in a span of time, with every hand check that is known by now.

    Attributes:
        document: Of the standard as it was used, JSON.
        decided: Outcome of the last decision on it, if there is one.
    """

    id: UUID
    piece_id: UUID
    document: str
    decided: str | None
    evidence: dict[str, Any]
    checks: dict[str, Any]
    verdict: dict[str, Any]

    def seen(self) -> Evidence:
        """The evidence as it is kept."""
        return Evidence.model_validate(self.evidence)

    def bands(self) -> dict[str, Band]:
        """The model's own bands of that day."""
        return {name: Band.model_validate(band) for name, band in self.verdict["bands"].items()}

    def judged(self, standard: ExportStandard, evidence: Evidence, bands: dict[str, Band]) -> Verdict:
        """The verdict of a standard on evidence of this piece, with its checks and the doubts that no evidence shows.

        Checks of another form than the standard's are passed over by its rules.
        """
        checks = {name: CheckRecord.model_validate(record) for name, record in self.checks.items()}
        return doubted(apply(standard, evidence, checks, bands), standard, doubts_kept(self.verdict))


def last_inspections(
    session: Session, piece_ids: Sequence[UUID], since: datetime | None, before: datetime
) -> Iterator[PastInspection]:
    """The last inspection of each piece in the time from `since` up to, not including, `before`, by piece id."""
    within = [Inspection.piece_id.in_(piece_ids), Inspection.inspected_at < before]
    if since is not None:
        within.append(Inspection.inspected_at >= since)
    last = (
        select(Inspection.piece_id, func.max(Inspection.number).label("number"))
        .where(*within)
        .group_by(Inspection.piece_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Inspection.id, Inspection.piece_id, Inspection.evidence, Inspection.checks, Inspection.verdict,
            StandardVersion.document,
        )
        .join(last, (last.c.piece_id == Inspection.piece_id) & (last.c.number == Inspection.number))
        .join(StandardVersion, StandardVersion.id == Inspection.standard_version_id)
        .order_by(Inspection.piece_id)
    ).all()  # fmt: skip
    decided = select(Decision.inspection_id, Decision.outcome, Decision.checks).where(
        Decision.inspection_id.in_([row.id for row in rows])
    )
    decisions = {row.inspection_id: row for row in session.execute(decided.order_by(Decision.number))}
    for row in rows:
        decision = decisions.get(row.id)
        yield PastInspection(
            id=row.id,
            piece_id=row.piece_id,
            document=row.document,
            decided=decision.outcome.value if decision else None,
            evidence=row.evidence,
            checks=decision.checks if decision else row.checks,
            verdict=row.verdict,
        )
