from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.events import after, canonical, note, now
from qc.ledger.tables import ChainHead, Decision, Event, Inspection, InspectionPhoto
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import accept_new, faults


@pytest.fixture
def lived_in(database: Database, caller: Caller) -> Database:
    """A ledger with three accepted pieces."""
    with database.write() as session:
        for _ in range(3):
            accept_new(session, caller)
    return database


def test_an_untouched_chain_has_no_fault(lived_in: Database) -> None:
    assert faults(lived_in) == []


def test_canonical_json_is_one_text() -> None:
    assert canonical({"b": 1, "a": {"y": "é", "x": [1.5, None]}}) == '{"a":{"x":[1.5,null],"y":"é"},"b":1}'
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


def _reorder(session: Session) -> None:
    third, fourth = session.scalars(select(Event).where(Event.sequence.in_([3, 4])).order_by(Event.sequence))
    third.body, fourth.body = fourth.body, third.body
    third.hash, fourth.hash = fourth.hash, third.hash


TAMPERINGS: dict[str, Callable[[Session], object]] = {
    "body": lambda s: s.execute(update(Event).where(Event.sequence == 5).values(body=Event.body + " ")),
    "type": lambda s: s.execute(update(Event).where(Event.sequence == 5).values(type="piece.rejected")),
    "time": lambda s: s.execute(update(Event).where(Event.sequence == 5).values(at=now())),
    "hash": lambda s: s.execute(update(Event).where(Event.sequence == 5).values(hash="0" * 64)),
    "missing in the middle": lambda s: s.execute(delete(Event).where(Event.sequence == 5)),
    "missing at the end": lambda s: s.execute(
        delete(Event).where(Event.sequence == select(func.max(Event.sequence)).scalar_subquery())
    ),
    "reordered": _reorder,
    "head": lambda s: s.execute(update(ChainHead).values(hash="0" * 64)),
    "grade of an inspection": lambda s: s.execute(update(Inspection).values(grade="B")),
    "evidence of an inspection": lambda s: s.execute(update(Inspection).values(evidence={"woven": 1})),
    "photo of an inspection": lambda s: s.execute(update(InspectionPhoto).values(marked_sha256="0" * 64)),
    "reason of a decision": lambda s: s.execute(update(Decision).values(reason="none")),
    "decision deleted": lambda s: s.execute(delete(Decision)),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_shows(lived_in: Database, what: str) -> None:
    with lived_in.write() as session:
        TAMPERINGS[what](session)
    assert faults(lived_in) != []


def test_sequences_have_no_gaps_under_concurrency_and_failures(database: Database, caller: Caller) -> None:
    def one(n: int) -> None:
        with database.write() as session:
            note(session, caller.organisation_id, "test.noted", caller.organisation_id, "test", now(), n=n)
            if n % 5 == 0:
                raise ZeroDivisionError

    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(one, n) for n in range(60)]
    assert sum(result.exception() is not None for result in results) == 12
    with database.read() as session:
        sequences = [event.sequence for event in after(session, caller.organisation_id, 0, 1000)]
    assert sequences == list(range(1, 2 + 48 + 1))
    assert faults(database) == []


def test_each_organisation_has_its_own_chain(database: Database, caller: Caller) -> None:
    other = enter_organisation(database, "others")
    with database.write() as session:
        accept_new(session, caller)
    with database.read() as session:
        assert [e.sequence for e in after(session, other.organisation_id, 0, 100)] == [1, 2]
        assert [e.type for e in after(session, other.organisation_id, 1, 100)] == ["collection_point.added"]


def test_who_follows_along_sees_every_event_in_order_and_never_a_gap(database: Database, caller: Caller) -> None:
    """An event that appears before an earlier one would be missed for good by who asks for what comes after it."""
    seen: list[int] = []
    writing = Flag()

    def write(_: int) -> None:
        with database.write() as session:
            note(session, caller.organisation_id, "test.noted", caller.organisation_id, "test", now())

    def follow() -> None:
        while True:
            done = writing.is_set()
            with database.read() as session:
                page = [x.sequence for x in after(session, caller.organisation_id, seen[-1] if seen else 0, 7)]
            seen.extend(page)
            if done and not page:
                return

    with ThreadPoolExecutor(5) as pool:
        follower = pool.submit(follow)
        list(pool.map(write, range(60)))
        writing.set()
        follower.result(60)
    assert seen == list(range(1, 2 + 60 + 1))
