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
from training.seeing import look_through
from training.train import build, read_config, restore

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "training" / "configs" / "anyaman-0.1.0.yaml"


def test_a_short_training_lowers_the_loss_and_leaves_the_lower_trunk_alone() -> None:
    config = read_config(CONFIG).model_copy(update={"size": 64})
    network = build(config)
    look = look_through(network.trunk, 64, torch.device("cpu"))
    before = copy.deepcopy(network.trunk.state_dict())
    samples = [checked(n, "STAIN" if n % 2 else None) for n in range(8)]
    data = Pieces(samples, ROOT / "datasets" / "hdri", PreprocessSpec(size=64), length=None)
    image, target = next(iter(DataLoader(data, 8)))
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=2e-3)
    network.train()
    torch.manual_seed(0)
    totals = []
    for _ in range(10):
        total = torch.stack(list(losses(network, *look(image), target, config.loss).values())).sum()
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        totals.append(total.item())
    assert totals[-1] < 0.75 * totals[0]
    after = network.trunk.state_dict()
    lower = ("stem", *(f"blocks.{k}." for k in range(5)))
    assert all(torch.equal(before[k], after[k]) for k in before if k.startswith(lower))
    assert not torch.equal(before["blocks.15._project_conv.weight"], after["blocks.15._project_conv.weight"])


def test_a_frozen_trunk_is_seen_alike_by_both_engines_and_learns_nothing() -> None:
    config = read_config(CONFIG).model_copy(update={"size": 64, "trunk_rate": 0.0})
    trunk = build(config).trunk
    assert not any(p.requires_grad for p in trunk.parameters())
    image = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(4)) * 2 - 1
    seen, known = look_through(trunk, 64, torch.device("cpu"))(image)
    assert known is None
    with torch.inference_mode():
        for got, wanted in zip(seen, trunk.eval()(image), strict=True):
            torch.testing.assert_close(got, wanted, atol=1e-3, rtol=1e-3)


def test_an_untrained_run_cannot_be_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = read_config(CONFIG)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="train first"):
        restore(config)


def test_the_run_folder_names_the_version() -> None:
    config = read_config(CONFIG)
    assert config.folder.name == f"{config.name}-{config.version}"


def test_a_run_may_start_from_another_and_teach_some_parts_only(tmp_path: Path) -> None:
    config = read_config(CONFIG).model_copy(update={"size": 64})
    first = build(config)
    with torch.no_grad():
        first.woven.bias.fill_(3.0)
    torch.save({"model": first.state_dict()}, tmp_path / "last.pt")
    again = build(config.model_copy(update={"seed": 99, "start": tmp_path / "last.pt", "learn": ("trait", "kind")}))
    assert float(again.woven.bias) == 3.0
    learning = {name.split(".")[0] for name, p in again.named_parameters() if p.requires_grad}
    assert learning == {"trait", "kind"}
