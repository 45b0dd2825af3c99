"""What would change: past evidence judged again, under the standard in force and under another. Nothing is written.

Each piece counts once, by its last inspection, with every hand check that is known by now and the model's own bands of
that day. Both standards are applied anew, so that a difference comes from the standards alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.tables import Decision, Inspection, Piece, StandardVersion
from qc.standards.checks import CheckRecord
from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict, apply


@dataclass(frozen=True)
class Change:
    """A piece whose outcome would be another one."""

    piece_id: UUID
    tag: str | None
    inspection_id: UUID
    before: str
    after: str
    rules: tuple[str, ...]  # of the other standard's verdict, worst first


@dataclass(frozen=True)
class Preview:
    """A page of pieces judged again.

    Attributes:
        examined: How many pieces of this page had been judged under the standard.
        counts: By outcome before and after: a grade, or the status where there is none.
        changes: Pieces whose outcome differs, in the order of their ids.
        next: Where the next page begins; None on the last.
    """

    examined: int
    counts: dict[tuple[str, str], int]
    changes: tuple[Change, ...]
    next: UUID | None


def preview(
    session: Session,
    organisation_id: UUID,
    present: ExportStandard,
    other: ExportStandard,
    limit: int,
    after: UUID | None = None,
) -> Preview:
    """Judge a page of pieces again.

    Args:
        session: Any session.
        organisation_id: Whose.
        present: The standard in force.
        other: What might come into force.
        limit: Most pieces of the page.
        after: The id after which the page begins.
    """
    pieces = session.execute(
        select(Piece.id, Piece.tag)
        .where(
            Piece.organisation_id == organisation_id,
            Piece.sku == present.product.sku if present.product.sku is not None else Piece.sku.is_(None),
            *([Piece.id > after] if after is not None else []),
        )
        .order_by(Piece.id)
        .limit(limit + 1)
    ).all()
    page = pieces[:limit]
    tags: dict[UUID, str | None] = {row.id: row.tag for row in page}
    counts: Counter[tuple[str, str]] = Counter()
    changes = []
    for judged in _last_inspections(session, list(tags), present.name):
        evidence, checks, bands = judged.material()
        before = apply(present, evidence, checks, bands)
        then = apply(other, evidence, checks, bands)
        counts[_outcome(before), _outcome(then)] += 1
        if _outcome(before) != _outcome(then):
            rules = tuple(dict.fromkeys(reason.rule for reason in then.reasons))
            changes.append(
                Change(judged.piece_id, tags[judged.piece_id], judged.id, _outcome(before), _outcome(then), rules)
            )
    following = page[-1].id if len(pieces) > limit else None
    return Preview(counts.total(), dict(counts), tuple(changes), following)


@dataclass(frozen=True)
class _Judged:
    """What was known of a piece at its last inspection."""

    id: UUID
    piece_id: UUID
    evidence: dict[str, Any]
    checks: dict[str, Any]
    bands: dict[str, Any]

    def material(self) -> tuple[Evidence, dict[str, CheckRecord], dict[str, Band]]:
        """As the rules take it. Checks of another form than a standard's are passed over by its rules."""
        return (
            Evidence.model_validate(self.evidence),
            {name: CheckRecord.model_validate(record) for name, record in self.checks.items()},
            {name: Band.model_validate(band) for name, band in self.bands.items()},
        )


def _last_inspections(session: Session, piece_ids: Sequence[UUID], name: str) -> Iterator[_Judged]:
    """The last inspection of each piece, where it was under the standard of that name."""
    last = (
        select(Inspection.piece_id, func.max(Inspection.number).label("number"))
        .where(Inspection.piece_id.in_(piece_ids))
        .group_by(Inspection.piece_id)
        .subquery()
    )
    rows = session.execute(
        select(Inspection.id, Inspection.piece_id, Inspection.evidence, Inspection.checks, Inspection.verdict)
        .join(last, (last.c.piece_id == Inspection.piece_id) & (last.c.number == Inspection.number))
        .join(StandardVersion, StandardVersion.id == Inspection.standard_version_id)
        .where(StandardVersion.name == name)
        .order_by(Inspection.piece_id)
    ).all()
    decided = select(Decision.inspection_id, Decision.checks).where(Decision.inspection_id.in_([x.id for x in rows]))
    recorded = {row.inspection_id: row.checks for row in session.execute(decided.order_by(Decision.number))}
    for row in rows:
        yield _Judged(row.id, row.piece_id, row.evidence, recorded.get(row.id, row.checks), row.verdict["bands"])


def _outcome(verdict: Verdict) -> str:
    return verdict.grade or verdict.status
