from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from qc.api.app import create_app
from qc.ledger.retention import remove_old
from qc.ledger.tables import Batch, IdempotencyRecord, Inspection
from qc.settings import Settings
from tests.api.conftest import EVERYWHERE, SKU, Service
from tests.pictures import GOOD, jpeg

pytestmark = EVERYWHERE

BATCH = {"number": "B-1", "lines": [{"sku": SKU, "quantity": 5}]}


def count(service: Service, table: type[Any]) -> int:
    with service.station.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(("first", "second"), [('"k-1"', '"k-1"'), ("k-1", '"k-1"')])
def test_the_same_request_again_gets_the_same_answer_and_does_nothing(
    service: Service, first: str, second: str
) -> None:
    one = service.client.post("/v1/batches", json=BATCH, headers={"Idempotency-Key": first})
    two = service.client.post("/v1/batches", json=BATCH, headers={"Idempotency-Key": second})
    assert (one.status_code, two.status_code) == (201, 201)
    assert (one.text, one.headers["location"]) == (two.text, two.headers["location"])
    assert ("idempotency-replayed" in one.headers, two.headers["idempotency-replayed"]) == (False, "true")
    assert count(service, Batch) == 1


def test_an_inspection_without_a_piece_id_is_made_once(service: Service) -> None:
    one = service.inspect(headers={"Idempotency-Key": "k-1"})
    two = service.inspect(headers={"Idempotency-Key": "k-1"})
    assert one.text == two.text
    assert (count(service, Inspection), service.examiner.examined) == (1, 1)


def test_a_key_with_another_payload_is_refused(service: Service) -> None:
    service.inspect(headers={"Idempotency-Key": "k-1"})
    other = service.inspect(number=70, headers={"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_keys_of_two_callers_never_meet(service: Service) -> None:
    service.client.post("/v1/batches", json=BATCH, headers={"Idempotency-Key": "k-1"})
    others = service.key(organisation="others") | {"Idempotency-Key": "k-1"}
    assert service.client.post("/v1/batches", json=BATCH, headers=others).status_code == 201
    assert count(service, Batch) == 2


@pytest.mark.parametrize("key", ["", '""', "x" * 201, "ümlaut"])
def test_a_key_must_be_printable_and_short(service: Service, key: str) -> None:
    response = service.client.post("/v1/batches", json=BATCH, headers={b"Idempotency-Key": key.encode("latin-1")})
    assert (response.status_code, response.json()["code"]) == (422, "bad_request")


def test_a_failed_request_keeps_no_record_and_may_be_mended(service: Service) -> None:
    unknown = service.inspect(sku="NONE-1", headers={"Idempotency-Key": "k-1"})
    assert unknown.status_code == 422
    assert count(service, IdempotencyRecord) == 0
    assert service.inspect(headers={"Idempotency-Key": "k-1"}).status_code == 201


def test_a_request_in_flight_is_not_run_twice(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Event(), threading.Event()
    examine = service.station.examine

    def slowly(asked: Any) -> Any:
        inside.set()
        assert go_on.wait(10)
        return examine(asked)

    monkeypatch.setattr(service.station, "examine", slowly)
    jpeg(GOOD)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(service.inspect, headers={"Idempotency-Key": "k-1"})
        assert inside.wait(10)
        second = service.inspect(headers={"Idempotency-Key": "k-1"})
        go_on.set()
        assert first.result().status_code == 201
    assert (second.status_code, second.json()["code"], second.headers["retry-after"]) == (409, "still_running", "1")
    assert count(service, Inspection) == 1


def age(service: Service, by: timedelta) -> None:
    with service.station.database.write() as session:
        for record in session.scalars(select(IdempotencyRecord)):
            record.created_at -= by


def test_an_answer_is_kept_for_thirty_days_and_then_removed(service: Service) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = service.client.post("/v1/batches", json=BATCH, headers=headers)
    age(service, timedelta(days=29, hours=23))
    assert service.client.post("/v1/batches", json=BATCH, headers=headers).text == first.text
    with service.station.database.write() as session:
        assert remove_old(session) == 0
    age(service, timedelta(hours=2))
    other = service.client.post("/v1/batches", json=BATCH | {"number": "B-2"}, headers=headers)
    assert (other.status_code, "idempotency-replayed" in other.headers) == (201, False), "the key is free again"
    assert count(service, IdempotencyRecord) == 1
    age(service, timedelta(days=31))
    with service.station.database.write() as session:
        assert remove_old(session) == 1
    assert count(service, IdempotencyRecord) == 0


def test_of_two_replicas_that_run_one_key_at_once_one_carries_it_out(service: Service) -> None:
    """A second replica knows nothing of what the first is answering: the key's row decides."""
    together = threading.Barrier(2)

    def send(client: TestClient) -> tuple[int, str]:
        together.wait()
        answer = client.post("/v1/batches", json=BATCH, headers={"Idempotency-Key": "k"})
        return answer.status_code, answer.json().get("id") or answer.text

    with ExitStack() as running, ThreadPoolExecutor(2) as pool:
        replicas = []
        for _ in range(2):
            app = create_app(Settings(home=service.folder, webhooks=False), service.station)
            client = running.enter_context(TestClient(app, raise_server_exceptions=False))
            client.headers["Authorization"] = service.client.headers["Authorization"]
            # The framework puts routes together at the first request, and may not do so in two threads at a time.
            assert client.get("/v1/batches").json()["items"] == []
            replicas.append(client)
        first, second = pool.map(send, replicas)
    assert first == second
    assert first[0] == 201
    assert count(service, Batch) == 1
