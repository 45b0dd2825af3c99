"""Kill -9 under load: no answered inspection is lost, none is doubled, and every count agrees afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from qc.commands.demo import FOLDER
from qc.ledger.accounts import organisation_called
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.photos import PhotoStore
from qc.ledger.states import PieceState
from qc.ledger.tables import Batch, BatchPiece, Inspection, InspectionPhoto, Piece
from qc.ledger.verify import verify
from qc.settings import Settings
from tests.api.conftest import make_key, seed
from tests.ledger.conftest import caller_of
from tests.pictures import GOOD, jpeg
from tests.postgres import free_port

pytestmark = pytest.mark.real

CLIENTS = 4
KILLS = 3
ANSWERS_BETWEEN = 6
LONGEST_WAIT = 8.0
SKU = "DEMO-WB-01"
CHECKS = {"moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass"}


class Replica:
    """The service as a process that is killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.api.kill_server", str(self.home), str(self.port)], stdout=subprocess.DEVNULL
        )

    def wait(self) -> None:
        for _ in range(600):
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the service did not come up")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.process = self._start()


class Phone(threading.Thread):
    """Sends one piece after another, each again and again until it is answered."""

    def __init__(self, number: int, port: int, key: str, stop: threading.Event) -> None:
        super().__init__()
        self.number, self.port, self.stop = number, port, stop
        self.headers = {"Authorization": f"Bearer {key}"}
        self.answered: dict[UUID, dict[str, object]] = {}
        self.cut = 0
        self.refused: list[str] = []

    def run(self) -> None:
        url = f"http://127.0.0.1:{self.port}/v1/inspections"
        count = 0
        while not self.stop.is_set():
            piece_id = uuid7()
            photo = jpeg(GOOD, self.number * 100_000 + count)
            count += 1
            self.send(url, piece_id, photo)

    def send(self, url: str, piece_id: UUID, photo: bytes) -> None:
        described = {"piece_id": str(piece_id), "sku": SKU, "checks": CHECKS, "auto_accept": True}
        headers = self.headers | ({"Idempotency-Key": str(piece_id)} if self.number % 2 else {})
        while True:
            try:
                answer = httpx.post(
                    url,
                    files={"photos": ("p.jpg", photo, "image/jpeg")},
                    data={"inspection": json.dumps(described)},
                    headers=headers,
                    timeout=20,
                )
            except httpx.TransportError:
                self.cut += 1
                if self.stop.is_set():
                    return
                time.sleep(0.1)
                continue
            if answer.status_code in {200, 201}:
                self.answered[piece_id] = answer.json()
                return
            if answer.status_code not in {409, 503}:
                self.refused.append(answer.text)
                return
            time.sleep(0.1)


def wait_for_answers(phones: list[Phone], more: int) -> None:
    """Until so many more inspections were answered, and requests are on their way."""
    before, began = sum(len(phone.answered) for phone in phones), time.monotonic()
    while sum(len(phone.answered) for phone in phones) < before + more and time.monotonic() - began < LONGEST_WAIT:
        time.sleep(0.02)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    database = Database(Settings(home=tmp_path).database)
    seed(database)
    with database.write() as session:
        caller = caller_of(organisation_called(session, "weavers").id)
        open_batch(session, caller, "B-1", [NewBatchLine(SKU, 7)])
        open_batch(session, caller, "B-2", [NewBatchLine(SKU, 100_000)])
    database.close()
    (tmp_path / "standards").mkdir()
    shutil.copy(FOLDER / "demo-basket.yaml", tmp_path / "standards")
    started = Replica(tmp_path)
    yield started
    started.kill()


def test_no_answered_inspection_is_lost_and_none_is_doubled(replica: Replica, tmp_path: Path) -> None:
    database = Database(Settings(home=tmp_path).database)
    key = make_key(database, "weavers")
    replica.wait()
    stop = threading.Event()
    phones = [Phone(number, replica.port, key, stop) for number in range(CLIENTS)]
    for phone in phones:
        phone.start()
    for _ in range(KILLS):
        wait_for_answers(phones, ANSWERS_BETWEEN)
        replica.kill()
        replica.restart()
        replica.wait()
    wait_for_answers(phones, ANSWERS_BETWEEN)
    stop.set()
    for phone in phones:
        phone.join(60)
    answered = {piece: answer for phone in phones for piece, answer in phone.answered.items()}
    assert [refusal for phone in phones for refusal in phone.refused] == []
    assert sum(phone.cut for phone in phones) > 0, "no request was cut off: nothing was tried"
    assert len(answered) > 10

    with database.read() as session:
        counted = select(Inspection.piece_id, func.count()).group_by(Inspection.piece_id)
        inspections = {piece: count for piece, count in session.execute(counted)}  # noqa: C416
        placed = session.scalars(select(BatchPiece.piece_id)).all()
        assert answered.keys() <= inspections.keys()
        assert set(inspections.values()) == {1}
        assert len(placed) == len(set(placed))
        assert set(placed) == set(inspections), "accepted and packed are one transaction"
        assert {str(x.id) for x in session.scalars(select(Inspection))} >= {x["id"] for x in answered.values()}
        assert set(session.scalars(select(Piece.state))) == {PieceState.IN_BATCH}
        for batch in session.scalars(select(Batch)):
            positions = session.scalars(
                select(BatchPiece.position).where(BatchPiece.batch_id == batch.id).order_by(BatchPiece.position)
            ).all()
            assert list(positions) == list(range(1, batch.lines[0].filled + 1))
        assert [report.faults for report in verify(session)] == [(), ()]
        photos = PhotoStore.open(tmp_path / "photos")
        for photo in session.scalars(select(InspectionPhoto)):
            for name in (photo.original_sha256, photo.judged_sha256, photo.marked_sha256):
                photos.get(name)
    database.close()
