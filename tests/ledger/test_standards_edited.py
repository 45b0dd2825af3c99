from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.standards_edited import library_in_force, propose, put_into_force, releases_of
from qc.ledger.tables import StandardEdition, StandardRelease
from qc.standards.library import Library
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import faults

FILES = Library.load()
NAME = "woven-general"
WHY: dict[str, Any] = {"decided_by": "supervisor-1", "reason": "the buyer's letter"}


@pytest.fixture
def released(database: Database, caller: Caller) -> Database:
    """A ledger in which version 2 of a standard is in force."""
    second = FILES.named(NAME).model_copy(update={"version": FILES.named(NAME).version + 1})
    with database.write() as session:
        propose(session, caller, second, FILES)
        put_into_force(session, caller, NAME, second.version, FILES, **WHY)
    return database


def test_each_organisation_judges_by_its_own_releases(released: Database, caller: Caller) -> None:
    other = enter_organisation(released, "others")
    with released.read() as session:
        first = FILES.named(NAME).version
        assert library_in_force(session, caller.organisation_id, FILES).named(NAME).version == first + 1
        assert library_in_force(session, other.organisation_id, FILES).named(NAME).version == first
        assert [x.number for x in releases_of(session, caller.organisation_id, NAME)] == [1]
    assert faults(released) == []


def test_a_version_of_the_files_may_come_back(released: Database, caller: Caller) -> None:
    first = FILES.named(NAME).version
    with released.write() as session:
        put_into_force(session, caller, NAME, first, FILES, **WHY)
    with released.read() as session:
        assert library_in_force(session, caller.organisation_id, FILES).named(NAME).version == first
    assert faults(released) == []


def _add_release(session: Session) -> None:
    standing = session.query(StandardRelease).one()
    facts = {c.name: getattr(standing, c.name) for c in StandardRelease.__table__.columns}
    session.add(StandardRelease(**facts | {"id": uuid7(), "number": 2}))


TAMPERINGS: dict[str, Callable[[Session], object]] = {
    "document": lambda s: s.execute(update(StandardEdition).values(document=FILES.named(NAME).model_dump_json())),
    "no document": lambda s: s.execute(update(StandardEdition).values(document="{}")),
    "fingerprint": lambda s: s.execute(update(StandardEdition).values(fingerprint="0" * 64)),
    "reason": lambda s: s.execute(update(StandardRelease).values(reason="none")),
    "release gone": lambda s: s.execute(delete(StandardRelease)),
    "release added": _add_release,
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_shows(released: Database, what: str) -> None:
    with released.write() as session:
        TAMPERINGS[what](session)
    assert faults(released) != []
