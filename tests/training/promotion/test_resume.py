"""A run that is killed in the middle goes on as if it had not been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import yaml
from rich.progress import Progress
from torch import Tensor

from qc.errors import BadInput
from qc.model.bundle import Bundle
from tests.training.promotion.planted import HDRI, ROOT
from training.promotion.config import RunConfig, read_run_config
from training.promotion.fine_tune import learning, teach
from training.promotion.record import RunRecord
from training.promotion.tracking import Nobody
from training.promotion.weights import network_of

RUN = "import sys; from pathlib import Path; from training.promotion.config import read_run_config; "
RUN += "from training.promotion.fine_tune import run; run(read_run_config(Path(sys.argv[1])))"


def config(tmp_path: Path, name: str, released: Bundle) -> Path:
    path = tmp_path / f"{name}.yaml"
    made = {"rendered": [str(ROOT / "datasets" / "rendered-0.2")], "hdri": str(HDRI), "surfaces": {"train": 0}}
    path.write_text(
        yaml.safe_dump(
            {
                "name": name, "version": "0.0.1", "start": str(released.path), "made": made, "window": 96,
                "learn": ["defects", "last"], "epochs": 200, "draws": 16, "batch": 8, "fresh": 0.5,
                "runs": str(tmp_path / "runs"),
            }
        )
    )  # fmt: skip
    return path


def taught(path: Path, released: Bundle, epochs: int) -> tuple[RunConfig, dict[str, Tensor]]:
    whole = read_run_config(path)
    network = learning(network_of(released), whole.learn)

    class Stopped(Exception):  # noqa: N818
        pass

    class Stop(Nobody):
        def epoch(self, figures: dict[str, object]) -> None:
            if figures["epoch"] == epochs:
                raise Stopped

    whole.folder.mkdir(parents=True, exist_ok=True)
    with Progress(disable=True) as bars, pytest.raises(Stopped):
        teach(network, whole, released, RunRecord(whole.folder), Stop(), bars, beside=False)
    return whole, {k: v.detach().clone() for k, v in network.state_dict().items() if k.startswith(("defects", "last"))}


def test_a_run_killed_in_the_middle_ends_as_one_that_was_not(tmp_path: Path, released: Bundle) -> None:
    path = config(tmp_path, "killed", released)
    metrics = read_run_config(path).folder / "metrics.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", RUN, str(path)], cwd=tmp_path, env=environment)
    try:
        while not (metrics.exists() and len(metrics.read_text().splitlines()) >= 3):
            assert process.poll() is None, "the run ended before it could be killed"
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = len(RunRecord(metrics.parent).metrics())
    assert 3 <= done < 200
    _, resumed = taught(path, released, done + 2)
    whole, straight = taught(config(tmp_path, "straight", released), released, done + 2)
    figures = [
        [{k: v for k, v in line.items() if k not in ("seconds", "waited", "images_per_second")} for line in lines]
        for lines in (RunRecord(metrics.parent).metrics(), RunRecord(whole.folder).metrics())
    ]
    assert [line["epoch"] for line in figures[0]] == list(range(done + 3))
    for one, other in zip(*figures, strict=True):
        assert one == pytest.approx(other, abs=2e-4)
    for name, value in straight.items():
        torch.testing.assert_close(resumed[name], value, atol=1e-4, rtol=1e-3)


def test_what_may_learn_is_named_and_never_the_trunk(released: Bundle) -> None:
    network = learning(network_of(released), ("defects",))
    assert {n for n, p in network.named_parameters() if p.requires_grad} == {"defects.weight", "defects.bias"}
    for odd in ("trunk", "known", "tail"):
        with pytest.raises(BadInput, match="parts that can learn"):
            learning(network, (odd,))
