"""The tiny bundle, written once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from qc.model.bundle import Bundle
from qc.model.grader import Grader
from tests.model.tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny-0.0.1")


@pytest.fixture(scope="session")
def grader(tiny: Bundle) -> Iterator[Grader]:
    with Grader(tiny, threads=2) as grader:
        yield grader
