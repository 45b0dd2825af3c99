"""The whole way, with a real receiver: from an event in the ledger to a verified message, whatever goes wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from uuid import UUID

import pytest
from sqlalchemy import func, select
from standardwebhooks import Webhook

from qc.errors import Unavailable
from qc.ledger import outbox, webhooks
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.tables import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from qc.ledger.tables.webhooks import DeliveryState
from qc.webhooks.addresses import Gate
from qc.webhooks.messages import MOST_BYTES
from qc.webhooks.sending import Sender
from qc.webhooks.worker import PER_ENDPOINT, DeliveryWorker
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@contextmanager
def working(database: Database, timeout: float = 30.0) -> Iterator[DeliveryWorker]:
    worker = DeliveryWorker(database, Sender(Gate(["127.0.0.0/8"]), timeout), look_every=0.05)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def add(database: Database, caller: Caller, url: str, *types: str) -> WebhookEndpoint:
    with database.write() as session:
        return webhooks.add_endpoint(session, caller, url, types or ("piece.*",))


def happen(database: Database, caller: Caller, times: int = 1, **facts: object) -> None:
    with database.write() as session:
        for _ in range(times):
            note(session, caller.organisation_id, "piece.accepted", uuid7(), "test", now(), **facts)


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    assert true()


def states(database: Database) -> list[DeliveryState]:
    with database.read() as session:
        return list(session.scalars(select(WebhookDelivery.state)))


def leased(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(WebhookDelivery.lease.is_not(None))) or 0


def test_an_event_arrives_signed_once_and_is_logged(database: Database, caller: Caller, receiver: Receiver) -> None:
    endpoint = add(database, caller, receiver.url())
    happen(database, caller, sku="WB-1")
    with working(database):
        (got,) = receiver.wait_for(1)
        until(lambda: states(database) == [DeliveryState.DELIVERED])
    Webhook(endpoint.secret).verify(got.body, got.headers)
    told = json.loads(got.body)
    assert (told["type"], told["data"]["facts"]) == ("piece.accepted", {"sku": "WB-1"})
    assert UUID(told["data"]["subject_id"])
    assert got.headers["webhook-id"].startswith("msg_")
    with database.read() as session:
        attempt = session.scalars(select(WebhookAttempt)).one()
        assert (attempt.status, attempt.error) == (204, None)
    assert len(receiver.received) == 1


def test_a_failed_try_is_repeated_under_the_same_id_with_its_own_time(
    database: Database,
    caller: Caller,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "RETRIES", (timedelta(seconds=1),) * 3)
    monkeypatch.setattr(outbox, "LONGEST_REST", timedelta(0))
    receiver.status = lambda number: 500 if number < 3 else 200
    endpoint = add(database, caller, receiver.url())
    happen(database, caller)
    with working(database):
        got = receiver.wait_for(3)
        until(lambda: states(database) == [DeliveryState.DELIVERED])
    assert len({x.headers["webhook-id"] for x in got}) == 1
    assert len({x.headers["webhook-timestamp"] for x in got}) == 3
    for message in got:
        Webhook(endpoint.secret).verify(message.body, message.headers)


def test_a_slow_receiver_holds_up_nobody_else(database: Database, caller: Caller, receiver: Receiver) -> None:
    answered = threading.Event()

    def dawdle(handler: BaseHTTPRequestHandler) -> None:
        answered.wait()
        handler.send_response(204)
        handler.end_headers()

    with receiving() as slow:
        slow.handle = dawdle
        add(database, caller, slow.url())
        add(database, caller, receiver.url())
        happen(database, caller, times=30)
        with working(database, timeout=120):
            try:
                receiver.wait_for(30)
                assert len(slow.received) <= PER_ENDPOINT
                assert leased(database) <= 2 * PER_ENDPOINT
            finally:
                answered.set()


def test_two_workers_send_each_message_once(database: Database, caller: Caller, receiver: Receiver) -> None:
    add(database, caller, receiver.url())
    happen(database, caller, times=40)
    with working(database), working(database):
        receiver.wait_for(40)
        until(lambda: states(database) == [DeliveryState.DELIVERED] * 40)
    ids = [x.headers["webhook-id"] for x in receiver.received]
    assert (len(ids), len(set(ids))) == (40, 40)


def test_stopping_waits_for_what_is_being_sent_and_leaves_no_lease(
    database: Database,
    caller: Caller,
    receiver: Receiver,
) -> None:
    def dawdle(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.7)
        handler.send_response(204)
        handler.end_headers()

    receiver.handle = dawdle
    add(database, caller, receiver.url())
    happen(database, caller, times=20)
    with working(database):
        receiver.wait_for(1)
    begun = len(receiver.received)
    assert leased(database) == 0
    assert states(database).count(DeliveryState.DELIVERED) == begun
    time.sleep(0.3)
    assert len(receiver.received) == begun, "nothing is begun after the stop"


def test_a_database_that_goes_away_for_a_while_loses_nothing(
    database: Database,
    caller: Caller,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(database, caller, receiver.url())
    happen(database, caller)
    record, failures = outbox.record, list[object]()

    def once_away(*given: object) -> None:
        if len(failures) < 3:
            failures.append(given)
            raise Unavailable("away")
        record(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "record", once_away)
    with working(database):
        until(lambda: states(database) == [DeliveryState.DELIVERED])
    assert (len(failures), len(receiver.received)) == (3, 1)


def test_a_large_event_is_told_thin(database: Database, caller: Caller, receiver: Receiver) -> None:
    endpoint = add(database, caller, receiver.url())
    happen(database, caller, lines=["x" * 100] * 400)
    with working(database):
        (got,) = receiver.wait_for(1)
    told = Webhook(endpoint.secret).verify(got.body, got.headers)
    assert len(got.body) < MOST_BYTES
    assert (told["data"]["facts"], told["data"]["facts_left_out"]) == ({}, True)


def test_fan_out_is_no_burden_for_writers(database: Database, caller: Caller) -> None:
    """Not a timing: a writer's transaction holds the same rows with twenty endpoints as with none."""
    for _ in range(webhooks.MOST_ENDPOINTS):
        add(database, caller, "https://example.org/")
    happen(database, caller)
    with database.read() as session:
        assert session.scalars(select(WebhookDelivery)).all() == []
