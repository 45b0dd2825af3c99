"""Real parts that several rooms' tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.parts import seaweed


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Postgres]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[seaweed.Storage]:
    """An S3 server; the AWS_* variables lead to it for the rest of the run."""
    with seaweed.running() as storage, pytest.MonkeyPatch.context() as environment:
        for name, value in storage.environment().items():
            environment.setenv(name, value)
        yield storage
