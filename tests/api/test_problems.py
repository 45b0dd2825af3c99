from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import Request

from qc.api import problems
from qc.api.pages import LANDING, landing
from qc.errors import Unavailable
from tests.api.conftest import Service

MEMBERS = {"type", "title", "status", "code", "detail", "instance", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("DELETE", "/v1/batches", 405, "method_not_allowed"),
        ("GET", "/v1/batches/none", 422, "invalid_request"),
        ("GET", "/v1/batches?limit=0", 422, "invalid_request"),
        ("GET", "/v1/batches?before=nonsense", 422, "bad_request"),
        ("GET", "/v1/batches?before=MjAyNi0xMS0yNHx4", 422, "bad_request"),
        ("GET", "/v1/batches?state=lost", 422, "invalid_request"),
        ("GET", "/v1/photos/short", 422, "invalid_request"),
        ("POST", "/v1/batches", 422, "invalid_request"),
        ("POST", "/v1/inspections", 415, "unsupported_media_type"),
    ],
)
def test_every_error_is_a_problem_with_a_stable_code(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    response = service.client.request(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body.keys() >= MEMBERS
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["code"] in problems.known_codes()


def test_a_fault_is_named_by_its_place(service: Service) -> None:
    faults = service.client.post("/v1/batches", json={"number": "B", "lines": [{"sku": "S"}], "x": 1}).json()["errors"]
    assert {fault["pointer"] for fault in faults} == {"/body/lines/0/quantity", "/body/x"}


def test_json_over_its_limit_is_refused(service: Service) -> None:
    response = service.client.post("/v1/batches", content=b'"' + b"x" * 1_100_000 + b'"')
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_what_nobody_foresaw_says_nothing_of_the_inside(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(service.station.library.__class__, "__iter__", fail)
    response = service.client.get("/v1/standards")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "secret" not in response.text
    assert response.headers["x-request-id"] == response.json()["request_id"]


def test_a_store_that_is_away_is_a_clear_503_and_nothing_is_written(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the photo store did not answer", retry_after_s=5)

    monkeypatch.setattr(service.station.photos, "put_all", away)
    response = service.inspect()
    assert (response.status_code, response.json()["code"], response.headers["retry-after"]) == (503, "unavailable", "5")
    assert service.client.get("/v1/pieces").json()["items"] == []


def test_a_callers_request_id_is_kept_and_nonsense_is_not(service: Service) -> None:
    assert service.client.get("/livez", headers={"X-Request-ID": "phone-7.42"}).headers["x-request-id"] == "phone-7.42"
    assert service.client.get("/livez", headers={"X-Request-ID": "<script>"}).headers["x-request-id"] != "<script>"


def test_every_code_is_explained_in_the_docs(service: Service) -> None:
    page = service.client.get("/docs").text
    assert all(f'id="problem-{code}"' in page for code in problems.known_codes())


def test_pages_load_nothing_from_elsewhere(service: Service) -> None:
    page = service.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for text in (page.text, LANDING):
        assert "src=" not in text
        assert "http://" not in text
        assert "https://" not in text


def test_the_address_that_a_caller_names_stays_text() -> None:
    """Starlette itself does not take such a Host header; the page does not count on that."""
    asked = SimpleNamespace(base_url='http://qc"<script>alert(1)</script>/')
    page = asyncio.run(landing(cast(Request, asked)))
    assert "<script>alert" not in page
    assert "http://qc&quot;&lt;script&gt;" in page


def test_alive_and_ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.client.headers.pop("Authorization")
    assert service.client.get("/livez").json() == {"status": "alive"}
    assert service.client.get("/readyz").json() == {"status": "ready", "model": "colours-1.0.0", "refused": None}

    def away() -> None:
        raise Unavailable("the database did not answer")

    monkeypatch.setattr(service.station.database, "ping", away)
    assert service.client.get("/readyz").status_code == 503
    assert service.client.get("/livez").status_code == 200
