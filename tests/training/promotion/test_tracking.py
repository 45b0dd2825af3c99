"""MLflow hears what the plain files say; without it nothing is missing, and it is imported only when it is named."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qc.errors import BadInput
from training.promotion.tracking import Nobody, tracker


def test_mlflow_is_told_settings_figures_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []
    fake = ModuleType("mlflow")
    for name in (
        "set_tracking_uri",
        "set_experiment",
        "start_run",
        "log_params",
        "log_metrics",
        "log_artifact",
        "end_run",
    ):
        setattr(fake, name, lambda *args, _name=name, **kwargs: told.append((_name, *args, *kwargs.values())))
    monkeypatch.setitem(sys.modules, "mlflow", fake)
    heard = tracker("sqlite:///runs.db")
    heard.begin("anyaman-0.3.0", {"seed": 4, "config": {"epochs": 2}})
    heard.epoch({"epoch": 1, "defects": 0.5})
    heard.finish(tmp_path)
    assert ("set_tracking_uri", "sqlite:///runs.db") in told
    assert ("set_experiment", "anyaman") in told
    assert ("log_params", {"config.epochs": "2"}) in told
    assert ("log_metrics", {"defects": 0.5}, 1) in told
    assert ("log_artifact", str(tmp_path / "run.json")) in told
    assert told[-1] == ("end_run",)


def test_without_mlflow_a_run_that_names_it_says_so_and_others_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(BadInput, match="mlflow"):
        tracker("folder")
    assert isinstance(tracker(None), Nobody)
