from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from qc.errors import BadRequest, Conflict, NotAuthenticated, NotFound
from qc.ledger.accounts import Scope
from qc.ledger.database import Database
from qc.ledger.keys import authenticate
from qc.settings import Settings
from tests.commands.conftest import Run


@pytest.fixture
def weavers(run: Run) -> str:
    assert run("organisation", "create", "weavers", "Weavers of Bantul").exit_code == 0
    assert run("organisation", "collection-point", "weavers", "BTL-1", "Balai desa").exit_code == 0
    return "weavers"


def test_an_organisation_is_entered_once(run: Run, weavers: str) -> None:
    assert isinstance(run("organisation", "create", weavers, "Again").exception, Conflict)


def test_a_key_is_printed_once_works_and_ends_when_revoked(run: Run, weavers: str) -> None:
    made = run("key", "create", "phone", "--scope", "inspections:write", "--organisation", weavers)
    text_of_key = made.output.strip()
    database = Database(Settings().database)
    with database.read() as session:
        assert authenticate(session, text_of_key).scopes == {Scope.INSPECT}
    listed = run("key", "list", "--organisation", weavers).output
    assert text_of_key.split("_")[1] in listed
    assert text_of_key.split("_", 2)[2] not in listed
    run("key", "revoke", text_of_key.split("_")[1])
    with database.read() as session, pytest.raises(NotAuthenticated):
        authenticate(session, text_of_key)
    database.close()
    assert isinstance(run("key", "create", "x", "--organisation", "nobody").exception, NotFound)


def test_a_batch_is_opened_and_shown(run: Run, weavers: str) -> None:
    opened = run("batch", "open", "B-1", "--line", "WB-WH-01=10", "--line", "PM-45=5", "--organisation", weavers)
    assert opened.output == "B-1  open  WB-WH-01 0/10, PM-45 0/5\n"
    assert run("batch", "list", "--organisation", weavers).output == opened.output
    assert run("batch", "show", "B-1", "--organisation", weavers).output == opened.output
    assert isinstance(run("batch", "show", "B-9", "--organisation", weavers).exception, NotFound)
    for wrong in ("WB-WH-01", "WB=0", "=5", "WB=x"):
        assert isinstance(run("batch", "open", "B-2", "--line", wrong, "--organisation", weavers).exception, BadRequest)


def test_verify_says_what_was_changed_and_exits_with_one(run: Run, weavers: str) -> None:
    assert run("ledger", "verify").output == "weavers: 2 events, no faults\n"
    database = Database(Settings().database)
    with database.write() as session:
        session.execute(text("UPDATE events SET body = replace(body, 'Bantul', 'Sleman') || ' ' WHERE sequence = 1"))
    database.close()
    told = run("ledger", "verify")
    assert told.exit_code == 1
    assert "event 1: its text is not what was hashed" in told.output


def test_migrate_makes_the_schema_and_may_be_repeated(run: Run, home: Path) -> None:
    for _ in range(2):
        assert run("ledger", "migrate").exit_code == 0
    assert (home / "ledger.db").is_file()
