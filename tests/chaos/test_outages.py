"""Servers that are away, fail or are full: a clear 503, nothing half-written, and work goes on when they are back."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import httpx2 as httpx
import obstore
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, func, make_url, select
from sqlalchemy.engine import Engine

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.ledger.tables import Event, IdempotencyRecord, Inspection, InspectionPhoto, Photo, Piece
from qc.ledger.verify import verify
from qc.settings import Settings
from qc.standards.library import Library
from tests.api.conftest import Service, make_key, seed
from tests.examiner import ColourExaminer
from tests.parts.line import Line, line_to
from tests.parts.seaweed import Storage
from tests.postgres import Postgres

pytestmark = [pytest.mark.real, pytest.mark.chaos]

SECONDS_AWAY = 10.0
ANSWERED_WITHIN = 20.0
"""Seconds until a sender must be told that something is away; the client's own patience is mostly 30."""


@contextmanager
def service_on(folder: Path, database_url: str, photo_store: str) -> Iterator[Service]:
    settings = Settings(home=folder, threads=2, database_url=database_url, photo_store=photo_store)
    database = Database(database_url)
    seed(database)
    station = Station(database, PhotoStore.open(photo_store), Library.load(), ColourExaminer())
    with TestClient(create_app(settings, station), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {make_key(database, 'weavers')}"
        yield Service(client, station, ColourExaminer(), folder)
    station.close()


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        tables: tuple[type[Any], ...] = (Piece, Inspection, InspectionPhoto, Photo, Event, IdempotencyRecord)
        return {t.__name__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def assert_refused_for_now(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["code"]) == (503, "unavailable"), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0


def assert_comes_through(
    service: Service, away: Callable[[], Any], looked_at: Database, number: int = 0, ready: bool = False
) -> None:
    """An inspection is refused while `away`, leaves nothing, and is carried out once when it is over."""
    batch = service.open_batch()
    assert service.inspect(number=500 + number, auto_accept=True).status_code == 201
    before = rows(looked_at)
    key = {"Idempotency-Key": f"k-{number}"}
    with away():
        began = time.monotonic()
        assert_refused_for_now(service.inspect(number=number, headers=key, auto_accept=True))
        assert time.monotonic() - began < ANSWERED_WITHIN
        assert (service.client.get("/readyz").status_code == 200) is ready
        assert service.client.get("/livez").status_code == 200
    assert rows(looked_at) == before, "something was half-written"
    done = service.inspect(number=number, headers=key, auto_accept=True)
    assert (done.status_code, done.json()["piece_state"]) == (201, "in_batch"), done.text
    assert service.client.get("/readyz").status_code == 200
    assert service.client.get(f"/v1/batches/{batch}").json()["lines"][0]["filled"] == 2
    for photo in done.json()["photos"]:
        assert service.client.get(photo["original"]).status_code == 200
    with looked_at.read() as session:
        assert [report.faults for report in verify(session)] == [(), ()]


@pytest.mark.parametrize("how", ["erring", "down"])
def test_a_photo_store_that_fails_or_is_away_costs_nothing_but_time(
    how: str, s3: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line_to(s3.port) as line:
        monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{line.port}")
        url = f"sqlite:///{tmp_path / 'ledger.db'}"
        with service_on(tmp_path, url, s3.address()) as service:
            assert_comes_through(service, getattr(line, how), service.station.database)


def through(line: Line, url: str) -> str:
    return make_url(url).set(port=line.port).render_as_string(hide_password=False)


def test_a_database_that_is_away_costs_nothing_but_time(postgresql: Postgres, tmp_path: Path) -> None:
    url = postgresql.cloned()
    direct = Database(url)
    with (
        line_to(postgresql.port) as line,
        service_on(tmp_path, through(line, url), str(tmp_path / "photos")) as service,
    ):
        assert_comes_through(service, line.down, direct)
        with line.down():
            for path in ("/v1/pieces", "/v1/batches", "/v1/events", "/readyz"):
                assert_refused_for_now(service.client.get(path))
    direct.close()


def test_senders_live_through_ten_seconds_without_a_database(postgresql: Postgres, tmp_path: Path) -> None:
    url = postgresql.cloned()
    direct = Database(url)
    answers: dict[int, list[httpx.Response]] = {number: [] for number in range(4)}

    def send_until_answered(number: int) -> None:
        key = {"Idempotency-Key": f"k-{number}"}
        while not answers[number] or answers[number][-1].status_code == 503:
            time.sleep(0.2)
            answers[number].append(service.inspect(number=100 * number, headers=key, auto_accept=True))

    with (
        line_to(postgresql.port) as line,
        service_on(tmp_path, through(line, url), str(tmp_path / "photos")) as service,
    ):
        batch = service.open_batch()
        with line.down():
            senders = [threading.Thread(target=send_until_answered, args=(number,)) for number in answers]
            for sender in senders:
                sender.start()
            time.sleep(SECONDS_AWAY)
        back = time.monotonic()
        for sender in senders:
            sender.join()
        assert time.monotonic() - back < ANSWERED_WITHIN
        for tried in answers.values():
            assert len(tried) > 2
            assert tried[-1].status_code == 201
            for refused in tried[:-1]:
                assert_refused_for_now(refused)
        assert service.client.get(f"/v1/batches/{batch}").json()["lines"][0]["filled"] == len(answers)
        assert rows(direct)["Inspection"] == len(answers)
    direct.close()


@pytest.mark.parametrize("moment", ["INSERT INTO inspections", "INSERT INTO events"])
def test_a_connection_that_is_cut_within_a_transaction_leaves_nothing_of_it(
    moment: str, postgresql: Postgres, tmp_path: Path
) -> None:
    url = postgresql.cloned()
    direct = Database(url)
    with (
        line_to(postgresql.port) as line,
        service_on(tmp_path, through(line, url), str(tmp_path / "photos")) as service,
    ):

        @contextmanager
        def cut_at_the_moment() -> Iterator[None]:
            def cut(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
                if statement.startswith(moment):
                    line.cut()

            event.listen(Engine, "before_cursor_execute", cut)
            try:
                yield
            finally:
                event.remove(Engine, "before_cursor_execute", cut)

        assert_comes_through(service, cut_at_the_moment, direct, ready=True)
    direct.close()


def test_a_photo_store_that_says_it_is_full_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def full() -> Iterator[None]:
        def refuse(*_: Any, **__: Any) -> NoReturn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patched:
            patched.setattr(obstore, "put", refuse)
            yield

    with service_on(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}", str(tmp_path / "photos")) as service:
        assert_comes_through(service, full, service.station.database, ready=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system needs root; the tests beside this one stand in for it")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """No byte is free while the block runs."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


def test_a_full_disk_of_the_photos_costs_nothing_but_time(small_disk: Path, tmp_path: Path) -> None:
    photos = small_disk / "photos"
    with service_on(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}", str(photos)) as service:
        assert_comes_through(service, lambda: filled(small_disk), service.station.database, ready=True)
        names = [path.name for path in photos.rglob("*") if path.is_file()]
        assert {len(name) for name in names} == {64}, "parts of photos were left behind"


def test_a_full_disk_of_the_ledger_costs_nothing_but_time(small_disk: Path, tmp_path: Path) -> None:
    with service_on(tmp_path, f"sqlite:///{small_disk / 'ledger.db'}", str(tmp_path / "photos")) as service:
        assert_comes_through(service, lambda: filled(small_disk), service.station.database, ready=True)
