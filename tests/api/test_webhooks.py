from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from qc.api.app import create_app
from qc.ledger.tables import IdempotencyRecord
from qc.settings import Settings
from tests.api.conftest import Service
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def telling(service: Service) -> Iterator[Service]:
    """The service, which may tell this machine."""
    settings = Settings(home=service.folder, threads=2, webhook_networks=("127.0.0.0/8",))
    with TestClient(create_app(settings, service.station), raise_server_exceptions=False) as client:
        client.headers.update(service.client.headers)
        service.client = client
        yield service


def add(service: Service, url: str, **more: Any) -> dict[str, Any]:
    answer = service.client.post("/v1/webhooks", json={"url": url, "event_types": ["batch.*"]} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def delivered(service: Service, endpoint: str, count: int = 1) -> list[dict[str, Any]]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        page = service.client.get(f"/v1/webhooks/{endpoint}/deliveries?state=delivered").json()["items"]
        if len(page) >= count:
            found: list[dict[str, Any]] = page
            return found
        time.sleep(0.05)
    raise AssertionError(service.client.get(f"/v1/webhooks/{endpoint}/deliveries").text)


def test_an_event_is_told_logged_and_told_again(telling: Service, receiver: Receiver) -> None:
    made = add(telling, receiver.url())
    batch = telling.open_batch()
    (first,) = receiver.wait_for(1)
    told = Webhook(made["secret"]).verify(first.body, first.headers)
    assert (told["type"], told["data"]["subject_id"]) == ("batch.opened", batch)
    (delivery,) = delivered(telling, made["id"])
    assert delivery["message_id"] == first.headers["webhook-id"]
    log = telling.client.get(f"/v1/webhooks/deliveries/{delivery['id']}").json()["log"]
    assert [(x["status"], x["error"]) for x in log] == [(204, None)]
    again = telling.client.post(f"/v1/webhooks/deliveries/{delivery['id']}/replay")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    second = receiver.wait_for(2)[1]
    assert (second.headers["webhook-id"], second.body) == (first.headers["webhook-id"], first.body)
    sequence = delivery["sequence"]
    ranged = telling.client.post(f"/v1/webhooks/{made['id']}/replay", json={"after": sequence - 1, "until": sequence})
    assert (ranged.status_code, ranged.json()) == (202, {"deliveries": 1})
    receiver.wait_for(3)
    caught_up = telling.client.get(f"/v1/events?after={sequence - 1}&limit=1").json()["items"][0]
    assert (caught_up["hash"], caught_up["data"]) == (told["data"]["hash"], told["data"]["facts"])


def test_a_rotated_secret_signs_along_for_a_while(telling: Service, receiver: Receiver) -> None:
    made = add(telling, receiver.url())
    rotated = telling.client.post(f"/v1/webhooks/{made['id']}/rotate-secret", json={"overlap_hours": 1}).json()
    assert rotated["secret"] != made["secret"]
    telling.open_batch()
    (got,) = receiver.wait_for(1)
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(got.body, got.headers)
    telling.client.post(f"/v1/webhooks/{made['id']}/rotate-secret", json={"overlap_hours": 0})
    telling.open_batch("B-2")
    got = receiver.wait_for(2)[1]
    for secret in (made["secret"], rotated["secret"]):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(got.body, got.headers)


def test_a_secret_is_told_once_and_kept_in_no_stored_answer(service: Service) -> None:
    body, headers = {"url": "https://example.org/hook"}, {"Idempotency-Key": "k-1"}
    first = service.client.post("/v1/webhooks", json=body, headers=headers)
    second = service.client.post("/v1/webhooks", json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["idempotency-replayed"] == "true"
    assert (second.json()["id"], second.json()["secret"]) == (first.json()["id"], None)
    secret = first.json()["secret"]
    with service.station.database.read() as session:
        assert secret not in "".join(session.scalars(select(IdempotencyRecord.body)))
    for address in (f"/v1/webhooks/{first.json()['id']}", "/v1/webhooks", "/v1/events"):
        assert secret not in service.client.get(address).text


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data", "x"],
)
def test_what_may_not_be_told_is_refused_when_it_is_given(service: Service, url: str) -> None:
    answer = service.client.post("/v1/webhooks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
    made = add(service, "https://example.org/hook")
    changed = service.client.patch(f"/v1/webhooks/{made['id']}", json={"url": url})
    assert changed.status_code == 422
    assert service.client.get(f"/v1/webhooks/{made['id']}").json()["url"] == "https://example.org/hook"


def test_an_endpoint_is_changed_only_from_the_state_that_was_seen(service: Service) -> None:
    address = f"/v1/webhooks/{add(service, 'https://example.org/hook')['id']}"
    seen = service.client.get(address).headers["etag"]
    assert service.client.get(address, headers={"If-None-Match": seen}).status_code == 304
    first = service.client.patch(address, json={"description": "one"}, headers={"If-Match": seen})
    second = service.client.patch(address, json={"description": "two"}, headers={"If-Match": seen})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["etag"] == first.headers["etag"] == service.client.get(address).headers["etag"]
    assert service.client.get(address).json()["description"] == "one"
    assert service.client.delete(address, headers={"If-Match": seen}).status_code == 412
    assert service.client.delete(address, headers={"If-Match": first.headers["etag"]}).status_code == 204
    assert service.client.get(address).status_code == 404
    assert service.client.get("/v1/webhooks").json()["items"] == []


def test_a_disabled_endpoint_is_told_what_it_missed_when_it_is_enabled(telling: Service, receiver: Receiver) -> None:
    made, other = add(telling, receiver.url()), add(telling, receiver.url("/other"))
    address = f"/v1/webhooks/{made['id']}"
    assert telling.client.patch(address, json={"enabled": False}).json()["enabled"] is False
    for count, number in enumerate(("B-1", "B-2"), 1):  # told of the second, the other would be told of the first too
        telling.open_batch(number)
        delivered(telling, other["id"], count)
    assert {got.path for got in receiver.received} == {"/other"}
    telling.client.patch(address, json={"enabled": True})
    missed = receiver.wait_for(4)[2:]
    assert [(got.path, json.loads(got.body)["type"]) for got in missed] == [("/hook", "batch.opened")] * 2


@pytest.mark.parametrize("types", [[], ["Piece"], ["piece."], [".accepted"], ["piece"], ["*.accepted"], ["p" * 65]])
def test_event_types_have_a_form(service: Service, types: list[str]) -> None:
    answer = service.client.post("/v1/webhooks", json={"url": "https://example.org/", "event_types": types})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_range_has_a_limit(service: Service) -> None:
    made = add(service, "https://example.org/hook")
    for after, until in ((5, 5), (5, 4), (0, 1001)):
        answer = service.client.post(f"/v1/webhooks/{made['id']}/replay", json={"after": after, "until": until})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
