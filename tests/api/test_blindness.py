"""Whoever may judge a piece again learns nothing of how it was judged before, by whatever route they ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from qc.api.app import create_app
from qc.ledger.accounts import ROLES, Role, Scope
from qc.ledger.outbox import fan_out
from tests.api.conftest import CHECKS, SKU, VIEWS, Service
from tests.pictures import GOOD, HOLED, jpeg

WHY = "a reason that only the first inspector knew"
FIRST = "first-inspector"
PATHS = create_app().openapi()["paths"]


@dataclass(frozen=True)
class Judged:
    """A piece that waits to be judged again, and every text by which its first verdict could be told."""

    piece: str
    inspection: str
    secrets: tuple[str, ...]
    reinspection: str
    known: dict[str, str]


def answered(service: Service, colour: tuple[int, int, int], decision: dict[str, Any]) -> dict[str, Any]:
    first = service.inspect(colour).json()
    path = f"/v1/inspections/{first['id']}/decision"
    done = service.client.post(path, json={"decided_by": FIRST, "reason": WHY, **decision})
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


@pytest.fixture(params=["drawn from a lot", "accepted by chance", "refused by chance"])
def judged(request: pytest.FixtureRequest, service: Service) -> Judged:
    batch = service.open_batch()
    if "chance" in request.param:
        body = {"lots_required": False, "accepted_rate": 1, "refused_rate": 1, "decided_by": "admin-1"}
        assert service.client.put("/v1/sampling-policy", json=body).status_code == 200
    refused = request.param.startswith("refused")
    answer = answered(service, HOLED if refused else GOOD, {"outcome": "return" if refused else "accept"})
    known = {"batch_id": batch, "lot_id": batch}
    if "lot" in request.param:
        begun = service.client.post(f"/v1/batches/{batch}/sampling", json={"started_by": "supervisor-1"})
        known["lot_id"] = begun.json()["items"][0]["id"]
    [row] = service.client.get("/v1/reinspections").json()["items"]
    photos = [path.removeprefix("/v1/photos/") for photo in answer["photos"] for path in photo.values() if "/" in path]
    assert row["piece_id"] == answer["piece_id"]
    return Judged(answer["piece_id"], answer["id"], (FIRST, WHY, *photos), row["id"], known | {"sha256": photos[-1]})


def addresses(judged: Judged) -> Iterator[str]:
    """Every GET address of the service, with the ids of the judged piece filled in."""
    ids = {
        "piece_id": judged.piece, "inspection_id": judged.inspection, "reinspection_id": judged.reinspection,
        "form": "json", "name": "waste-basket-water-hyacinth", **judged.known,
    }  # fmt: skip
    for path, methods in PATHS.items():
        if "get" in methods and path.startswith("/v1/"):
            yield re.sub(r"{(\w+)}", lambda m: ids.get(m[1], judged.piece), path)


BLIND = {"inspector": ROLES[Role.INSPECTOR], "every scope": frozenset(Scope)}


@pytest.mark.parametrize("caller", BLIND)
def test_no_route_tells_a_reinspector_the_first_verdict(service: Service, judged: Judged, caller: str) -> None:
    headers = service.key(*BLIND[caller])
    walked = 0
    for address in addresses(judged):
        answer = service.client.get(address, headers=headers, params={"limit": 200} if "events" in address else None)
        walked += answer.status_code == 200
        text = answer.text.replace(address, "")  # a problem names the address that was asked for
        told = [secret for secret in judged.secrets if secret in text]
        assert told == [], address
        if answer.status_code == 200:
            assert_no_state_of(judged.piece, answer.text, address)
    assert walked > (5 if caller == "inspector" else 15)


def assert_no_state_of(piece: str, text: str, address: str) -> None:
    """No object that names the piece says how it stands or what happened to it."""

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, dict):
            if piece in (value.get("id"), value.get("piece_id"), value.get("subject_id")):
                assert not {"grade", "verdict", "piece_state", "inspections"} & set(value), address
                assert value.get("state") in {None, "open"}, address
                assert value.get("type") in {None, "withheld"}, address
                assert not value.get("data"), address
            for item in value.values():
                walk(item)

    if text.startswith(("{", "[")):
        walk(json.loads(text))


def test_whoever_may_not_judge_again_sees_all_of_it(service: Service, judged: Judged) -> None:
    headers = service.key(*(ROLES[Role.SUPERVISOR]))
    seen = "".join(service.client.get(address, headers=headers).text for address in addresses(judged))
    assert [secret for secret in judged.secrets if secret not in seen] == []


def test_no_change_tells_a_reinspector_how_the_piece_stands(service: Service, judged: Judged) -> None:
    headers = service.key(*ROLES[Role.INSPECTOR])
    blinded = [
        ("POST", f"/v1/inspections/{judged.inspection}/decision", {"outcome": "accept", "decided_by": "x"}),
        ("POST", f"/v1/pieces/{judged.piece}/removal", {"decided_by": "x", "reason": "x"}),
        ("PUT", f"/v1/inspections/{judged.inspection}/phone-verdict",
         {"bundle_sha256": "0" * 64, "model": "m", "status": "graded", "grade": "A", "ms": 1}),
    ]  # fmt: skip
    for method, path, body in blinded:
        answer = service.client.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "blinded"), path
    same_photos = service.inspect(GOOD, piece_id=judged.piece, headers=headers)
    assert "accepted" not in same_photos.text or same_photos.status_code == 403
    assert FIRST not in same_photos.text


def test_papers_that_tell_of_every_piece_go_to_somebody_who_judges_none_again(service: Service, judged: Judged) -> None:
    period = {"begin": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"}
    needed = (Scope.EXPORT_LEDGER, Scope.READ_MAKERS)
    for path, params in (("/v1/ledger/export", {}), ("/v1/statement", period)):
        refused = service.client.get(path, params=params, headers=service.key(*needed, Scope.REINSPECT))
        assert (refused.status_code, refused.json()["code"]) == (403, "blinded"), path
        assert service.client.get(path, params=params, headers=service.key(*needed)).status_code == 200, path


def test_the_log_of_a_webhook_does_not_say_what_happened_to_the_piece(service: Service, judged: Judged) -> None:
    added = service.client.post(
        "/v1/webhooks", json={"url": "https://example.org/told", "event_types": ["piece.*"], "after": 0}
    )
    with service.station.database.write() as session:
        assert fan_out(session) > 0
    path = f"/v1/webhooks/{added.json()['id']}/deliveries"

    def kinds(*scopes: Scope) -> set[str]:
        headers = service.key(*scopes)
        rows = service.client.get(path, headers=headers).json()["items"]
        one = service.client.get(f"/v1/webhooks/deliveries/{rows[0]['id']}", headers=headers).json()
        return {row["event_type"] for row in (*rows, one)}

    assert kinds(Scope.READ_WEBHOOKS, Scope.REINSPECT) == {"withheld"}
    assert "piece.inspected" in kinds(Scope.READ_WEBHOOKS)


def test_the_first_verdict_is_shown_once_the_piece_was_judged_again(service: Service, judged: Judged) -> None:
    headers = service.key(*ROLES[Role.INSPECTOR])
    path = f"/v1/reinspections/{judged.reinspection}/result"
    own = service.client.post(path, json={"inspected_by": FIRST, "checks": CHECKS}, headers=headers)
    assert (own.status_code, own.json()["code"]) == (403, "not_allowed")
    other = service.client.post(path, json={"inspected_by": "second-inspector", "checks": CHECKS}, headers=headers)
    assert other.status_code == 200, other.text
    assert FIRST in service.client.get(f"/v1/pieces/{judged.piece}", headers=headers).text


def test_a_returned_piece_is_judged_as_its_next_attempt_whoever_was_to_look_again(service: Service) -> None:
    body = {"lots_required": False, "accepted_rate": 1, "refused_rate": 1, "decided_by": "admin-1"}
    service.client.put("/v1/sampling-policy", json=body)
    answer = answered(service, HOLED, {"outcome": "return"})
    again = service.send(
        [jpeg(GOOD, 50 + n) for n in range(5)], views=list(VIEWS), sku=SKU, checks=CHECKS,
        piece_id=answer["piece_id"], headers=service.key(*ROLES[Role.INSPECTOR]),
    )  # fmt: skip
    assert (again.status_code, again.json()["attempt"]) == (201, 2)
    assert service.client.get(f"/v1/pieces/{answer['piece_id']}").status_code == 200  # what was hidden is past
