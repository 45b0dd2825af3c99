"""A running service over an empty ledger, and keys of two organisations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger.accounts import Scope, add_collection_point, create_organisation, organisation_called
from qc.ledger.database import Database
from qc.ledger.keys import create_key
from qc.ledger.migrations import migrate
from qc.ledger.photos import PhotoStore
from qc.ledger.verify import verify
from qc.settings import Settings
from qc.standards.library import Library
from tests.conftest import EVERYWHERE as EVERYWHERE
from tests.conftest import KeptIn as KeptIn
from tests.examiner import ColourExaminer
from tests.pictures import GOOD, jpeg

SKU = "WB-WH-01"
VIEWS = ("top", "inside", "side_1", "side_2", "base")
CHECKS = {
    "moisture_pct": 11.0,
    "odour": "pass",
    "sharp_points": "pass",
    "mould": "pass",
    "insects": "pass",
    "base_flat": "pass",
}


@dataclass
class Service:
    """The service with a client of one organisation, and what stands behind it."""

    client: TestClient
    station: Station
    examiner: ColourExaminer
    folder: Path

    def key(self, *scopes: Scope, organisation: str = "weavers") -> dict[str, str]:
        """The header of a new key with these scopes; with all of them when none is named."""
        return {"Authorization": f"Bearer {make_key(self.station.database, organisation, *scopes)}"}

    def inspect(
        self,
        colour: tuple[int, int, int] = GOOD,
        *,
        number: int = 0,
        headers: dict[str, str] | None = None,
        **described: Any,
    ) -> httpx.Response:
        """Send five photos of a waste basket, with all hand checks unless others are given."""
        described = {"sku": SKU, "checks": CHECKS} | described
        return self.send([jpeg(colour, number + n) for n in range(5)], views=list(VIEWS), headers=headers, **described)

    def send(
        self,
        photos: list[bytes],
        *,
        views: list[str] | None = None,
        headers: dict[str, str] | None = None,
        **described: Any,
    ) -> httpx.Response:
        response: httpx.Response = self.client.post(
            "/v1/inspections",
            files=[("photos", ("photo.jpg", content, "image/jpeg")) for content in photos],
            data={"inspection": json.dumps(described), **({"views": views} if views else {})},
            headers=headers,
        )
        return response

    def open_batch(self, number: str = "B-1", quantity: int = 100) -> str:
        body = {"number": number, "lines": [{"sku": SKU, "quantity": quantity}]}
        response = self.client.post("/v1/batches", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])


def make_key(database: Database, slug: str, *scopes: Scope) -> str:
    with database.write() as session:
        return create_key(session, organisation_called(session, slug).id, "test", scopes or list(Scope))[1]


def seed(database: Database) -> None:
    """An empty database becomes a ledger of two organisations."""
    migrate(database)
    enter_organisations(database)


def enter_organisations(database: Database) -> None:
    with database.write() as session:
        for slug in ("weavers", "others"):
            organisation = create_organisation(session, slug, slug.title())
            add_collection_point(session, organisation.id, "BTL-1", "Balai desa Triwidadi")


@cache
def shipped_standards() -> Library:
    """Read once: nothing changes a library."""
    return Library.load()


@pytest.fixture
def service(tmp_path: Path, kept_in: KeptIn) -> Iterator[Service]:
    # Tests of webhooks and rejudgements start a worker of their own: two would race.
    settings = Settings(
        home=tmp_path,
        threads=2,
        database_url=kept_in.database,
        photo_store=kept_in.photos,
        webhooks=False,
        rejudging=False,
    )
    database = Database(kept_in.database)
    enter_organisations(database)
    examiner = ColourExaminer()
    station = Station(database, PhotoStore.open(kept_in.photos), shipped_standards(), examiner)
    app = create_app(settings, station)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {make_key(database, 'weavers')}"
        yield Service(client, station, examiner, tmp_path)
    with database.read() as session:
        assert {fault for report in verify(session) for fault in report.faults} == set(), (
            "the chain must hold after all"
        )
    station.close()
