"""A real service under load: a promotion and a rollback drop no request, and every answer names the model it is of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from qc.ledger.database import Database
from qc.model.registry import Registry
from qc.settings import Settings
from tests.api.conftest import make_key, seed
from tests.model.pictures import encode
from tests.parts.ports import free_port
from tests.serving.models import FIRST, SECOND, good, made_registry, stained

pytestmark = pytest.mark.real

CLIENTS = 4
EACH = 12
"""Answers of a model that are waited for before the next change."""


class Served:
    """The service as a process, and clients that send one inspection after another until told to stop."""

    def __init__(self, home: Path, registry: Registry) -> None:
        self.port = free_port()
        database = Database(Settings(home=home).database)
        seed(database)
        self.headers = {"Authorization": f"Bearer {make_key(database, 'weavers')}"}
        database.close()
        self.log = home / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qc", "serve"],
                env=os.environ | {
                    "QC_HOME": str(home), "QC_PORT": str(self.port), "QC_MODELS": str(registry.folder),
                    "QC_MODEL_POLL_S": "0.05", "QC_THREADS": "2", "QC_METRICS_TOKEN": "operators-own-token-1",
                },
                stdout=log,
                stderr=log,
            )  # fmt: skip
        self.answers: list[tuple[str, str, str]] = []  # inspection, model, status
        self.faults: list[str] = []
        self._over = threading.Event()
        self._clients = [threading.Thread(target=self._send, args=(number,)) for number in range(CLIENTS)]

    def begin(self) -> None:
        until = time.monotonic() + 120
        while True:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, "the service did not come up"
            try:
                if self.get("/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        for client in self._clients:
            client.start()

    def get(self, path: str, token: str | None = None) -> httpx.Response:
        headers = self.headers if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=60)

    def _send(self, number: int) -> None:
        photo = encode(good() if number % 2 else stained())
        with httpx.Client(headers=self.headers, timeout=60, base_url=f"http://127.0.0.1:{self.port}") as client:
            while not self._over.is_set():
                try:
                    response = client.post(
                        "/v1/inspections",
                        files=[("photos", ("photo.jpg", photo, "image/jpeg"))],
                        data={"inspection": json.dumps({"standard": "woven-general"})},
                    )
                except httpx.TransportError as error:
                    self.faults.append(f"{type(error).__name__}: {error}")
                    return
                if response.status_code != 201:
                    self.faults.append(response.text)
                    return
                answer = response.json()
                self.answers.append((answer["id"], answer["verdict"]["model"], answer["verdict"]["status"]))

    def answered_by(self, model: str, more: int) -> None:
        """Wait until a model has given so many more answers than by now."""
        had, end = self.counts()[model], time.monotonic() + 120
        while self.counts()[model] < had + more:
            assert self.faults == []
            assert time.monotonic() < end, f"{model} gave {self.counts()}"
            time.sleep(0.02)

    def counts(self) -> Counter[str]:
        return Counter(model for _, model, _ in list(self.answers))

    def end(self) -> None:
        self._over.set()
        for client in self._clients:
            if client.ident is not None:
                client.join()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Served, Registry]]:
    registry = made_registry(tmp_path)
    made = Served(tmp_path, registry)
    yield made, registry
    made.end()
    made.process.kill()
    made.process.wait()


def test_promotion_and_rollback_under_load_drop_no_request_and_every_answer_names_its_model(
    served: tuple[Served, Registry],
) -> None:
    service, registry = served
    service.begin()
    service.answered_by(FIRST, EACH)
    registry.set_challenger(SECOND, by="tester", why="compare")
    service.answered_by(FIRST, EACH)
    registry.switch(SECOND, by="tester", why="better", record=None)
    service.answered_by(SECOND, EACH)
    registry.roll_back(by="tester", why="worse")
    back = len(service.answers)
    service.answered_by(FIRST, EACH)
    service.end()

    assert service.faults == []
    assert set(service.counts()) == {FIRST, SECOND}
    # A stain tells the two apart: what an answer says is what its model says.
    seen = {(model, status) for _, model, status in service.answers}
    assert seen == {(FIRST, "graded"), (SECOND, "graded"), (SECOND, "referred")}
    given = [model for _, model, _ in service.answers]
    promoted = given[given.index(SECOND) : back]
    assert promoted.count(FIRST) <= CLIENTS, "each client had at most one request in flight when the model changed"
    rolled_back = given[given.index(FIRST, back) :]
    assert rolled_back.count(SECOND) <= CLIENTS
    for inspection, model, _ in (service.answers[0], service.answers[back]):
        assert service.get(f"/v1/inspections/{inspection}/evidence").json()["model"] == model
    shown: dict[str, Any] = service.get("/v1/models").json()
    assert (shown["serving"]["model"], shown["refused"], shown["promotion"]["action"]) == (FIRST, None, "rollback")
    events = [event for event in pages(service) if event["type"] == "model.promoted"]
    assert [event["data"]["model"] for event in events][-2:] == [SECOND, FIRST]

    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(60) == 0
    assert "Traceback" not in service.log.read_text()


def pages(service: Served) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        page = service.get(f"/v1/events?after={after}&limit=200").json()
        yield from page["items"]
        if not page["items"]:
            return
        after = page["next"]
