from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from qc.ledger import outbox, webhooks
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.events import after, note, now
from qc.ledger.ids import uuid7
from qc.ledger.outbox import DISABLED_AFTER, LEASE, RETRIES, Claimed, Tried, claim, depth, fan_out, hand_back, record
from qc.ledger.tables import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from qc.ledger.tables.webhooks import DeliveryState, EndpointState


class Clock:
    """The time, as the ledger's outbox and webhooks see it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ticking = Clock()
    monkeypatch.setattr(outbox, "now", ticking)
    monkeypatch.setattr(webhooks, "now", ticking)
    return ticking


def add(database: Database, caller: Caller, *types: str) -> UUID:
    with database.write() as session:
        return webhooks.add_endpoint(session, caller, "https://example.org/hook", types or ("*",)).id


def happen(database: Database, caller: Caller, kind: str = "piece.accepted", times: int = 1) -> None:
    with database.write() as session:
        for _ in range(times):
            note(session, caller.organisation_id, kind, uuid7(), "test", now())


def spread(database: Database) -> int:
    with database.write() as session:
        return fan_out(session)


def take(database: Database, limit: int = 100, per_endpoint: int = 100, busy: set[UUID] | None = None) -> list[Claimed]:
    with database.write() as session:
        return claim(session, limit, per_endpoint, busy or set())


def tried(claimed: Claimed, status: int | None, at: datetime | None = None, **more: timedelta) -> Tried:
    return Tried(claimed, at or vars(outbox)["now"](), 12, status, None if status else "timed out", "answer", **more)


def settle(database: Database, *tries: Tried) -> None:
    with database.write() as session:
        record(session, tries)


def deliveries(database: Database) -> list[WebhookDelivery]:
    with database.read() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.sequence)))


def endpoint(database: Database, endpoint_id: UUID) -> WebhookEndpoint:
    with database.read() as session:
        return session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)).one()


def test_every_event_that_an_endpoint_wants_becomes_one_delivery(database: Database, caller: Caller) -> None:
    add(database, caller, "piece.*", "batch.opened")
    for kind in ("piece.accepted", "pieces.accepted", "batch.opened", "batch.sealed", "piece.removed"):
        happen(database, caller, kind)
    while spread(database):
        pass
    assert [x.event_type for x in deliveries(database)] == ["piece.accepted", "batch.opened", "piece.removed"]


def test_nothing_is_told_of_what_was_undone(database: Database, caller: Caller) -> None:
    add(database, caller, "piece.accepted")

    def fail() -> None:
        with database.write() as session:
            note(session, caller.organisation_id, "piece.accepted", uuid7(), "test", now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    spread(database)
    assert deliveries(database) == []


def test_a_new_endpoint_is_told_from_now_on_or_from_where_it_asked(database: Database, caller: Caller) -> None:
    happen(database, caller, times=3)
    add(database, caller, "piece.accepted")
    spread(database)
    assert deliveries(database) == []
    with database.write() as session:
        webhooks.add_endpoint(session, caller, "https://example.org/all", ["piece.accepted"], after=0)
    spread(database)
    assert len(deliveries(database)) == 3


def test_events_wait_in_the_chain_while_an_endpoint_has_no_room(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_PENDING", 5)
    add(database, caller, "piece.accepted")
    happen(database, caller, times=12)
    for _ in range(4):
        spread(database)
    assert len(deliveries(database)) == 5
    with database.read() as session:
        assert depth(session).behind >= 7
    told = 0
    while claimed := take(database):
        settle(database, *(tried(x, 200) for x in claimed))
        told += len(claimed)
        spread(database)
    assert told == 12


def test_two_workers_never_claim_the_same_delivery(database: Database, caller: Caller) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller, times=60)
    spread(database)
    claims: list[list[UUID]] = [[], [], [], []]
    begin = Barrier(4)

    def work(mine: list[UUID]) -> None:
        begin.wait()
        while got := take(database, limit=5):
            mine.extend(claimed.delivery_id for claimed in got)

    workers = [Thread(target=work, args=(mine,)) for mine in claims]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    taken = [delivery for mine in claims for delivery in mine]
    assert (len(taken), len(set(taken))) == (60, 60)


def test_two_workers_that_fan_out_make_each_delivery_once(database: Database, caller: Caller) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller, times=40)
    begin = Barrier(3)

    def work() -> None:
        begin.wait()
        while spread(database):
            pass

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    spread(database)
    assert len(deliveries(database)) == 40


def test_what_a_dying_worker_held_is_taken_up_when_its_lease_ends(
    database: Database, caller: Caller, clock: Clock
) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    (dead,) = take(database)
    assert take(database) == []
    clock.ahead = LEASE
    (alive,) = take(database)
    assert (alive.delivery_id, alive.lease != dead.lease) == (dead.delivery_id, True)
    settle(database, tried(dead, 500))
    assert deliveries(database)[0].lease == alive.lease, "a late word of the dead changes nothing"
    settle(database, tried(alive, 200))
    assert deliveries(database)[0].state is DeliveryState.DELIVERED


def test_what_is_handed_back_is_taken_at_once(database: Database, caller: Caller) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    first = take(database)
    with database.write() as session:
        hand_back(session, first)
    assert [x.delivery_id for x in take(database)] == [x.delivery_id for x in first]


def test_one_endpoint_does_not_hold_up_the_others(database: Database, caller: Caller) -> None:
    slow, quick = add(database, caller, "piece.accepted"), add(database, caller, "batch.opened")
    happen(database, caller, times=20)
    happen(database, caller, "batch.opened")
    spread(database)
    assert sorted(x.endpoint_id for x in take(database, limit=5, per_endpoint=3)) == sorted([slow, slow, slow, quick])
    assert {x.endpoint_id for x in take(database, busy={slow})} == set()


def test_tries_are_spread_over_days_and_then_end(database: Database, caller: Caller, clock: Clock) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    began, waits = clock(), []
    while claimed := take(database):
        settle(database, tried(claimed[0], 500))
        (delivery,) = deliveries(database)
        if delivery.state is DeliveryState.FAILED:
            break
        waits.append(delivery.next_at - clock())
        assert take(database) == [], "not before its time"
        clock.ahead += waits[-1] + timedelta(seconds=1)
    assert len(waits) == len(RETRIES)
    for wait, planned in zip(waits, RETRIES, strict=True):
        assert planned - timedelta(seconds=2) <= wait <= planned * 1.2
    assert clock() - began > timedelta(days=3)
    with database.read() as session:
        assert len(session.scalars(select(WebhookAttempt)).all()) == len(RETRIES) + 1


def test_an_endpoint_that_fails_for_long_is_disabled_with_an_event_and_goes_on_where_it_stopped(
    database: Database, caller: Caller, clock: Clock
) -> None:
    failing = add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    settle(database, tried(take(database)[0], None))
    clock.ahead = DISABLED_AFTER + timedelta(hours=1)
    settle(database, tried(take(database)[0], None))
    found = endpoint(database, failing)
    assert (found.state, found.state_reason) == (EndpointState.DISABLED, "it has taken nothing for 3 days")
    happen(database, caller, times=2)
    assert (spread(database), take(database)) == (0, [])
    with database.read() as session:
        told = [event.type for event in after(session, caller.organisation_id, 0, 100)]
        assert told.count("webhook.disabled") == 1
    with database.write() as session:
        held = webhooks.endpoint_of_id(session, caller.organisation_id, failing, change=True)
        webhooks.change_endpoint(session, caller, held, state=EndpointState.ENABLED)
    clock.ahead += RETRIES[1] * 1.3
    spread(database)
    assert len(take(database)) == 3


def test_gone_disables_at_once(database: Database, caller: Caller) -> None:
    gone = add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    settle(database, tried(take(database)[0], 410))
    assert endpoint(database, gone).state is EndpointState.DISABLED


@pytest.mark.parametrize("status", [199, 300, 301, 302, 304, 400, 404, 500, None])
def test_only_2xx_is_success(database: Database, caller: Caller, status: int | None) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    settle(database, tried(take(database)[0], status))
    (delivery,) = deliveries(database)
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 1)


def test_a_failing_endpoint_rests_and_a_success_ends_its_rest(database: Database, caller: Caller, clock: Clock) -> None:
    resting = add(database, caller, "piece.accepted")
    happen(database, caller, times=3)
    spread(database)
    first, second = take(database, limit=2)
    settle(database, tried(first, 503))
    assert take(database) == [], "the third waits with it"
    settle(database, tried(second, 204))
    assert (endpoint(database, resting).failures, len(take(database))) == (0, 1)


def test_the_receiver_may_ask_for_more_time(database: Database, caller: Caller, clock: Clock) -> None:
    add(database, caller, "piece.accepted")
    happen(database, caller)
    spread(database)
    settle(database, tried(take(database)[0], 429, retry_after=timedelta(minutes=10)))
    clock.ahead = timedelta(minutes=9)
    assert take(database) == []
    clock.ahead = timedelta(minutes=10, seconds=1)
    assert len(take(database)) == 1


def test_an_old_secret_signs_along_until_the_overlap_ends(database: Database, caller: Caller, clock: Clock) -> None:
    rotated = add(database, caller, "piece.accepted")
    with database.write() as session:
        held = webhooks.endpoint_of_id(session, caller.organisation_id, rotated, change=True)
        old = held.secret
        new = webhooks.rotate_secret(session, caller, held, timedelta(hours=1))
    happen(database, caller, times=2)
    spread(database)
    assert take(database, limit=1)[0].secrets == (new, old)
    clock.ahead = timedelta(hours=1)
    assert take(database, limit=1)[0].secrets == (new,)
    with database.read() as session:
        told = "".join(event.body for event in after(session, caller.organisation_id, 0, 100))
    assert old not in told
    assert new not in told


def test_a_delivery_and_a_range_are_sent_again_under_their_own_ids(database: Database, caller: Caller) -> None:
    again = add(database, caller, "piece.accepted")
    first = endpoint(database, again).fanned_to
    happen(database, caller, times=4)
    spread(database)
    settle(database, *(tried(x, 200) for x in take(database)))
    before = [x.id for x in deliveries(database)]
    assert take(database) == []
    with database.write() as session:
        webhooks.replay(session, webhooks.delivery_of_id(session, caller.organisation_id, before[1], change=True))
    assert [x.delivery_id for x in take(database)] == [before[1]]
    with database.write() as session:
        held = webhooks.endpoint_of_id(session, caller.organisation_id, again, change=True)
        count = webhooks.replay_range(session, held, first, first + 900)
    assert count == 4
    assert {x.delivery_id for x in take(database)} == set(before)


def test_a_range_brings_back_deliveries_that_were_swept_away(database: Database, caller: Caller) -> None:
    again = add(database, caller, "piece.accepted")
    first = endpoint(database, again).fanned_to
    happen(database, caller, times=2)
    spread(database)
    with database.write() as session:
        for delivery in session.scalars(select(WebhookDelivery)):
            session.delete(delivery)
    with database.write() as session:
        held = webhooks.endpoint_of_id(session, caller.organisation_id, again, change=True)
        assert webhooks.replay_range(session, held, first, first + 900) == 2
    assert len(take(database)) == 2
