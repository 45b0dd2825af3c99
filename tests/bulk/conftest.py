"""The tiny bundle, a folder of photos, and how they are graded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qc.bulk.references import PhotoRef, listed_photos
from qc.bulk.shard import Grading
from qc.model.bundle import Bundle
from qc.settings import Settings
from qc.standards.library import Library
from tests.model.pictures import encode
from tests.model.tiny_bundle import DARK, straw, write_tiny_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny-0.0.1")


@pytest.fixture(scope="session")
def grading(bundle: Bundle) -> Grading:
    return Grading.by(bundle, Library.load().named("woven-general"), Settings())


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve photos, every third one stained, of which the sixth is none."""
    place = tmp_path_factory.mktemp("photos")
    grain = np.random.default_rng(0).integers(-12, 13, (192, 256, 1))  # a picture without any is out of focus
    stained = straw(192, 256)
    stained[64:112, 80:144] = DARK
    for k in range(12):
        picture = (stained if k % 3 == 0 else straw(192, 256)) + grain
        data = b"none" if k == 5 else encode(np.clip(picture, 0, 255).astype(np.uint8))
        (place / f"{k:02}.jpg").write_bytes(data)
    return place


@pytest.fixture(scope="session")
def photos(folder: Path) -> list[PhotoRef]:
    return listed_photos(folder)
