"""The export is checked by the script that it carries, as an auditor would: in another process, with no project."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from qc.ledger import auditing
from qc.ledger.accounts import Caller
from qc.ledger.auditing import begin_export, export
from qc.ledger.database import Database
from qc.ledger.makers import erase_maker, maker_called
from qc.ledger.tables import ChainHead, Decision, Event, Inspection
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import accept, inspect


@pytest.fixture
def lived_in(database: Database, caller: Caller) -> Database:
    """A ledger with three accepted pieces, and another organisation's."""
    other = enter_organisation(database, "others")
    for owner in (caller, caller, caller, other):
        with database.write() as session:
            accept(session, owner, inspect(session, owner, maker_ref="mk_1", consent_version="1"))
    return database


def exported(database: Database, caller: Caller, folder: Path) -> Path:
    with database.read() as session:
        start = begin_export(session, caller.organisation_id)
    path = folder / "export.zip"
    path.write_bytes(b"".join(export(database, start)))
    return path


def checked(path: Path, *printed: str) -> tuple[int, str]:
    """What the checker in the export says of it."""
    with zipfile.ZipFile(path) as archive:
        script = path.with_name("check_chain.py")
        script.write_bytes(archive.read("check_chain.py"))
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(path), *printed], capture_output=True, text=True, check=False,
        cwd=path.parent,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_an_untouched_ledger_has_no_fault(lived_in: Database, caller: Caller, tmp_path: Path) -> None:
    path = exported(lived_in, caller, tmp_path)
    assert checked(path) == (0, "no faults: every hash is right\n")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        lines = archive.read("events.jsonl").splitlines()
        head = json.loads(archive.read("head.json"))
        assert (head["sequence"], head["hash"]) == (len(lines), sha256(lines[-1]).hexdigest())
        assert [len(archive.read(f"{x}.jsonl").splitlines()) for x in ("inspections", "decisions")] == [3, 3]
        assert b"mk_1" not in b"".join(archive.read(name) for name in archive.namelist())
        assert "python check_chain.py" in archive.read("README.txt").decode()


def test_it_is_the_same_in_pages(
    lived_in: Database, caller: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "_EVENTS", 3)
    monkeypatch.setattr(auditing, "_ROWS", 1)
    assert checked(exported(lived_in, caller, tmp_path))[0] == 0


def test_what_happens_meanwhile_is_left_to_the_next_export(lived_in: Database, caller: Caller, tmp_path: Path) -> None:
    with lived_in.read() as session:
        start = begin_export(session, caller.organisation_id)
    with lived_in.write() as session:
        accept(session, caller, inspect(session, caller))
    path = tmp_path / "export.zip"
    path.write_bytes(b"".join(export(lived_in, start)))
    assert checked(path)[0] == 0


def test_an_erasure_leaves_the_chain_whole(lived_in: Database, caller: Caller, tmp_path: Path) -> None:
    with lived_in.write() as session:
        erase_maker(session, caller, maker_called(session, caller.organisation_id, "mk_1"))
    assert checked(exported(lived_in, caller, tmp_path))[0] == 0


def test_a_hash_that_was_printed_earlier_must_be_passed(lived_in: Database, caller: Caller, tmp_path: Path) -> None:
    path = exported(lived_in, caller, tmp_path)
    with zipfile.ZipFile(path) as archive:
        third = sha256(archive.read("events.jsonl").splitlines()[2]).hexdigest()
    assert checked(path, f"3={third}")[0] == 0
    assert checked(path, f"4={third}") == (1, "event 4: its hash is not the one that was printed\n")


TAMPERINGS: dict[str, Callable[[Session], object]] = {
    "an event": lambda s: s.execute(update(Event).where(Event.sequence == 4).values(body=Event.body + " ")),
    "an event gone": lambda s: s.execute(delete(Event).where(Event.sequence == 4)),
    "the last events gone": lambda s: s.execute(delete(Event).where(Event.sequence > 6)),
    "the head": lambda s: s.execute(update(ChainHead).values(hash="0" * 64)),
    "an inspection": lambda s: s.execute(update(Inspection).values(grade="B")),
    "a decision": lambda s: s.execute(update(Decision).values(reason="none")),
    "decisions gone": lambda s: s.execute(delete(Decision)),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_shows(lived_in: Database, caller: Caller, tmp_path: Path, what: str) -> None:
    with lived_in.write() as session:
        TAMPERINGS[what](session)
    status, said = checked(exported(lived_in, caller, tmp_path))
    assert status == 1
    assert "no faults" not in said
    assert "Traceback" not in said


def test_a_row_added_to_the_file_shows(lived_in: Database, caller: Caller, tmp_path: Path) -> None:
    path = exported(lived_in, caller, tmp_path)
    other = tmp_path / "added.zip"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(other, "w") as added:
        for name in archive.namelist():
            added.writestr(name, archive.read(name) + (b"{}\n" if name == "decisions.jsonl" else b""))
    assert checked(other) == (1, "decisions.jsonl: rows that no event vouches for\n")
