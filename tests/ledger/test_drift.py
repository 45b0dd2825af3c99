"""Drift read from a ledger: weeks are read once, what is planted is found, and it is told once."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from qc.drift.judge import judge
from qc.drift.weeks import IsoWeek
from qc.errors import BadRequest
from qc.ledger import drift as reading
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.drift import SETTLED, kept_weeks, last_week_over, read_week, week_asked
from qc.ledger.drift_told import FOUND, tell_drift
from qc.ledger.events import now
from qc.ledger.ids import uuid7
from qc.ledger.states import Outcome
from qc.ledger.tables import Decision, DriftWeek, Event, Inspection, PhoneVerdict
from qc.ledger.verify import verify
from tests.drift.scenes import MODEL, Usual, enter_weeks
from tests.ledger.conftest import enter_organisation

WEEKS = 16
DARK = Usual(exposure=0.3)
STRANGE = Usual(novelty=1.2)


@pytest.fixture
def last() -> IsoWeek:
    return last_week_over()


def backwards(last: IsoWeek, first: int, to: int) -> list[IsoWeek]:
    """Weeks so many back, oldest first."""
    return [last.earlier(back) for back in range(first, to - 1, -1)]


def told(database: Database, caller: Caller) -> list[dict[str, object]]:
    with database.read() as session:
        bodies = session.scalars(
            select(Event.body)
            .where(Event.organisation_id == caller.organisation_id, Event.type == FOUND)
            .order_by(Event.sequence)
        ).all()
    return [json.loads(body)["data"] for body in bodies]


def test_a_week_adds_up_to_what_was_there(database: Database, caller: Caller, last: IsoWeek) -> None:
    enter_weeks(database, caller, [last], Usual(pieces=40, hole=0.3))
    with database.write() as session:
        rows = session.scalars(select(Inspection)).unique().all()
        holed = sum(row.grade == "rework" for row in rows)
        for number, row in enumerate(rows[:10]):
            session.add(
                Decision(
                    id=uuid7(), organisation_id=caller.organisation_id, piece_id=row.piece_id, inspection_id=row.id,
                    number=1, outcome=Outcome.OVERRULE if number < 3 else Outcome.ACCEPT, grade="A", reason=None,
                    checks={}, verdict={}, policy=None, decided_by="p", actor="key:test", decided_at=row.inspected_at,
                )
            )  # fmt: skip
            session.add(
                PhoneVerdict(
                    inspection_id=row.id, bundle_sha256="a" * 64, model=MODEL, status="graded", grade="A",
                    agrees=number > 0, ms=5, received_at=row.inspected_at,
                )
            )  # fmt: skip
    with database.snapshot() as session:
        digest = read_week(session, caller.organisation_id, last)
        assert read_week(session, caller.organisation_id, last.before).points == ()
    (point,) = digest.points
    assert (point.point, point.model, point.inspections) == ("BTL-1", MODEL, 40)
    counts = {key: (count.found, count.of) for key, count in point.counts.items()}
    assert counts["defect.HOLE"] == (holed, 40)
    assert counts["grade.A"] == (40 - holed, 40)
    assert (counts["overruled"], counts["phone_disagreed"]) == ((3, 10), (1, 10))
    assert (counts["retake"], counts["not_woven"]) == ((0, 40), (0, 40))
    assert point.means["exposure"].mean == pytest.approx(0.5, abs=0.05)
    assert len(point.photos["typical"]) == 3
    assert len(point.photos["below.exposure"]) == 3


def test_a_week_is_read_once(
    database: Database, caller: Caller, last: IsoWeek, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_weeks(database, caller, backwards(last, 3, 0), Usual(pieces=5))
    first = kept_weeks(database, caller.organisation_id, last)
    monkeypatch.setattr(reading, "read_week", None)
    assert kept_weeks(database, caller.organisation_id, last) == first
    assert [digest.week for digest in first] == [str(week) for week in backwards(last, 3, 0)]


@pytest.mark.parametrize(("planted", "chart", "side"), [(DARK, "exposure", "below"), (STRANGE, "novelty", "above")])
def test_what_is_planted_at_one_point_is_found_there_and_nowhere_else(
    database: Database, caller: Caller, last: IsoWeek, planted: Usual, chart: str, side: str
) -> None:
    for point in ("BTL-1", "GK-2", "WNB-3"):
        changed = planted if point == "GK-2" else Usual()
        enter_weeks(database, caller, backwards(last, WEEKS, 1), Usual(pieces=30), point)
        enter_weeks(database, caller, [last], replace(changed, pieces=30), point)
    lines = judge(kept_weeks(database, caller.organisation_id, last), MODEL, last)
    found = {
        (line.point, line.chart.key, week.week, week.signal.side)
        for line in lines
        for week in line.weeks
        if week.signal is not None
    }
    assert found == {("GK-2", chart, last, side)}


def test_drift_is_told_once_however_many_replicas_look_and_however_long_it_lasts(
    database: Database, caller: Caller, last: IsoWeek
) -> None:
    enter_weeks(database, caller, backwards(last, WEEKS, 1), Usual(pieces=30))
    enter_weeks(database, caller, [last], replace(DARK, pieces=30))
    others = enter_organisation(database, "others")
    looking = [threading.Thread(target=tell_drift, args=(database,)) for _ in range(3)]
    for each in looking:
        each.start()
    for each in looking:
        each.join()
    assert tell_drift(database) == 0
    (event,) = told(database, caller)
    assert (event["chart"], event["side"], event["week"], event["collection_point"]) == (
        "exposure", "below", str(last), "BTL-1",
    )  # fmt: skip
    assert isinstance(event["value"], float)
    assert isinstance(event["low"], float)
    assert event["value"] < event["low"]
    assert told(database, others) == []
    with database.read() as session:
        faults = [fault for report in verify(session) for fault in report.faults]
    assert all("inspection rows" in fault for fault in faults)  # entered as rows, past the chain


def test_what_goes_on_is_no_news_and_after_a_standstill_the_missed_weeks_are_told(
    database: Database, caller: Caller, last: IsoWeek, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_weeks(database, caller, backwards(last, WEEKS, 3), Usual(pieces=30))
    enter_weeks(database, caller, backwards(last, 2, 0), replace(DARK, pieces=30))
    at = "qc.ledger.drift_told.last_week_over"
    monkeypatch.setattr(at, lambda: last.earlier(3))
    assert tell_drift(database) == 0
    monkeypatch.setattr(at, lambda: last)
    assert tell_drift(database) == 1
    assert [event["week"] for event in told(database, caller)] == [str(last.earlier(2))]
    with database.read() as session:
        judged = session.scalar(select(func.count()).select_from(DriftWeek).where(DriftWeek.judged_at.is_not(None)))
    assert judged == 4


def test_at_first_only_the_last_week_is_told(database: Database, caller: Caller, last: IsoWeek) -> None:
    enter_weeks(database, caller, backwards(last, WEEKS, 3), Usual(pieces=30))
    enter_weeks(database, caller, backwards(last, 2, 0), replace(DARK, pieces=30))
    assert tell_drift(database) == 0  # it began two weeks ago and is no news


def test_a_week_that_goes_on_is_not_judged_nor_one_whose_last_seconds_are_still_written() -> None:
    week = IsoWeek(2026, 47)
    assert last_week_over(week.ends + SETTLED) == week
    assert last_week_over(week.ends + timedelta(seconds=1)) == week.before
    with pytest.raises(BadRequest, match="is not over"):
        week_asked(str(IsoWeek.of(now())))
