"""Two workers that Ray Train starts learn what one process does, and their errors are the ones that it raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc.errors import BadInput
from tests.training.ray.conftest import WITH_RAY
from tests.training.together import see_that_both_learnt_the_same, written_run
from training.train import read_config, train

pytestmark = WITH_RAY


def test_two_workers_learn_what_one_process_does(cores: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.ray.together import train_together

    config = read_config(written_run(tmp_path))
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    monkeypatch.chdir(alone)
    train(config)
    monkeypatch.chdir(together)
    train_together(config, workers=2)
    see_that_both_learnt_the_same(alone, together)


def test_an_error_of_a_worker_is_told_as_it_is_here(
    cores: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.ray.together import train_together

    monkeypatch.chdir(tmp_path)
    config = read_config(written_run(tmp_path)).model_copy(update={"batch": 3})
    with pytest.raises(BadInput, match="a batch of 3 cannot be dealt out to 2 workers; make it a multiple") as told:
        train_together(config, workers=2)
    assert type(told.value) is BadInput


def test_more_workers_than_the_cluster_holds_are_refused_at_once(cores: None, tmp_path: Path) -> None:
    from training.ray.together import train_together

    config = read_config(written_run(tmp_path))
    with pytest.raises(BadInput, match="4 workers need a CPU each and the cluster has 3"):
        train_together(config, workers=4)
    with pytest.raises(BadInput, match="1 workers need a GPU each and the cluster has 0"):
        train_together(config, workers=1, gpu=True)
