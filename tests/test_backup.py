"""Backup and restore, by the steps of docs/deploy.md: what comes back verifies, and what is missing is named."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
import psycopg
import pytest
from obstore.store import ObjectStore, from_url
from typer.testing import CliRunner, Result

from qc.cli import app
from qc.errors import BadRequest, Unavailable
from qc.inspection import PhotoSent, Station
from qc.ledger.accounts import organisation_called
from qc.ledger.backup import copy_embedded
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.standards.evidence import View
from qc.standards.library import Library
from tests.api.conftest import CHECKS, SKU, seed
from tests.examiner import ColourExaminer
from tests.ledger.conftest import caller_of
from tests.parts.seaweed import Storage
from tests.pictures import GOOD, jpeg
from tests.postgres import Postgres, program

VIEWS: tuple[View, ...] = ("top", "inside", "side_1", "side_2", "base")
PIECES = 3
PHOTOS = PIECES * len(VIEWS) * 2  # as judged (which is as it came: these are small) and as marked


@contextmanager
def station_of(database_url: str, photo_store: str) -> Iterator[Station]:
    station = Station(Database(database_url), PhotoStore.open(photo_store), Library.load(), ColourExaminer())
    yield station
    station.close()


def work(database_url: str, photo_store: str) -> None:
    """Accept some pieces into a batch."""
    with station_of(database_url, photo_store) as station:
        seed(station.database)
        with station.database.write() as session:
            caller = caller_of(organisation_called(session, "weavers").id)
            open_batch(session, caller, "B-1", [NewBatchLine(SKU, 100)])
        for number in range(PIECES):
            accept(station, number)


def accept(station: Station, number: int) -> None:
    """Inspect a good piece, which is accepted into the open batch."""
    with station.database.read() as session:
        caller = caller_of(organisation_called(session, "weavers").id)
    sent = [PhotoSent(jpeg(GOOD, 10 * number + n), view) for n, view in enumerate(VIEWS)]
    station.inspect(caller, station.ask(sent, sku=SKU, checks=CHECKS, auto_accept=True))


def verified(monkeypatch: pytest.MonkeyPatch, database_url: str, photo_store: str) -> Result:
    monkeypatch.setenv("QC_DATABASE_URL", database_url)
    monkeypatch.setenv("QC_PHOTO_STORE", photo_store)
    return CliRunner().invoke(app, ["ledger", "verify", "--photos"])


def test_an_embedded_ledger_is_copied_while_it_is_written_to_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, photos = f"sqlite:///{tmp_path / 'home' / 'ledger.db'}", tmp_path / "home" / "photos"
    work(url, str(photos))
    monkeypatch.setenv("QC_DATABASE_URL", url)
    database = Database(url)
    with database.write() as session:  # somebody is writing: the copy waits for nobody
        open_batch(session, caller_of(organisation_called(session, "weavers").id), "B-2", [NewBatchLine(SKU, 1)])
        session.flush()
        copied = CliRunner().invoke(app, ["ledger", "backup", str(tmp_path / "copy" / "ledger.db")])
        assert copied.exit_code == 0, copied.output
    database.close()
    shutil.copytree(photos, tmp_path / "copy" / "photos")
    shutil.rmtree(tmp_path / "home")

    told = verified(monkeypatch, f"sqlite:///{tmp_path / 'copy' / 'ledger.db'}", str(tmp_path / "copy" / "photos"))
    assert (told.exit_code, told.output.count("no faults")) == (0, 3), told.output
    with station_of(f"sqlite:///{tmp_path / 'copy' / 'ledger.db'}", str(tmp_path / "copy" / "photos")) as restored:
        accept(restored, 70)
    (lost,) = list((tmp_path / "copy" / "photos").rglob("*"))[-1:]
    lost.unlink()
    told = verified(monkeypatch, f"sqlite:///{tmp_path / 'copy' / 'ledger.db'}", str(tmp_path / "copy" / "photos"))
    assert told.exit_code == 1
    assert f"photo {lost.name} is in the ledger but not in the photo store" in told.output


@pytest.mark.real
def test_a_ledger_on_postgresql_and_s3_comes_back_from_a_dump_and_a_copy_of_the_store(
    postgresql: Postgres, s3: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, photos, fresh, copy = postgresql.cloned(), s3.address(), postgresql.cloned("template1"), s3.address()
    work(url, photos)
    dump = tmp_path / "ledger.dump"
    for command in (
        ["pg_dump", "--format=custom", f"--file={dump}", url],
        ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={fresh}", str(dump)],
    ):
        subprocess.run([str(program(command[0])), *command[1:]], check=True)
    assert copy_all(bucket(photos), bucket(copy)) == PHOTOS
    with psycopg.connect(url, autocommit=True) as connection:  # the old one is gone: the new one stands alone
        connection.execute("DROP SCHEMA public CASCADE")

    told = verified(monkeypatch, fresh, copy)
    assert (told.exit_code, told.output.count("no faults")) == (0, 3), told.output
    with station_of(fresh, copy) as restored:
        accept(restored, 70)
    assert verified(monkeypatch, fresh, copy).exit_code == 0


def bucket(address: str) -> ObjectStore:
    return from_url(address, client_options={"allow_http": True})


def copy_all(source: ObjectStore, target: ObjectStore) -> int:
    """What `aws s3 sync` does, in the one library that we have."""
    paths = [found["path"] for page in obstore.list(source) for found in page]
    for path in paths:
        obstore.put(target, path, obstore.get(source, path).bytes())
    return len(paths)


def test_a_copy_is_never_written_over_a_file_and_nothing_half_written_remains(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    seed(database)
    (tmp_path / "there.db").write_bytes(b"somebody's")
    with pytest.raises(BadRequest, match="is there already"):
        copy_embedded(database, tmp_path / "there.db")
    assert (tmp_path / "there.db").read_bytes() == b"somebody's"
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="could not be written"):
        copy_embedded(database, tmp_path / "file" / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".part") == []
    database.close()


def test_a_ledger_on_a_server_is_left_to_its_own_program(tmp_path: Path) -> None:
    database = Database("postgresql://qc@127.0.0.1:1/none")
    with pytest.raises(BadRequest, match="pg_dump"):
        copy_embedded(database, tmp_path / "copy.db")
    database.close()
