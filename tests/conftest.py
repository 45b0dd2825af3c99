"""Real parts that several rooms' tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from qc.ledger.database import Database
from qc.ledger.migrations import migrate
from qc.settings import Settings
from tests import postgres
from tests.model.tiny_bundle import write_tiny_bundle
from tests.parts import seaweed


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file to copy, migrated once: migrating takes 150 ms, copying 1."""
    path = tmp_path_factory.mktemp("migrated") / "ledger.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small real model, for whoever only reads it."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny-0.0.1").path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Postgres]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[seaweed.Storage]:
    """An S3 server; the AWS_* variables lead to it for the rest of the run."""
    with seaweed.running() as storage, pytest.MonkeyPatch.context() as environment:
        for name, value in storage.environment().items():
            environment.setenv(name, value)
        yield storage


EVERYWHERE = pytest.mark.parametrize(
    "kept_in", ["embedded", pytest.param("servers", marks=pytest.mark.real)], indirect=True
)
"""Marks a module whose tests of the service hold on SQLite and a folder, and on PostgreSQL and S3 alike."""


@dataclass(frozen=True)
class KeptIn:
    """Addresses of an empty ledger, migrated, and an empty photo store."""

    database: str
    photos: str


@pytest.fixture
def kept_in(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> KeptIn:
    """SQLite and a folder, unless the module is marked `EVERYWHERE`."""
    if getattr(request, "param", "embedded") == "embedded":
        shutil.copy(migrated_file, tmp_path / "ledger.db")
        return KeptIn(Settings(home=tmp_path).database, str(tmp_path / "photos"))
    return KeptIn(request.getfixturevalue("postgresql").emptied(), request.getfixturevalue("s3").address())
