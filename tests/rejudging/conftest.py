"""An inspection station over either database, with pieces that were judged and decided on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.inspection import PhotoSent, Station
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.events import after
from qc.ledger.photos import PhotoStore
from qc.ledger.tables import Base, Event
from qc.rejudging.worker import RejudgementWorker
from qc.standards.library import Library
from qc.standards.standard import ExportStandard, parse_standard
from tests.api.conftest import CHECKS, SKU, VIEWS
from tests.api.test_standards import lenient
from tests.examiner import ColourExaminer
from tests.ledger.conftest import caller as caller
from tests.ledger.conftest import database as database
from tests.ledger.conftest import url as url
from tests.pictures import GOOD, HOLED, jpeg

OWN = {"rejudgements", "rejudged_pieces", "events", "chain_heads"}
"""Tables that a job writes to. Of the last two, to their ends."""


@pytest.fixture
def station(database: Database, tmp_path: Path) -> Iterator[Station]:
    opened = Station(database, PhotoStore.open(tmp_path / "photos"), Library.load(), ColourExaminer())
    yield opened
    opened.photos.close()


@pytest.fixture
def mild() -> ExportStandard:
    """The waste basket's standard, but minding no holes."""
    return parse_standard(lenient(), "mild.yaml")


def inspect(station: Station, caller: Caller, pieces: int = 5) -> None:
    """Pieces of which every second one has a hole; the good ones are accepted by the policy."""
    for n in range(pieces):
        photos = [PhotoSent(jpeg(HOLED if n % 2 else GOOD, 100 * n + k), view) for k, view in enumerate(VIEWS)]  # type: ignore[arg-type]
        station.inspect(caller, station.ask(photos, sku=SKU, checks=CHECKS, auto_accept=True, caller=caller))


def worker(station: Station, tmp_path: Path, **more: Any) -> RejudgementWorker:
    """A worker that knows no model, and does not rest."""
    models = more.pop("models", lambda name: tmp_path / "none")
    return RejudgementWorker(station.database, models, str(tmp_path / "photos"), **({"rest": 0} | more))


def ledger(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a job must leave alone: every row of every other table."""
    return {
        name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        for name, table in Base.metadata.tables.items()
        if name not in OWN
    }


def chain(session: Session, caller: Caller, since: int = 0) -> list[Event]:
    """The chain after a place."""
    return after(session, caller.organisation_id, since, 10_000)
