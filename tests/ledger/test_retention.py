from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from qc.ledger import webhooks
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.retention import DELIVERIES_KEPT, remove_old
from qc.ledger.tables import Event, WebhookAttempt, WebhookDelivery
from tests.ledger.test_outbox import add, deliveries, happen, settle, spread, take, tried


def age(database: Database, by: timedelta) -> None:
    with database.write() as session:
        for delivery in session.scalars(select(WebhookDelivery)):
            delivery.created_at -= by


def sweep(database: Database) -> int:
    with database.write() as session:
        return remove_old(session)


def test_what_has_ended_goes_with_its_log_and_what_is_on_its_way_stays(database: Database, caller: Caller) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller, times=2)
    spread(database)
    settle(database, tried(take(database, limit=1)[0], 200))
    age(database, DELIVERIES_KEPT - timedelta(minutes=1))
    assert sweep(database) == 0
    age(database, timedelta(minutes=2))
    assert (sweep(database), sweep(database)) == (1, 0)
    (left,) = deliveries(database)
    assert left.attempts == 0
    with database.read() as session:
        assert session.scalars(select(WebhookAttempt)).all() == []
        assert len(session.scalars(select(Event).where(Event.type == "piece.accepted")).all()) == 2, "the chain stays"


def test_a_removed_endpoints_deliveries_go_and_are_sent_to_nobody(database: Database, caller: Caller) -> None:
    removed = add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    with database.write() as session:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, removed, change=True)
        webhooks.remove_endpoint(session, caller, endpoint)
        assert (endpoint.secret, endpoint.previous_secret) == ("", None)
    assert take(database) == []
    assert sweep(database) == 1
    assert deliveries(database) == []
