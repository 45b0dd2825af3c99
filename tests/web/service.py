"""The service under test: one for all tests, in a thread, with the released model.

Starting it and loading its model takes seconds, so it is started once. Each test has an organisation of its own in it,
with people and an open batch: nobody sees another organisation's pieces, and so no test another's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import uvicorn
import yaml
from sqlalchemy.orm import Session

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger import enrolments, people
from qc.ledger.accounts import Caller, Role, Scope, add_collection_point, create_organisation
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.enrolments import EnrolmentTicket
from qc.ledger.keys import create_key
from qc.settings import Settings
from qc.standards.library import Library

PASSWORD = "anyaman rapi 12"
COASTER = "CO-PD-01"
"""A product of the tests' own, of two views: a day of 25 pieces is long enough."""
SKUS = ("WB-WH-01", "PM-PD-01", COASTER)
PEOPLE = {"ibu-01": Role.INSPECTOR, "ibu-03": Role.INSPECTOR, "pak-02": Role.SUPERVISOR}


@dataclass
class Service:
    """The service as one organisation meets it, and what stands behind it."""

    origin: str
    station: Station
    caller: Caller
    key: str
    organisation: str
    stranger: str
    """Slug of another organisation, whose supervisor is `orang-lain`."""

    def ticket(self, person: str) -> EnrolmentTicket:
        with self.station.database.write() as session:
            return enrolments.enrol(session, self.caller, person)

    def client(self) -> httpx.Client:
        """A program with every scope."""
        return httpx.Client(base_url=self.origin, headers={"Authorization": f"Bearer {self.key}"}, timeout=60)


class House:
    """The running service, which takes in organisations."""

    def __init__(self, origin: str, station: Station) -> None:
        self.origin = origin
        self.station = station
        self._numbers = count(1)

    def organisation(self) -> Service:
        """Take in a new organisation, and a stranger to it."""
        number = next(self._numbers)
        slug, stranger = f"weavers-{number}", f"strangers-{number}"
        with self.station.database.write() as session:
            there = _founded(session, stranger, "Strangers", f"STR-{number}")
            people.add_person(session, there, "orang-lain", Role.SUPERVISOR, password=PASSWORD)
            caller = _founded(session, slug, "Weavers", f"BTL-{number}")
            for person, role in PEOPLE.items():
                people.add_person(session, caller, person, role, password=PASSWORD)
            key = create_key(session, caller.organisation_id, "test", list(Scope))[1]
        with self.station.database.write() as session:
            open_batch(session, caller, "2026-11-A", [NewBatchLine(sku, 200) for sku in SKUS])
        return Service(self.origin, self.station, caller, key, slug, stranger)


def _founded(session: Session, slug: str, name: str, point: str) -> Caller:
    organisation = create_organisation(session, slug, name)
    add_collection_point(session, organisation.id, point, "Balai desa Triwidadi")
    return Caller(organisation.id, "cli", frozenset(Scope))


@contextmanager
def running(folder: Path) -> Iterator[House]:
    """The service on a free port of this machine."""
    _add_coaster(folder / "standards")
    settings = Settings(home=folder, threads=2, sign_ins_per_minute=1000)  # all tests come from one address
    station = Station.open(settings)
    config = uvicorn.Config(
        create_app(settings, station), host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 60
        while not server.started:
            if time.monotonic() > until or not thread.is_alive():
                raise RuntimeError("the service did not start")
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield House(f"http://localhost:{port}", station)
    finally:
        server.should_exit = True
        thread.join(20)
        station.close()


def _add_coaster(folder: Path) -> None:
    """The placemat's standard for a smaller product, among the exporter's own."""
    placemat = Library.load().named("placemat-pandan").model_dump(mode="json", by_alias=True)
    placemat |= {"name": "coaster-pandan", "title": {"en": "Coaster, pandan", "id": "Tatakan gelas pandan"}}
    placemat["product"] |= {"sku": COASTER, "size_mm": {"length": 200, "width": 150}}
    placemat["photo"] |= {"min_side_px": 480, "min_sharpness": 5}  # the test's camera is small: it costs less to run
    placemat["views"] |= {"required": ["front", "back"]}
    folder.mkdir(parents=True)
    (folder / "coaster-pandan.yaml").write_text(yaml.safe_dump(placemat), encoding="utf-8")
