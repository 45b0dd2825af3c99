"""A registry of two tiny bundles: the second does not know a stain when it sees one."""

from __future__ import annotations

import atexit
import shutil
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from numpy.typing import NDArray

from qc.model.photo import PhotoLimits
from qc.model.registry import Registry
from qc.serving.loaded import LoadedModel
from tests.model.tiny_bundle import CHANNELS, DARK, straw, write_tiny_bundle

FIRST, SECOND = "tiny-0.0.1", "tiny-0.0.2"
BLIND_TO_STAINS = {"channels": {code: {} for code in CHANNELS} | {"STAIN": {"b": -20.0}}, "fitted_on": "none"}

Picture = NDArray[np.uint8]

load = partial(LoadedModel.load, threads=1, limits=PhotoLimits(), check=True)


def good(height: int = 480, width: int = 640) -> Picture:
    """A good straw piece with the grain of a photo: a picture without any would be refused as blurred."""
    return _grained(straw(height, width))


def stained(height: int = 480, width: int = 640) -> Picture:
    """The same with a stain from a third to a half of its width."""
    picture = straw(height, width)
    picture[height // 3 : height // 2, width // 3 : width // 2] = DARK
    return _grained(picture)


def _grained(picture: Picture) -> Picture:
    grain = np.random.default_rng(1).integers(-20, 20, picture.shape)
    return np.asarray((picture.astype(int) + grain).clip(0, 255), np.uint8)


def made_registry(folder: Path) -> Registry:
    """A registry in a folder `models`, in which the first bundle serves and the second waits."""
    shutil.copytree(_made_once(), folder / "models", symlinks=True)
    return Registry(folder / "models")


@cache
def _made_once() -> Path:
    made = Path(mkdtemp(prefix="qc-models-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    registry = Registry(made / "models")
    write_tiny_bundle(made / "first")
    write_tiny_bundle(made / "second", version="0.0.2", calibration=BLIND_TO_STAINS)
    registry.put(made / "first")
    registry.put(made / "second")
    registry.switch(FIRST, by="tester", why="the first", record=None)
    return registry.folder
