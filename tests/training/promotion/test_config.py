"""One readable file describes a run; what cannot be used is told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc.errors import BadInput
from tests.training.promotion.planted import ROOT
from training.promotion.config import read_run_config
from training.promotion.record import RunRecord, alone

MADE = f"made: {{rendered: [{ROOT}/datasets/rendered-0.2], hdri: {ROOT}/datasets/hdri}}\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(text)
    return path


def test_the_example_is_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert read_run_config(ROOT / "training" / "configs" / "finetune.yaml").folder.parent == Path("build/runs")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1.0.0\n" + MADE + "epoch: 3\n", "line 3: there is no setting epoch; did you mean epochs?"),
        ("version: 1.0.0\n" + MADE + "epochs: 0\n", "line 3: epochs: Input should be greater than or equal to 1"),
        (
            "version: 1.0.0\nmade:\n  rendered: []\n  emty: 1\n",
            "line 4: there is no setting made.emty; did you mean empty?",
        ),
        ("version: 1.0.0\n" + MADE + "snapshots:\n- nowhere\n", "line 4: snapshots.0 is nowhere, which is no folder"),
        (MADE, "line 1: the setting version is missing"),
        ("version: [\n", "line 2: expected the node content"),
        ("[]\n", "line 1: got list, wanted a mapping"),
    ],
)
def test_what_cannot_be_used_is_told_with_file_and_line(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    path = written(tmp_path, text)
    with pytest.raises(BadInput) as refused:
        read_run_config(path)
    assert refused.value.detail.startswith(f"{path}, ")
    assert told in refused.value.detail


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml cannot be read"):
        read_run_config(tmp_path / "none.yaml")


def test_a_folder_holds_one_run_by_one_process(tmp_path: Path) -> None:
    record = RunRecord(tmp_path)
    record.begin({"seed": 1, "code_revision": "a"})
    record.begin({"seed": 1, "code_revision": "b"})  # the code moved on: no reason to lose the work
    with pytest.raises(Exception, match="another seed"):
        record.begin({"seed": 2, "code_revision": "a"})
    with alone(tmp_path), pytest.raises(Exception, match="another process"), alone(tmp_path):
        pass


def test_figures_of_an_epoch_that_was_killed_are_replaced(tmp_path: Path) -> None:
    record = RunRecord(tmp_path)
    for epoch, loss in ((0, 3.0), (1, 2.0), (2, 1.5), (1, 2.1)):
        record.epoch({"epoch": epoch, "loss": loss})
    assert record.metrics() == [{"epoch": 0, "loss": 3.0}, {"epoch": 1, "loss": 2.1}]
