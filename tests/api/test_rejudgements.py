"""Rejudgements over HTTP: asked for once, watched, read a page at a time, and nobody else's."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from qc.ledger.accounts import Scope
from qc.rejudging.worker import RejudgementWorker
from tests.api.conftest import EVERYWHERE, SKU, Service
from tests.api.test_standards import NAME, lenient, propose
from tests.pictures import GOOD, HOLED

pytestmark = EVERYWHERE


def ask(service: Service, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    asked = {"reason": "the buyer asks"} | body
    answer: httpx.Response = service.client.post("/v1/rejudgements", json=asked, headers=headers)
    return answer


def work(service: Service) -> None:
    """As a running service does beside its requests."""
    settings = service.client.app.state.settings  # type: ignore[attr-defined]
    assert RejudgementWorker.of(settings, service.station.database, rest=0).look()


def test_a_job_is_asked_for_once_and_tells_what_would_be(service: Service) -> None:
    pieces = [service.inspect(colour, number=100 * n).json() for n, colour in enumerate([GOOD, HOLED, HOLED])]
    assert propose(service, lenient()).status_code == 201
    key = {"Idempotency-Key": "again-1"}
    asked = {"standard": SKU, "standard_version": 2}
    first, same = (ask(service, key, **asked) for _ in range(2))
    assert (first.status_code, same.status_code, same.json()) == (201, 201, first.json())
    assert ask(service, key, standard=NAME).json()["code"] == "idempotency_key_reused"
    place = first.headers["Location"]
    assert (first.json()["state"], first.json()["pieces"], first.json()["done"]) == ("waiting", 3, 0)
    work(service)
    job = service.client.get(place)
    grade = pieces[1]["verdict"]["grade"]
    assert job.json()["counts"] == [
        {"before": "A", "after": "A", "pieces": 1},
        {"before": grade, "after": "A", "pieces": 2},
    ]
    assert (job.json()["state"], job.json()["changed"], job.json()["standard"]) == ("finished", 2, NAME)
    assert service.client.get(place, headers={"If-None-Match": job.headers["ETag"]}).status_code == 304
    page = service.client.get(f"{place}/pieces?limit=1").json()
    rest = service.client.get(f"{place}/pieces?limit=1&after={page['next']}").json()
    assert [p["piece_id"] for p in page["items"] + rest["items"]] == [p["piece_id"] for p in pieces[1:]]
    assert rest["next"] is None
    assert page["items"][0]["verdict"]["grade"] == "A"
    assert len(service.client.get(f"{place}/pieces?differing=false").json()["items"]) == 3
    for piece in pieces:  # as they were
        now = service.client.get(f"/v1/pieces/{piece['piece_id']}").json()
        assert now["inspections"][-1]["verdict"] == piece["verdict"]
    over = service.client.post(f"{place}/cancel", json={})
    assert (over.status_code, over.json()["code"]) == (409, "conflict")
    assert ask(service, standard=SKU).json()["number"] == 2
    listed = service.client.get("/v1/rejudgements?limit=1").json()
    assert ([x["number"] for x in listed["items"]], listed["next"]) == ([2], 2)
    assert service.client.get("/v1/rejudgements?before=2").json()["items"][0] == job.json()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"standard_version": 2},
        {"standard": "nowhere"},
        {"standard": SKU, "standard_version": 9},
        {"standard": SKU, "sku": "OTHER"},
        {"model": "nowhere-1.0.0"},
        {"standard": SKU, "inspected_from": "2199-01-01T00:00:00Z"},
        {"standard": SKU, "reason": ""},
    ],
)
def test_what_cannot_be_judged_is_refused(service: Service, body: dict[str, Any]) -> None:
    assert ask(service, **body).status_code == 422


def test_a_job_is_cancelled_and_is_nobody_elses(service: Service) -> None:
    place = ask(service, standard=SKU).headers["Location"]
    others = service.key(organisation="others")
    for address in (place, f"{place}/pieces"):
        assert service.client.get(address, headers=others).status_code == 404
    assert service.client.post(f"{place}/cancel", json={}, headers=others).status_code == 404
    assert service.client.get("/v1/rejudgements", headers=others).json()["items"] == []
    unscoped = service.key(Scope.WRITE_STANDARDS)
    assert service.client.get(place, headers=unscoped).status_code == 403
    stale = service.client.post(f"{place}/cancel", json={}, headers={"If-Match": '"v9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    ended = service.client.post(f"{place}/cancel", json={})
    assert (ended.status_code, ended.json()["state"]) == (200, "cancelled")
