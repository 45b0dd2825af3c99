"""Escape and false-reject rates, estimated from what was judged again without the first verdict.

Pieces chosen by chance come from all that was decided on; lot samples only from what went into batches. They are told
apart, and so are pieces that nobody has judged yet or that were gone: a rate is as good as the share that was judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.states import Purpose, ReinspectionState
from qc.ledger.tables import Piece, Reinspection
from qc.standards.estimates import Estimate, estimate


@dataclass(frozen=True)
class StratumRate:
    """One stratum: how many pieces were ordered to be judged again, how many were, and the rate of disagreement.

    Attributes:
        purpose: `accepted` and `refused` by chance, or `sample` of lots.
        judged: re-inspections recorded.
        open: still to be judged.
        missed: gone before anybody could.
        rate: of accepted pieces below standard, or of refused pieces that are good; None while nothing was judged.
    """

    purpose: Purpose
    judged: int
    open: int
    missed: int
    rate: Estimate | None


def rates(
    session: Session,
    organisation_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sku: str | None = None,
    confidence: float = 0.95,
) -> dict[Purpose, StratumRate]:
    """The rates of an organisation.

    Args:
        session: A session.
        organisation_id: Whose.
        since: Only re-inspections ordered at this time or later.
        until: Only those ordered before this time.
        sku: Only pieces of this SKU.
        confidence: Of the Clopper-Pearson intervals.
    """
    counted = (
        select(Reinspection.purpose, Reinspection.state, Reinspection.meets_standard, func.count())
        .where(Reinspection.organisation_id == organisation_id, Reinspection.purpose != Purpose.SCREENING)
        .group_by(Reinspection.purpose, Reinspection.state, Reinspection.meets_standard)
    )
    if since is not None:
        counted = counted.where(Reinspection.ordered_at >= since)
    if until is not None:
        counted = counted.where(Reinspection.ordered_at < until)
    if sku is not None:
        counted = counted.join(Piece, Piece.id == Reinspection.piece_id).where(Piece.sku == sku)
    counts = {(purpose, state, good): number for purpose, state, good, number in session.execute(counted)}
    return {
        purpose: _stratum(counts, purpose, confidence)
        for purpose in (Purpose.ACCEPTED, Purpose.SAMPLE, Purpose.REFUSED)
    }


def _stratum(
    counts: dict[tuple[Purpose, ReinspectionState, bool | None], int], purpose: Purpose, confidence: float
) -> StratumRate:
    good = counts.get((purpose, ReinspectionState.RECORDED, True), 0)
    bad = counts.get((purpose, ReinspectionState.RECORDED, False), 0)
    disagreeing = good if purpose is Purpose.REFUSED else bad
    return StratumRate(
        purpose=purpose,
        judged=good + bad,
        open=counts.get((purpose, ReinspectionState.OPEN, None), 0),
        missed=sum(counts.get((purpose, ReinspectionState.MISSED, found), 0) for found in (None, False)),
        rate=estimate(disagreeing, good + bad, confidence) if good + bad else None,
    )
