"""A ledger in trouble: where it is kept, what a replica of it needs, and batches that wait for pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from qc.commands.demo import FOLDER
from qc.ledger.accounts import organisation_called
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from tests.api.conftest import make_key, seed
from tests.chaos.pieces import SKU
from tests.chaos.replica import Replica
from tests.ledger.conftest import caller_of
from tests.model.tiny_bundle import write_tiny_bundle


@dataclass
class Ledger:
    """An organisation's ledger with two open batches, and the settings that a replica of it needs."""

    database: Database
    photos: PhotoStore
    key: str
    environment: Mapping[str, str]
    folder: Path

    @contextmanager
    def replicas(self, count: int, **environment: str) -> Iterator[list[Replica]]:
        """So many replicas, all ready; killed in the end."""
        with ExitStack() as stack:
            started = []
            for number in range(count):
                replica = Replica({**self.environment, **environment}, self.folder / f"replica-{number}.log")
                stack.callback(replica.stop)
                started.append(replica)
            for replica in started:
                replica.wait_until_ready()
            yield started


@pytest.fixture(scope="session")
def equipment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny bundle and a standard for what it can see."""
    folder = tmp_path_factory.mktemp("equipment")
    write_tiny_bundle(folder / "bundle")
    (folder / "standards").mkdir()
    standard = (FOLDER / "demo-basket.yaml").read_text().replace("demo-basket", "chaos-basket")
    (folder / "standards" / "chaos.yaml").write_text(standard.replace("DEMO-WB-01", SKU))
    return folder


@contextmanager
def ledger_in(folder: Path, equipment: Path, database_url: str, photo_store: str, first_batch: int) -> Iterator[Ledger]:
    """The ledger at these addresses, with a batch that `first_batch` pieces fill, and one for all others."""
    database, photos = Database(database_url), PhotoStore.open(photo_store)
    seed(database)
    with database.write() as session:
        caller = caller_of(organisation_called(session, "weavers").id)
        open_batch(session, caller, "B-1", [NewBatchLine(SKU, first_batch)])
        open_batch(session, caller, "B-2", [NewBatchLine(SKU, 1_000_000)])
    environment = {
        "QC_HOME": str(folder),
        "QC_DATABASE_URL": database_url,
        "QC_PHOTO_STORE": photo_store,
        "QC_MODEL_BUNDLE": str(equipment / "bundle"),
        "QC_STANDARDS": str(equipment / "standards"),
        "QC_THREADS": "2",
    }
    yield Ledger(database, photos, make_key(database, "weavers"), environment, folder)
    photos.close()
    database.close()
