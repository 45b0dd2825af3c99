"""Drift is told once: an event for each chart that is newly out of control, when its week is over.

The events go the way of all others, so endpoints that want `drift.found` hear of it. However many replicas look, the
row of a week says whether it was judged, and is written under the chain's lock together with the events.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.drift.judge import ALARM, Judged, PointChart, judge
from qc.drift.weeks import IsoWeek
from qc.ledger.database import Database
from qc.ledger.drift import kept_weeks, last_week_over
from qc.ledger.events import lock_chain, note, now
from qc.ledger.tables import CollectionPoint, DriftWeek, Organisation

FOUND = "drift.found"
ACTOR = "housekeeping"
CAUGHT_UP = 4
"""After a standstill so many weeks are still told; drift of an older week helps nobody any more."""


def tell_drift(database: Database, since: IsoWeek | None = None) -> int:
    """Judge the weeks that are over and were not judged, of every organisation, and tell what is new.

    Args:
        database: The ledger.
        since: Where the baseline begins; with the model's first week when not given.

    Returns:
        How many signals were told.
    """
    with database.read() as session:
        organisations = session.scalars(select(Organisation.id).order_by(Organisation.id)).all()
    return sum(_tell(database, organisation_id, last_week_over(), since) for organisation_id in organisations)


def _tell(database: Database, organisation_id: UUID, until: IsoWeek, since: IsoWeek | None) -> int:
    with database.read() as session:
        if _judged_at(session, organisation_id, until):
            return 0
    digests = kept_weeks(database, organisation_id, until)
    told = 0
    with database.read() as session:
        due = _due(session, organisation_id, until)
    for digest in digests:
        week, model = IsoWeek.parse(digest.week), digest.model()
        if week in due:
            charts = judge(digests, model, week, since=since, bands_from=week) if model is not None else []
            with database.write() as session:
                told += _tell_week(session, organisation_id, week, charts)
    return told


def _due(session: Session, organisation_id: UUID, until: IsoWeek) -> set[IsoWeek]:
    """The weeks since the last one that was judged; at first only the last week."""
    due: set[IsoWeek] = set()
    week = until
    for _ in range(CAUGHT_UP):
        if _judged_at(session, organisation_id, week):
            return due
        due.add(week)
        week = week.before
    began = session.scalar(
        select(DriftWeek.week).where(DriftWeek.organisation_id == organisation_id, DriftWeek.judged_at.is_not(None))
    )
    return due if began is not None else {until}


def _judged_at(session: Session, organisation_id: UUID, week: IsoWeek) -> bool:
    row = session.get(DriftWeek, (organisation_id, str(week)))
    return row is not None and row.judged_at is not None


def _tell_week(session: Session, organisation_id: UUID, week: IsoWeek, charts: list[PointChart]) -> int:
    lock_chain(session, organisation_id)
    row = session.get(DriftWeek, (organisation_id, str(week)))
    if row is None or row.judged_at is not None:
        return 0  # another replica was here
    row.judged_at = now()
    ours = select(CollectionPoint).where(CollectionPoint.organisation_id == organisation_id)
    points = {point.code: point.id for point in session.scalars(ours)}
    new = [
        (line, line.weeks[-1])
        for line in charts
        if line.weeks[-1].week == week and line.weeks[-1].signal is not None and line.weeks[-1].signal.fresh
    ]
    for line, judged in new:
        note(session, organisation_id, FOUND, points[line.point], ACTOR, row.judged_at, **_facts(line, judged))
    return len(new)


def _facts(line: PointChart, judged: Judged) -> dict[str, object]:
    signal = judged.signal
    assert signal is not None
    return {
        "week": str(judged.week),
        "collection_point": line.point,
        "chart": line.chart.key,
        "rule": signal.rule,
        "side": signal.side,
        "value": _rounded(signal.value),
        "usual": _rounded(signal.band.centre),
        "low": _rounded(signal.band.low),
        "high": _rounded(signal.band.high),
        "pieces": signal.pieces,
        "model": line.model,
        "baseline": [str(line.baseline[0]), str(line.baseline[-1])],
        "alarm": ALARM,
    }


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
