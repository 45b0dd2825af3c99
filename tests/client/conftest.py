"""A live service over HTTP, with a standard that is content with one photo."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from qc.api.app import create_app
from qc.client import Client
from qc.commands.demo import FOLDER
from qc.inspection import Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.settings import Settings
from qc.standards.library import Library
from tests.api.conftest import make_key, seed
from tests.examiner import ColourExaminer
from tests.parts.ports import free_ports

SKU = "DEMO-WB-01"
CHECKS = {"moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass"}


@dataclass
class Live:
    """A service, and a key of it with every scope."""

    url: str
    port: int
    key: str
    station: Station


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    home = tmp_path / "home"
    (home / "standards").mkdir(parents=True)
    shutil.copy(FOLDER / "demo-basket.yaml", home / "standards")
    settings = Settings(home=home, threads=2)
    database = Database(settings.database)
    seed(database)
    library = Library.load(home / "standards")
    station = Station(database, PhotoStore.open(home / "photos"), library, ColourExaminer())
    port = free_ports(1)[0]
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, station), port=port, log_level="error", access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Live(f"http://127.0.0.1:{port}", port, make_key(database, "weavers"), station)
    server.should_exit = True
    thread.join(30)
    station.close()


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with Client(live.url, live.key, patience_s=20) as opened:
        yield opened
