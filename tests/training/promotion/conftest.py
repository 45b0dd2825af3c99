"""The rendered pieces, read once: decoding them takes longer than most of what is done with them here."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from qc.model.bundle import Bundle
from tests.training.promotion.planted import ROOT
from training.render.load import load_shards


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    once = functools.cache(lambda folder: list(load_shards(folder)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("training.dataset.load_shards", once)
        yield


@pytest.fixture(scope="session")
def released() -> Bundle:
    return Bundle.load(ROOT / "models" / "current")
