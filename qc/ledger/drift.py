"""Weeks in few numbers, read from what the ledger holds and kept: drift is judged from them (qc/drift).

A week that is over is read once, a row at a time, and never again: nothing that counts in it can come later.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from qc.drift.digest import FORMAT, WeekDigest
from qc.drift.gather import Gathering, Seen
from qc.drift.weeks import IsoWeek
from qc.errors import BadRequest
from qc.ledger.database import Database
from qc.ledger.events import lock_chain, now
from qc.ledger.insights import found_codes
from qc.ledger.states import Outcome
from qc.ledger.tables import CollectionPoint, Decision, DriftWeek, Inspection, PhoneVerdict, Piece

MOST_WEEKS = 60
"""Weeks that are looked back at. Of a model that has served longer the baseline moves along."""


SETTLED = timedelta(minutes=10)
"""A week is over so long after its end: what was begun in its last seconds may still be on its way to the disk."""


def last_week_over(at: datetime | None = None) -> IsoWeek:
    """The last week that is over. The one that goes on is not judged: each look is one more chance to be wrong."""
    return IsoWeek.of((at or now()) - SETTLED).before


def week_asked(text: str | None) -> IsoWeek:
    """The week that a caller names; the last one that is over when none is named.

    Raises:
        BadRequest: It is none, or not over yet.
    """
    if text is None:
        return last_week_over()
    week = IsoWeek.parse(text)
    if week > last_week_over():
        raise BadRequest(f"{week} is not over; the last week that can be judged is {last_week_over()}")
    return week


def kept_weeks(database: Database, organisation_id: UUID, until: IsoWeek) -> list[WeekDigest]:
    """Digests up to a week, oldest first, from the first inspection on and at most `MOST_WEEKS`.

    Weeks that nobody asked for before are read and kept, each in a transaction of its own; of two that do so at once
    one writes.
    """
    first = until.earlier(MOST_WEEKS - 1)
    with database.read() as session:
        kept = {
            row.week: WeekDigest.model_validate(row.digest)
            for row in session.scalars(
                select(DriftWeek).where(
                    DriftWeek.organisation_id == organisation_id, DriftWeek.format == FORMAT,
                    DriftWeek.week >= str(first), DriftWeek.week <= str(until),
                )
            )
        }  # fmt: skip
        began = session.scalar(
            select(func.min(Inspection.inspected_at)).where(Inspection.organisation_id == organisation_id)
        )
    if began is None:
        return []
    weeks = list(_through(max(first, IsoWeek.of(began)), until))
    for week in weeks:
        if str(week) not in kept:
            kept[str(week)] = _read_and_keep(database, organisation_id, week)
    return [kept[str(week)] for week in weeks]


def read_week(session: Session, organisation_id: UUID, week: IsoWeek) -> WeekDigest:
    """Add up a week, row by row.

    Args:
        session: Of `Database.snapshot()`.
        organisation_id: Whose.
        week: Which.
    """
    gathering = Gathering(week)
    seen = (
        select(
            CollectionPoint.code, Inspection.model, Inspection.piece_id, Inspection.attempt, Inspection.status,
            Inspection.grade, cast(Inspection.verdict, Text), cast(Inspection.evidence, Text),
        )
        .join(Piece, Piece.id == Inspection.piece_id)
        .join(CollectionPoint, CollectionPoint.id == Piece.collection_point_id)
        .where(Inspection.organisation_id == organisation_id)
        .where(Inspection.inspected_at >= week.begins, Inspection.inspected_at < week.ends)
        .order_by(Inspection.inspected_at, Inspection.number)
        .execution_options(yield_per=200)
    )  # fmt: skip
    for point, model, piece, attempt, status, grade, verdict, evidence in session.execute(seen):
        # Read as text and parsed here: pydantic's parser takes half the time of the driver's.
        codes = found_codes(from_json(verdict))
        gathering.inspected(point, model, Seen((piece, attempt), status, grade, codes, from_json(evidence)))
    decided = (
        select(CollectionPoint.code, Inspection.model, Inspection.id, Decision.outcome)
        .join(Inspection, Inspection.id == Decision.inspection_id)
        .join(Piece, Piece.id == Decision.piece_id)
        .join(CollectionPoint, CollectionPoint.id == Piece.collection_point_id)
        .where(Decision.organisation_id == organisation_id)
        .where(Decision.decided_at >= week.begins, Decision.decided_at < week.ends)
    )
    overruled: dict[tuple[str, str, UUID], bool] = {}
    for point, model, inspection, outcome in session.execute(decided):
        of = point, model, inspection
        overruled[of] = overruled.get(of, False) or outcome is Outcome.OVERRULE
    for (point, model, _), yes in overruled.items():
        gathering.decided(point, model, yes)
    said = (
        select(CollectionPoint.code, Inspection.model, PhoneVerdict.agrees)
        .join(Inspection, Inspection.id == PhoneVerdict.inspection_id)
        .join(Piece, Piece.id == Inspection.piece_id)
        .join(CollectionPoint, CollectionPoint.id == Piece.collection_point_id)
        .where(Inspection.organisation_id == organisation_id)
        .where(PhoneVerdict.received_at >= week.begins, PhoneVerdict.received_at < week.ends)
    )
    for point, model, agrees in session.execute(said):
        gathering.phone_said(point, model, agrees)
    return gathering.digest()


def _read_and_keep(database: Database, organisation_id: UUID, week: IsoWeek) -> WeekDigest:
    with database.snapshot() as session:
        digest = read_week(session, organisation_id, week)
    with database.write() as session:
        lock_chain(session, organisation_id)
        row = session.get(DriftWeek, (organisation_id, str(week)))
        if row is None:
            row = DriftWeek(organisation_id=organisation_id, week=str(week), judged_at=None)
            session.add(row)
        row.format, row.digest, row.kept_at = FORMAT, digest.model_dump(mode="json"), now()
    return digest


def _through(first: IsoWeek, last: IsoWeek) -> Iterator[IsoWeek]:
    while first <= last:
        yield first
        first = first.following
