from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from qc.errors import BadInput
from qc.ledger.accounts import Scope
from qc.ledger.database import Database
from qc.ledger.keys import authenticate
from qc.ledger.tables import Base, BatchPiece, Inspection, Piece
from qc.ledger.verify import verify
from qc.settings import Settings
from tests.commands.conftest import Run


def counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {n: session.scalar(select(func.count()).select_from(t)) or 0 for n, t in Base.metadata.tables.items()}


@pytest.mark.usefixtures("demo_pictures")
def test_the_demo_grades_three_pieces_and_packs_the_good_one(run: Run, home: Path) -> None:
    told = run("demo")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert [line.split(": ")[0] for line in lines if ".jpg: " in line] == ["a.jpg", "rework.jpg", "retake.jpg"]
    assert "is in_batch, in batch 2025-09-A" in told.output
    marked = [Path(line.split(": ")[1]) for line in lines if "marked photo" in line]
    assert [path.read_bytes()[:3] for path in marked] == [b"\xff\xd8\xff"] * 3
    database = Database(Settings().database)
    with database.read() as session:
        places = session.scalars(select(BatchPiece.piece_id)).all()
        states = {str(piece.id)[-1]: piece.state for piece in session.scalars(select(Piece))}
        assert [str(place)[-1] for place in places] == ["a"]
        outcomes = [(x.status, x.grade) for x in session.scalars(select(Inspection).order_by(Inspection.inspected_at))]
        assert outcomes == [("graded", "A"), ("graded", "rework"), ("retake", None)]
        assert states == {"a": "in_batch", "b": "registered", "c": "registered"}
        assert [report.faults for report in verify(session)] == [()]
    database.close()


@pytest.mark.usefixtures("demo_pictures")
def test_the_key_is_for_its_owner_alone_and_works(run: Run, home: Path) -> None:
    run("demo")
    path = home / "api-key"
    assert path.stat().st_mode & 0o777 == 0o600
    database = Database(Settings().database)
    with database.read() as session:
        assert authenticate(session, path.read_text().strip()).scopes == frozenset(Scope)
    database.close()


@pytest.mark.usefixtures("demo_pictures")
def test_a_second_demo_changes_nothing_and_keeps_the_key(run: Run, home: Path) -> None:
    first = run("demo")
    key = (home / "api-key").read_bytes()
    database = Database(Settings().database)
    before = counts(database)
    second = run("demo")
    assert second.output == first.output
    assert counts(database) == before
    assert (home / "api-key").read_bytes() == key
    database.close()


@pytest.mark.usefixtures("demo_pictures")
def test_a_key_of_another_ledger_is_replaced(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "api-key").write_text("qc_00000000_of-another-ledger\n")
    run("demo")
    assert (home / "api-key").read_text() != "qc_00000000_of-another-ledger\n"


def test_missing_pictures_are_said_in_one_line(run: Run, demo_pictures: Path) -> None:
    (demo_pictures / "rework.jpg").unlink()
    told = run("demo")
    assert isinstance(told.exception, BadInput)
    assert "rework.jpg is missing" in told.exception.detail


def test_the_judged_photos_of_the_ledger_are_a_listing_to_grade_anew(
    run: Run, demo_pictures: Path, tmp_path: Path
) -> None:
    run("demo")
    listing, rows = tmp_path / "photos.txt", tmp_path / "rows.jsonl"
    listing.write_text(run("ledger", "photos").output)
    assert len(set(listing.read_text().split())) == 3
    assert run("regrade", str(listing), "--out", str(rows)).exit_code == 0
    assert [json.loads(line)["photo"] for line in rows.read_text().splitlines()] == listing.read_text().split()
    run("organisation", "create", "others", "Others")
    assert run("ledger", "photos", "--organisation", "others").output == ""
