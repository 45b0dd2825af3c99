"""The command line with a home of its own, a tiny real model, and three pictures that it grades as the demo's are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from qc.cli import app
from qc.commands import demo
from qc.errors import QcError
from tests.model.pictures import encode
from tests.model.tiny_bundle import DARK, WHITE, straw

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QC_MODEL_BUNDLE", str(tiny_bundle))
    for name in ("QC_DATABASE_URL", "QC_PHOTO_STORE", "QC_STANDARDS", "QC_PORT", "QC_HOST"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
def demo_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good straw piece, a stained one, and a blue nothing."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    stained = straw(480, 640)
    stained[160:280, 200:360] = DARK
    nothing = np.full((480, 640, 3), WHITE, np.uint8)
    nothing[..., 0] = 120
    for name, picture in (("a", straw(480, 640)), ("rework", stained), ("retake", nothing)):
        rng = np.random.default_rng(1)
        (folder / f"{name}.jpg").write_bytes(
            encode((picture.astype(int) + rng.integers(-20, 20, picture.shape)).clip(0, 255).astype(np.uint8))
        )
    (folder / "demo-basket.yaml").write_bytes((demo.FOLDER / "demo-basket.yaml").read_bytes())
    monkeypatch.setattr(demo, "FOLDER", folder)
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*words: str, input: str | None = None) -> Result:
        """One command, with what is typed into it; an error of ours stays in `result.exception`."""
        result = CliRunner().invoke(app, list(words), input)
        if result.exception is not None and not isinstance(result.exception, SystemExit | QcError):
            raise result.exception
        return result

    return invoke
