"""Requests made up from the OpenAPI document: the answer is one that the document names, and never a 5xx."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.settings import Settings
from qc.standards.library import Library
from tests.api.conftest import make_key, seed
from tests.examiner import ColourExaminer
from tests.parts.ports import free_port

pytestmark = pytest.mark.real

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URL and key of a live service with a batch in it."""
    home = tmp_path_factory.mktemp("served")
    own = Settings(home=home, threads=2, model_bundle=home / "none")  # the examiner below has no bundle to hand out
    database = Database(own.database)
    seed(database)
    station = Station(database, PhotoStore.open(home / "photos"), Library.load(), ColourExaminer())
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(own, station), port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}", make_key(database, "weavers")
    server.should_exit = True
    thread.join(30)
    station.close()


schema = schemathesis.openapi.from_dict(create_app().openapi())


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_service_answers_as_its_document_says(case: Any, served: tuple[str, str]) -> None:
    case.call_and_validate(
        base_url=served[0], headers={"Authorization": f"Bearer {served[1]}"}, checks=CHECKS, timeout=30
    )
