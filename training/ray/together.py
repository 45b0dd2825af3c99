"""Training by several workers of a cluster: Ray Train starts them; each runs `training.train` as one of the group."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import ray
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer

from qc.errors import BadInput
from training.ray.cluster import own_errors
from training.train import Config, train


def train_together(config: Config, workers: int, gpu: bool = False) -> None:
    """Run, or go on with, a training on several workers; call it while connected to a cluster (`cluster.py`).

    Args:
        config: The run. What it reads and writes lies under the same paths on every machine.
        workers: Processes that share each batch, each on a core of its own.
        gpu: Whether each has a GPU of its own, too.

    Raises:
        BadInput: The cluster is too small, or the batch cannot be dealt out.
        ray.train.TrainingFailedError: A worker or the cluster failed; begun again, the run goes on.
    """
    _see_that_all_fit(workers, "CPU")
    if gpu:
        _see_that_all_fit(workers, "GPU")
    trainer = TorchTrainer(
        _learn,
        train_loop_config={"config": config, "folder": Path.cwd()},
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=gpu),
        run_config=RunConfig(name="ray", storage_path=str(config.folder.resolve())),
    )
    with own_errors():
        trainer.fit()


def _learn(given: dict[str, Any]) -> None:
    os.chdir(given["folder"])  # a run's paths count from where it was begun; Ray starts workers in folders of its own
    train(given["config"])


def _see_that_all_fit(workers: int, kind: str) -> None:
    """Ray would wait for more machines, and say nothing."""
    there = int(ray.cluster_resources().get(kind, 0))  # type: ignore[no-untyped-call]
    if workers > there:
        raise BadInput(f"{workers} workers need a {kind} each and the cluster has {there}; ask for fewer workers")
