"""A training small enough to be run whole in a test, alone and by several workers: same pictures, same steps."""

from __future__ import annotations

import json
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from tests.training.samples import checked
from training.render.store import write
from training.splits import split_of

ROOT = Path(__file__).resolve().parents[2]
PICTURES, BATCH, STEPS = 12, 4, 3


def written_run(folder: Path) -> Path:
    """The YAML of a run in `folder`, with the pictures that it learns from. Nothing is dropped out by chance."""
    rendered = folder / "rendered"
    rendered.mkdir(parents=True)
    # Some show nothing woven, of no kind: what a loss is divided by then differs between the workers' shares.
    made = (checked(number, "STAIN" if number % 2 else None, woven=number % 3 > 0) for number in count())
    for sample in islice((sample for sample in made if split_of(sample) == "train"), PICTURES):
        write(rendered, sample)
    config: dict[str, Any] = yaml.safe_load((ROOT / "training/configs/anyaman-0.1.0.yaml").read_text())
    config["loss"]["place"] = 1.0
    config |= {
        "name": "together", "version": "1", "rendered": [str(rendered)], "hdri": str(ROOT / "datasets" / "hdri"),
        "surfaces": {"train": 0}, "size": 64, "window": 64, "epochs": 1, "draws": BATCH * STEPS, "batch": BATCH,
        "workers": 0, "dropout": 0.0,
    }  # fmt: skip
    path = folder / "together.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def see_that_both_learnt_the_same(one: Path, other: Path) -> None:
    """See that the runs begun in two folders ended alike, but for the order in which floats were added."""
    (weights, losses), (others, their_losses) = _outcome(one), _outcome(other)
    assert losses == pytest.approx(their_losses, abs=2e-4)
    assert set(weights) == set(others)
    for name, weight in weights.items():
        torch.testing.assert_close(weight, others[name], rtol=1e-4, atol=1e-5)


def _outcome(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    run = folder / "build" / "runs" / "together-1"
    saved: dict[str, torch.Tensor] = torch.load(run / "last.pt", weights_only=True)["model"]
    line = json.loads((run / "log.jsonl").read_text())
    return saved, {name: value for name, value in line.items() if name != "seconds"}
