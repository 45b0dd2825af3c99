"""Telling an experiment tracker what the plain files say already. MLflow is an extra: without it nothing is missing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol

from qc.errors import BadInput


class Tracker(Protocol):
    """What a run tells."""

    def begin(self, name: str, given: dict[str, Any]) -> None:
        """A run begins, or goes on."""

    def epoch(self, figures: dict[str, Any]) -> None:
        """An epoch's figures."""

    def finish(self, folder: Path) -> None:
        """The run ended well; its record lies in the folder."""


class Nobody(Tracker):
    """Plain files are enough."""

    def begin(self, name: str, given: dict[str, Any]) -> None:
        """Nothing to tell."""

    def epoch(self, figures: dict[str, Any]) -> None:
        """Nothing to tell."""

    def finish(self, folder: Path) -> None:
        """Nothing to tell."""


class Mlflow(Tracker):
    """An MLflow at a tracking URI: a folder, a database or a server.

    Raises:
        BadInput: MLflow is not installed.
    """

    def __init__(self, uri: str) -> None:
        try:
            self._mlflow: Any = importlib.import_module("mlflow")
        except ModuleNotFoundError:
            raise BadInput("the config names an mlflow, which is not installed: pip install -e '.[mlflow]'") from None
        self._mlflow.set_tracking_uri(uri)

    def begin(self, name: str, given: dict[str, Any]) -> None:
        """A run of the experiment of the bundle's name."""
        self._mlflow.set_experiment(name.rpartition("-")[0])
        self._mlflow.start_run(run_name=name)
        self._mlflow.log_params({key: str(value)[:500] for key, value in given.items() if key != "config"})
        self._mlflow.log_params({f"config.{key}": str(value)[:500] for key, value in given["config"].items()})

    def epoch(self, figures: dict[str, Any]) -> None:
        """Every figure as a metric at the epoch's step."""
        numbers = {key: float(value) for key, value in figures.items() if key != "epoch"}
        self._mlflow.log_metrics(numbers, step=figures["epoch"])

    def finish(self, folder: Path) -> None:
        """The plain files as artifacts."""
        self._mlflow.log_artifact(str(folder / "run.json"))
        self._mlflow.log_artifact(str(folder / "metrics.jsonl"))
        self._mlflow.end_run()


def tracker(uri: str | None) -> Tracker:
    """Whom a run tells."""
    return Nobody() if uri is None else Mlflow(uri)
