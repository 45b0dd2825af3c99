from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from qc.api.housekeeping import LastUsed
from qc.ledger.accounts import ROLES, Role, Scope
from qc.ledger.tables import IdempotencyRecord
from tests.api.conftest import Service


def make(service: Service, **body: Any) -> dict[str, Any]:
    answer = service.client.post("/v1/keys", json={"name": "shipment-system"} | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def opens(service: Service, key: str, address: str = "/v1/batches") -> int:
    return service.client.get(address, headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_key_of_a_role_may_what_the_role_may(service: Service) -> None:
    made = make(service, role="shipper")
    assert set(made["scopes"]) == ROLES[Role.SHIPPER]
    assert (opens(service, made["key"]), opens(service, made["key"], "/v1/keys")) == (200, 403)


def test_a_rotated_key_overlaps_and_a_leaked_one_does_not(service: Service) -> None:
    made = make(service, role="shipper")
    address = f"/v1/keys/{made['id']}"
    rotated = service.client.post(f"{address}/rotate", json={"overlap_days": 2}).json()
    assert rotated["prefix"] == made["prefix"]
    assert [opens(service, x["key"]) for x in (made, rotated)] == [200, 200]
    last = service.client.post(f"{address}/rotate", json={"overlap_days": 0}).json()
    assert [opens(service, x["key"]) for x in (made, rotated, last)] == [401, 401, 200]
    assert service.client.delete(address).status_code == 204
    assert service.client.delete(address).status_code == 204
    assert opens(service, last["key"]) == 401
    assert service.client.get(address).json()["revoked_at"] is not None


def test_a_request_that_is_sent_again_with_the_new_secret_is_carried_out_once(service: Service) -> None:
    made = make(service, role="shipper")
    rotated = service.client.post(f"/v1/keys/{made['id']}/rotate", json={}).json()
    body = {"number": "B-1", "lines": [{"sku": "WB-WH-01", "quantity": 5}]}
    answers = [
        service.client.post(
            "/v1/batches", json=body, headers={"Authorization": f"Bearer {x['key']}", "Idempotency-Key": "k-1"}
        )
        for x in (made, rotated)
    ]
    assert [x.status_code for x in answers] == [201, 201]
    assert answers[0].text == answers[1].text


def test_nobody_makes_or_takes_over_a_mightier_key(service: Service) -> None:
    lesser = service.key(Scope.MANAGE_KEYS, Scope.READ_PIECES)
    for body in ({"scopes": ["decisions:write"]}, {"role": "admin"}, {"role": "shipper", "scopes": ["pieces:read"]}):
        answer = service.client.post("/v1/keys", json={"name": "x"} | body, headers=lesser)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert (
        service.client.post("/v1/keys", json={"name": "x", "scopes": ["pieces:read"]}, headers=lesser).status_code
        == 201
    )
    mightier = make(service, role="admin")
    assert service.client.post(f"/v1/keys/{mightier['id']}/rotate", json={}, headers=lesser).status_code == 403


def test_a_key_is_told_once_and_kept_in_no_stored_answer(service: Service) -> None:
    body, headers = {"name": "x", "scopes": ["pieces:read"]}, {"Idempotency-Key": "k-1"}
    first, second = (service.client.post("/v1/keys", json=body, headers=headers) for _ in range(2))
    assert (second.json()["id"], second.json()["key"]) == (first.json()["id"], None)
    with service.station.database.read() as session:
        assert first.json()["key"] not in "".join(session.scalars(select(IdempotencyRecord.body)))
    assert first.json()["key"] not in service.client.get("/v1/keys").text + service.client.get("/v1/events").text


@pytest.mark.parametrize(
    "body", [{}, {"scopes": []}, {"scopes": ["all"]}, {"role": "king"}, {"role": "shipper", "days": 0}]
)
def test_a_key_needs_something_to_do(service: Service, body: dict[str, Any]) -> None:
    assert service.client.post("/v1/keys", json={"name": "x"} | body).status_code == 422


def test_an_expired_key_opens_nothing(service: Service) -> None:
    made = make(service, role="shipper", days=1)
    assert made["expires_at"] is not None
    assert opens(service, made["key"]) == 200


def test_the_last_use_is_known_without_a_write_a_request(service: Service) -> None:
    made = make(service, role="shipper")
    assert opens(service, made["key"]) == 200
    assert service.client.get(f"/v1/keys/{made['id']}").json()["last_used_at"] is None
    seen: LastUsed = service.client.app.state.last_used  # type: ignore[attr-defined]
    seen.write(service.station.database)
    assert service.client.get(f"/v1/keys/{made['id']}").json()["last_used_at"] is not None
