"""A short training lowers the loss, touches only what may change, and goes on where it was stopped."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from qc.model.preprocess import PreprocessSpec
from tests.training.samples import checked
from training.dataset import Pieces
from training.losses import losses
from training.train import build, read_config, restore

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "training" / "configs" / "anyaman-0.1.0.yaml"


def test_a_short_training_lowers_the_loss_and_leaves_the_lower_trunk_alone() -> None:
    config = read_config(CONFIG).model_copy(update={"size": 64})
    network = build(config)
    teacher = copy.deepcopy(network.trunk).requires_grad_(False).eval()
    before = copy.deepcopy(network.trunk.state_dict())
    samples = [checked(n, "STAIN" if n % 2 else None) for n in range(8)]
    data = Pieces(samples, ROOT / "datasets" / "hdri", PreprocessSpec(size=64), length=None)
    image, target = next(iter(DataLoader(data, 8)))
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=2e-3)
    network.train()
    torch.manual_seed(0)
    totals = []
    for _ in range(10):
        total = torch.stack(list(losses(network, teacher, image, target, config.loss).values())).sum()
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        totals.append(total.item())
    assert totals[-1] < 0.75 * totals[0]
    after = network.trunk.state_dict()
    lower = ("stem", *(f"blocks.{k}." for k in range(5)))
    assert all(torch.equal(before[k], after[k]) for k in before if k.startswith(lower))
    assert not torch.equal(before["blocks.15._project_conv.weight"], after["blocks.15._project_conv.weight"])


def test_an_untrained_run_cannot_be_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = read_config(CONFIG)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="train first"):
        restore(config)


def test_the_run_folder_names_the_version() -> None:
    config = read_config(CONFIG)
    assert config.folder.name == f"{config.name}-{config.version}"
