from __future__ import annotations

from qc.ledger.accounts import Scope
from tests.api.conftest import EVERYWHERE, Service

pytestmark = EVERYWHERE

WHY = {"decided_by": "inspector-3", "reason": "photographed the wrong piece"}


def test_an_acceptance_can_be_undone_and_decided_anew(service: Service) -> None:
    batch = service.open_batch()
    accepted = service.inspect(auto_accept=True).json()
    piece = accepted["piece_id"]
    removed = service.client.post(f"/v1/pieces/{piece}/removal", json=WHY)
    assert removed.status_code == 200, removed.text
    assert (removed.json()["state"], removed.json()["batch"], removed.json()["grade"]) == ("referred", None, None)
    assert service.client.get(f"/v1/batches/{batch}/pieces").json()["items"] == []
    event = service.client.get("/v1/events?limit=200").json()["items"][-1]
    assert (event["type"], event["data"]["reason"], event["data"]["decided_by"]) == (
        "piece.removed",
        WHY["reason"],
        WHY["decided_by"],
    )
    again = service.client.post(
        f"/v1/inspections/{accepted['id']}/decision", json={"outcome": "accept", "decided_by": "inspector-3"}
    )
    assert again.status_code == 200, again.text
    assert again.json()["piece_state"] == "in_batch"


def test_a_removal_is_carried_out_once_under_its_key(service: Service) -> None:
    service.open_batch()
    piece = service.inspect(auto_accept=True).json()["piece_id"]
    key = {"Idempotency-Key": "undo-1"}
    first = service.client.post(f"/v1/pieces/{piece}/removal", json=WHY, headers=key)
    assert service.client.post(f"/v1/pieces/{piece}/removal", json=WHY, headers=key).json() == first.json()
    bare = service.client.post(f"/v1/pieces/{piece}/removal", json=WHY)
    assert (bare.status_code, bare.json()["code"]) == (409, "conflict")


def test_a_piece_moves_to_another_open_batch(service: Service) -> None:
    service.open_batch("B-1", 5)
    second = service.open_batch("B-2", 5)
    piece = service.inspect(auto_accept=True).json()["piece_id"]
    moved = service.client.post(f"/v1/pieces/{piece}/move", json={**WHY, "batch_id": second})
    assert moved.json()["batch"] == {"id": second, "number": "B-2"}


def test_corrections_say_who_and_why(service: Service) -> None:
    piece = service.inspect(auto_accept=True).json()["piece_id"]
    for lacking in ("decided_by", "reason"):
        body = {k: v for k, v in WHY.items() if k != lacking}
        assert service.client.post(f"/v1/pieces/{piece}/removal", json=body).status_code == 422


def test_another_organisations_piece_is_not_there(service: Service) -> None:
    piece = service.inspect(auto_accept=True).json()["piece_id"]
    headers = service.key(Scope.DECIDE, organisation="others")
    assert service.client.post(f"/v1/pieces/{piece}/removal", json=WHY, headers=headers).status_code == 404
