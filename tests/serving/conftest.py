"""A registry of models, and a ledger of two organisations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qc.ledger.database import Database
from qc.model.registry import Registry
from qc.settings import Settings
from tests.api.conftest import seed
from tests.serving.models import made_registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return made_registry(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(Settings(home=tmp_path).database)
    seed(opened)
    yield opened
    opened.close()
