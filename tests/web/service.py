"""The service under test: in a thread, with the released model, over a ledger with people and an open batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
import yaml

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger import enrolments, people
from qc.ledger.accounts import Caller, Role, Scope, add_collection_point, create_organisation
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.database import Database
from qc.ledger.enrolments import EnrolmentTicket
from qc.ledger.keys import create_key
from qc.settings import Settings
from qc.standards.library import Library

PASSWORD = "anyaman rapi 12"
COASTER = "CO-PD-01"
"""A product of the tests' own, of two views: a day of 25 pieces is long enough."""
SKUS = ("WB-WH-01", "PM-PD-01", COASTER)


@dataclass
class Service:
    """The service, and what stands behind it."""

    origin: str
    station: Station
    caller: Caller
    key: str

    def ticket(self, person: str) -> EnrolmentTicket:
        with self.station.database.write() as session:
            return enrolments.enrol(session, self.caller, person)

    def client(self) -> httpx.Client:
        """A program with every scope."""
        return httpx.Client(base_url=self.origin, headers={"Authorization": f"Bearer {self.key}"}, timeout=30)


@contextmanager
def running(folder: Path) -> Iterator[Service]:
    """The service on a free port of this machine."""
    _add_coaster(folder / "standards")
    settings = Settings(home=folder, threads=2)
    station = Station.open(settings)
    caller, key = _seed(station.database)
    config = uvicorn.Config(
        create_app(settings, station), host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started:
            if time.monotonic() > until or not thread.is_alive():
                raise RuntimeError("the service did not start")
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Service(f"http://localhost:{port}", station, caller, key)
    finally:
        server.should_exit = True
        thread.join(20)
        station.close()


def _add_coaster(folder: Path) -> None:
    """The placemat's standard for a smaller product, among the exporter's own."""
    placemat = Library.load().named("placemat-pandan").model_dump(mode="json", by_alias=True)
    placemat |= {"name": "coaster-pandan", "title": {"en": "Coaster, pandan", "id": "Tatakan gelas pandan"}}
    placemat["product"] |= {"sku": COASTER}
    placemat["photo"] |= {"min_side_px": 480, "min_sharpness": 5}  # the test's camera is small: it costs less to run
    placemat["views"] |= {"required": ["front", "back"]}
    folder.mkdir(parents=True)
    (folder / "coaster-pandan.yaml").write_text(yaml.safe_dump(placemat), encoding="utf-8")


def _seed(database: Database) -> tuple[Caller, str]:
    with database.write() as session:
        stranger = create_organisation(session, "strangers", "Strangers")
        add_collection_point(session, stranger.id, "STR-1", "Elsewhere")
        there = Caller(stranger.id, "cli", frozenset(Scope))
        people.add_person(session, there, "orang-lain", Role.SUPERVISOR, password=PASSWORD)
        organisation = create_organisation(session, "weavers", "Weavers")
        add_collection_point(session, organisation.id, "BTL-1", "Balai desa Triwidadi")
        caller = Caller(organisation.id, "cli", frozenset(Scope))
        people.add_person(session, caller, "ibu-01", Role.INSPECTOR, password=PASSWORD)
        people.add_person(session, caller, "pak-02", Role.SUPERVISOR, password=PASSWORD)
        key = create_key(session, organisation.id, "test", list(Scope))[1]
    with database.write() as session:
        open_batch(session, caller, "2026-11-A", [NewBatchLine(sku, 200) for sku in SKUS])
    return caller, key
