"""Drift over HTTP: what is out of control, with limits and photos; who may see it, what is refused, what is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from qc.drift.charts import charts
from qc.drift.weeks import IsoWeek
from qc.ledger.accounts import Role, Scope, organisation_called
from qc.ledger.drift import last_week_over
from qc.ledger.drift_told import FOUND, tell_drift
from qc.ledger.events import now
from qc.ledger.keys import create_key
from qc.ledger.outbox import fan_out
from qc.ledger.tables import Event, Inspection, Piece
from qc.webhooks.messages import message
from tests.api.conftest import Service
from tests.drift.scenes import MODEL, Usual, enter_weeks
from tests.ledger.conftest import caller_of


@pytest.fixture
def unproved(service: Service) -> Iterator[Service]:
    """A service whose inspections are entered as rows, which no chain vouches for: they go again at the end."""
    yield service
    with service.station.database.write() as session:
        for table in (Inspection, Piece):
            session.execute(delete(table))


def entered(service: Service) -> IsoWeek:
    """Sixteen usual weeks, then one of dark photos."""
    last = last_week_over()
    database = service.station.database
    with database.read() as session:
        caller = caller_of(organisation_called(session, "weavers").id)
    enter_weeks(database, caller, [last.earlier(back) for back in range(16, 0, -1)], Usual(pieces=30))
    enter_weeks(database, caller, [last], Usual(pieces=30, exposure=0.3))
    return last


def test_what_is_out_of_control_is_shown_with_its_limits_and_photos(unproved: Service) -> None:
    last = entered(unproved)
    answer = unproved.client.get("/v1/drift").json()
    assert (answer["week"], answer["model"], answer["alarm"]) == (str(last), MODEL, 0.01)
    (point,) = answer["points"]
    assert (point["collection_point"], point["state"], point["inspections"]) == ("BTL-1", "signal", 30)
    assert len(point["typical"]) == 3
    assert [chart["chart"] for chart in point["charts"]] == [chart.key for chart in charts()]
    (dark,) = (chart for chart in point["charts"] if chart["weeks"][0]["signal"])
    (week,) = dark["weeks"]
    assert (dark["chart"], dark["kind"], dark["group"], len(dark["baseline"])) == ("exposure", "measure", "input", 12)
    assert week["value"] < week["low"] < week["usual"] < week["high"]
    assert (week["state"], week["signal"]["side"], week["signal"]["fresh"]) == ("signal", "below", True)
    assert len(dark["photos"]) == 3


def test_one_chart_over_many_weeks_and_a_baseline_that_begins_later(unproved: Service) -> None:
    last = entered(unproved)
    asked: dict[str, str | int] = {"chart": "exposure", "weeks": 20, "collection_point": "BTL-1"}
    (point,) = unproved.client.get("/v1/drift", params=asked).json()["points"]
    (chart,) = point["charts"]
    assert [week["week"] for week in chart["weeks"]] == [str(last.earlier(back)) for back in range(16, -1, -1)]
    assert [week["state"] for week in chart["weeks"]][:4] == ["learning"] * 4
    anew = unproved.client.get("/v1/drift", params=asked | {"since": str(last.before)}).json()["points"][0]["charts"][0]
    assert [week["state"] for week in anew["weeks"]] == ["learning", "learning"]
    assert unproved.client.get("/v1/drift", params=asked | {"collection_point": "X"}).json()["points"] == []


def test_what_was_judged_is_not_judged_again(unproved: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    entered(unproved)
    first = unproved.client.get("/v1/drift").json()
    monkeypatch.setattr("qc.api.routes.drift.judge", None)
    assert unproved.client.get("/v1/drift").json() == first
    assert unproved.client.get("/v1/drift", params={"chart": "exposure"}).status_code == 500


def test_what_cannot_be_judged_is_refused(unproved: Service) -> None:
    for wrong in (
        {"week": str(IsoWeek.of(now()))}, {"week": "2026-W60"}, {"week": "last"}, {"since": "2026-W00"},
        {"chart": "smell"}, {"weeks": 0}, {"weeks": 27},
    ):  # fmt: skip
        answer = unproved.client.get("/v1/drift", params=wrong)
        assert answer.status_code in {400, 422}, (wrong, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_supervisors_and_ml_engineers_see_it_others_do_not_and_nobody_anothers(unproved: Service) -> None:
    entered(unproved)
    with unproved.station.database.write() as session:
        ours, theirs = (organisation_called(session, slug).id for slug in ("weavers", "others"))
        keys = {role: create_key(session, ours, role, role=role)[1] for role in Role}
        other = create_key(session, theirs, "other", [Scope.READ_DRIFT])[1]
    seen = {
        role: unproved.client.get("/v1/drift", headers={"Authorization": f"Bearer {key}"}).status_code
        for role, key in keys.items()
    }
    assert {role for role, status in seen.items() if status == 200} == {Role.SUPERVISOR, Role.ML_ENGINEER, Role.ADMIN}
    answer = unproved.client.get("/v1/drift", headers={"Authorization": f"Bearer {other}"}).json()
    assert (answer["model"], answer["points"]) == (None, [])


def test_an_empty_week_has_no_model_and_nothing_out_of_control(unproved: Service) -> None:
    last = last_week_over()
    with unproved.station.database.read() as session:
        caller = caller_of(organisation_called(session, "weavers").id)
    enter_weeks(unproved.station.database, caller, [last.earlier(3)], replace(Usual(), pieces=3))
    assert unproved.client.get("/v1/drift").json()["model"] is None


def test_what_was_found_is_an_event_that_a_webhook_can_carry(unproved: Service) -> None:
    last = entered(unproved)
    assert tell_drift(unproved.station.database) == 1
    events = unproved.client.get("/v1/events", params={"after": 0}).json()["items"]
    (found,) = (event for event in events if event["type"] == FOUND)
    assert (found["data"]["week"], found["data"]["collection_point"]) == (str(last), "BTL-1")
    assert found["actor"] == "housekeeping"
    with unproved.station.database.read() as session:
        row = session.scalars(select(Event).where(Event.type == FOUND)).one()
        assert json.loads(message(row))["data"]["facts"] == found["data"]
    asked = {"url": "https://8.8.8.8/hook", "event_types": ["drift.found"], "after": row.sequence - 1}
    added = unproved.client.post("/v1/webhooks", json=asked)
    assert added.status_code == 201, added.text
    with unproved.station.database.write() as session:
        assert fan_out(session) > 0
    sent = unproved.client.get(f"/v1/webhooks/{added.json()['id']}/deliveries").json()["items"]
    assert [delivery["event_type"] for delivery in sent] == [FOUND]
