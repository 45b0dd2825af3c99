"""A migrated ledger on each database, and an organisation with one collection point in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from qc.ledger.accounts import Caller, Scope, add_collection_point, create_organisation
from qc.ledger.database import Database

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
    else:
        yield request.getfixturevalue("postgresql").emptied()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def caller(database: Database) -> Caller:
    return enter_organisation(database, "weavers")


def enter_organisation(database: Database, slug: str) -> Caller:
    with database.write() as session:
        organisation = create_organisation(session, slug, slug.title())
        add_collection_point(session, organisation.id, "BTL-1", "Balai desa Triwidadi")
        return caller_of(organisation.id)


def caller_of(organisation_id: UUID) -> Caller:
    return Caller(organisation_id, "key:test", frozenset(Scope))
