from __future__ import annotations

import os
import shutil
from collections import namedtuple
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from qc.api.app import create_app
from qc.errors import Unavailable
from qc.settings import Settings
from tests.api.conftest import Service

TOKEN = "operators-own-token-1"


def test_not_ready_while_the_disk_is_full(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))
    answer = service.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "30")
    assert "1 MB are free" in answer.json()["detail"]
    assert service.client.get("/livez").status_code == 200


def test_not_ready_while_the_database_is_away(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise Unavailable("the database did not answer", retry_after_s=2)

    monkeypatch.setattr(service.station.database, "ping", away)
    assert service.client.get("/readyz").status_code == 503


def test_not_ready_while_the_store_cannot_be_written(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert service.client.get("/readyz").status_code == 503


def read(client: TestClient, token: str = TOKEN) -> dict[str, float]:
    """Every sample, by name and labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def watched(service: Service) -> Any:
    settings = Settings(home=service.folder, threads=2, metrics_token=TOKEN, webhooks=False)
    with TestClient(create_app(settings, service.station), raise_server_exceptions=False) as client:
        client.headers.update(service.key())
        service.client = client
        yield service


def test_requests_are_counted_by_template_and_status_never_by_id(watched: Service) -> None:
    for number in range(3):
        watched.client.get(f"/v1/pieces/0199a1d0-0000-7000-8000-00000000000{number}")
    watched.client.get("/v1/pieces")
    for number in range(5):
        watched.client.get(f"/wp-admin/{number}.php")
    found = read(watched.client)
    assert found["qc_http_requests_total method=GET route=/v1/pieces/{piece_id} status=404"] == 3
    assert found["qc_http_requests_total method=GET route=/v1/pieces status=200"] == 1
    assert found["qc_http_requests_total method=any route=none status=404"] == 5
    assert found["qc_http_request_seconds_count method=GET route=/v1/pieces/{piece_id}"] == 3
    assert not [name for name in found if "wp-admin" in name or "0199a1d0" in name]


def test_grading_is_counted_by_stage_and_grade(watched: Service) -> None:
    assert watched.inspect().status_code == 201
    found = read(watched.client)
    graded = {name: value for name, value in found.items() if name.startswith("qc_inspections_total")}
    assert sum(graded.values()) == 1
    assert "status=graded" in next(iter(graded))
    assert "grade=A" in next(iter(graded))
    stages = [name for name in found if name.startswith("qc_grading_stage_seconds_count")]
    assert stages
    assert all(found[name] == 5 for name in stages), "one observation a photo"


def test_what_waits_is_shown(watched: Service) -> None:
    made = watched.client.post("/v1/webhooks", json={"url": "https://example.org/hook"})
    assert made.status_code == 201
    watched.open_batch()
    found = read(watched.client)
    # The endpoint's own event and the batch's: on their way, or not yet made into deliveries.
    assert found["qc_outbox_events"] + found["qc_outbox_deliveries"] == 2
    assert found["qc_examining"] == 0
    assert [name for name in found if name.startswith("qc_about model=colours-1.0.0")]


def test_metrics_say_that_the_database_is_away_instead_of_failing(
    watched: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Any) -> None:
        raise Unavailable("away")

    monkeypatch.setattr("qc.ledger.outbox.depth", away)
    assert read(watched.client)["qc_database_up"] == 0


def test_metrics_are_the_operators(watched: Service, service: Service) -> None:
    for header in ({}, {"Authorization": "Bearer wrong"}, service.key()):
        watched.client.headers.pop("Authorization", None)
        assert watched.client.get("/metrics", headers=header).status_code == 401
    without = Settings(home=service.folder, webhooks=False)
    with TestClient(create_app(without, service.station)) as client:
        assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_a_token_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError, match="can be guessed"):
        Settings(metrics_token="short")


def test_networks_are_read_from_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QC_WEBHOOK_NETWORKS", "10.1.0.0/16, fd00::/8")
    assert Settings().webhook_networks == ("10.1.0.0/16", "fd00::/8")
    monkeypatch.setenv("QC_WEBHOOK_NETWORKS", "10.1.0.0/99")
    with pytest.raises(ValidationError):
        Settings()
