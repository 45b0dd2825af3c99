"""Several processes that share each batch learn what one learns from the whole of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qc.errors import BadInput
from tests.training.together import ROOT, see_that_both_learnt_the_same, written_run
from training.train import read_config, train
from training.workers import Workers


@pytest.mark.real
def test_two_processes_learn_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written_run(tmp_path)
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    monkeypatch.chdir(alone)
    train(read_config(path))
    command = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    subprocess.run(
        (*command, "-m", "training.train", str(path)),
        cwd=together, env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}, check=True,
        capture_output=True, timeout=240,
    )  # fmt: skip
    see_that_both_learnt_the_same(alone, together)


def test_every_draw_is_one_workers_and_a_batch_holds_the_same_draws() -> None:
    shares = [list(Workers(rank, 3).share(12)) for rank in range(3)]
    assert sorted(draw for share in shares for draw in share) == list(range(12))
    assert {draw for share in shares for draw in share[: Workers(0, 3).part(6)]} == set(range(6))


def test_a_batch_that_cannot_be_dealt_out_is_refused() -> None:
    with pytest.raises(BadInput, match="a batch of 16 cannot be dealt out to 3 workers"):
        Workers(0, 3).part(16)
