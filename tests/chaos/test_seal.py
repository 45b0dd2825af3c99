"""Two clients seal one batch at once, and pieces are accepted meanwhile: one wins, what is sealed stays as it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.ledger.sealing import contents_sha256
from qc.ledger.tables import Batch, Event
from qc.ledger.verify import verify
from qc.settings import Settings
from qc.standards.library import Library
from tests.api.conftest import EVERYWHERE, KeptIn, Service, make_key, seed
from tests.examiner import ColourExaminer

pytestmark = [pytest.mark.real, pytest.mark.chaos, EVERYWHERE]

ROUNDS = 3
SENDERS = 4
WHY = "sealed in a race"


@pytest.fixture
def replicas(kept_in: KeptIn, tmp_path: Path) -> Iterator[list[Service]]:
    """Two replicas over one ledger; on SQLite too, which two processes may share for a moment."""
    with ExitStack() as stack:
        services = []
        for number in range(2):
            database = Database(kept_in.database)
            if number == 0:
                seed(database)
                key = make_key(database, "weavers")
            station = Station(database, PhotoStore.open(kept_in.photos), Library.load(), ColourExaminer())
            stack.callback(station.close)
            settings = Settings(home=tmp_path, threads=2, database_url=kept_in.database, photo_store=kept_in.photos)
            client = stack.enter_context(TestClient(create_app(settings, station), raise_server_exceptions=False))
            client.headers["Authorization"] = f"Bearer {key}"
            services.append(Service(client, station, ColourExaminer(), tmp_path))
        yield services


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """What each gives, when all begin together."""
    barrier = threading.Barrier(len(tasks))

    def begin(task: Callable[[], Any]) -> Any:
        barrier.wait(60)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(begin, tasks))


def all_waived(service: Service, batch: str) -> dict[str, Any]:
    """What to send to seal a batch with everything waived that may be."""
    missing = service.client.get(f"/v1/batches/{batch}/preflight").json()["missing"]
    waived = [{"code": gap["code"], "reason": WHY} for gap in missing if gap["waivable"]]
    return {"decided_by": "supervisor-1", "waived": waived}


def seal(service: Service, batch: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    response: httpx.Response = service.client.post(f"/v1/batches/{batch}/seal", json=body, headers=headers)
    return response


@pytest.mark.parametrize("conditional", [False, True])
def test_of_two_who_seal_a_batch_at_once_one_wins(replicas: list[Service], conditional: bool) -> None:
    first = replicas[0]
    for number in range(ROUNDS):
        batch = first.open_batch(f"B-{number}", 1)
        assert first.inspect(number=100 * number, auto_accept=True).json()["batch"]["id"] == batch
        seen = first.client.get(f"/v1/batches/{batch}").headers["ETag"]
        headers = {"If-Match": seen} if conditional else {}
        body = all_waived(first, batch)
        answers = at_once(*[lambda s=s: seal(s, batch, body, **headers) for s in replicas])  # noqa: B023
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, won.json()["state"]) == (200, "sealed"), won.text
        assert lost.status_code in ({409, 412} if conditional else {409}), lost.text
        assert lost.headers["content-type"] == "application/problem+json"
        assert sealed_events(first, batch) == 1
    agree(first)


def test_one_client_who_seals_twice_under_one_key_is_answered_alike(replicas: list[Service]) -> None:
    first = replicas[0]
    batch = first.open_batch("B-1", 1)
    first.inspect(auto_accept=True)
    key = {"Idempotency-Key": "seal-1"}
    body = all_waived(first, batch)
    answers = at_once(*[lambda s=s: seal(s, batch, body, **key) for s in replicas])
    again = [seal(service, batch, body, **key) for service in replicas]
    good = [answer for answer in answers if answer.status_code == 200]
    assert good
    assert {answer.status_code for answer in answers} <= {200, 409}, [answer.text for answer in answers]
    assert sealed_events(first, batch) == 1
    assert {answer.json().get("state") for answer in good} == {"sealed"}
    assert {answer.text for answer in again} == {answer.text for answer in good}
    agree(first)


def test_a_piece_that_is_accepted_while_its_batch_is_sealed_is_in_it_or_waits(replicas: list[Service]) -> None:
    first, second = replicas
    batch = first.open_batch("B-1", 100)
    first.inspect(number=9000, auto_accept=True)
    stop = threading.Event()
    accepted: list[dict[str, Any]] = []

    def send(sender: int) -> None:
        number = 0
        while not stop.is_set() and number < 50:
            number += 1
            answer = replicas[number % 2].inspect(number=1000 * sender + 10 * number, auto_accept=True)
            assert answer.status_code == 201, answer.text
            accepted.append(answer.json())

    def seal_in_the_middle() -> httpx.Response:
        while len(accepted) < SENDERS:
            stop.wait(0.02)
        try:
            return seal(second, batch, all_waived(second, batch))
        finally:
            stop.set()

    sealed = at_once(*[lambda n=n: send(n) for n in range(SENDERS)], seal_in_the_middle)[-1]
    assert sealed.status_code == 200, sealed.text
    late = first.inspect(number=9500, auto_accept=True).json()
    assert (late["piece_state"], late["batch"]) == ("accepted", None)
    inside = {answer["piece_id"] for answer in accepted if answer["batch"]}
    waiting = {answer["piece_id"] for answer in accepted if not answer["batch"]}
    page = first.client.get(f"/v1/batches/{batch}/pieces?limit=200").json()["items"]
    assert len(page) == len(inside) + 1
    assert inside < {row["piece_id"] for row in page}
    assert {first.client.get(f"/v1/pieces/{piece}").json()["state"] for piece in waiting} <= {"accepted"}
    with first.station.database.read() as session:
        told = session.scalars(select(Event).where(Event.type == "batch.sealed")).one()
        row = session.get_one(Batch, UUID(batch))
        assert json.loads(told.body)["data"]["contents_sha256"] == contents_sha256(session, row)
        assert json.loads(told.body)["data"]["lines"][0]["filled"] == len(page)
    agree(first)


def sealed_events(service: Service, batch: str) -> int:
    with service.station.database.read() as session:
        return len(
            session.scalars(select(Event).where(Event.type == "batch.sealed", Event.subject_id == UUID(batch))).all()
        )


def agree(service: Service) -> None:
    with service.station.database.read() as session:
        assert [report.faults for report in verify(session)] == [(), ()]
