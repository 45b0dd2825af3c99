"""The exported graph says what the network says, and a graph that does not is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qc.errors import BadBundle
from tests.training.samples import checked
from training.card import card, with_scores
from training.export import hold_alike, spread, write_onnx
from training.labels import KINDS, MATERIALS
from training.network import Network
from training.sample import CHANNELS
from training.train import read_config

CONFIG = Path(__file__).resolve().parents[2] / "training" / "configs" / "anyaman-0.1.0.yaml"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_graph_agrees_with_its_network_and_not_with_another(tmp_path: Path) -> None:
    config = read_config(CONFIG).model_copy(update={"size": 64})
    torch.manual_seed(0)
    network = Network(64, len(KINDS), len(MATERIALS), len(CHANNELS)).eval()
    write_onnx(network, 64, tmp_path / "model.onnx")
    pictures = [checked(1, "STAIN").rgb, checked(2).rgb]
    hold_alike(network, tmp_path / "model.onnx", pictures, config)
    with torch.no_grad():
        network.woven.bias.add_(0.5)
    with pytest.raises(BadBundle, match="woven"):
        hold_alike(network, tmp_path / "model.onnx", pictures, config)


def test_centroids_spread_over_all_that_is_known() -> None:
    rng = np.random.default_rng(0)
    corners = np.eye(6, dtype=np.float32)
    cloud = np.repeat(corners, 50, 0) + rng.normal(0, 0.02, (300, 6)).astype(np.float32)
    cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
    chosen = spread(cloud, 6)
    assert sorted((chosen @ corners.T).argmax(1).tolist()) == [0, 1, 2, 3, 4, 5]
    assert len(spread(cloud[:3], 10)) == 3


def test_figures_are_put_between_their_two_lines_of_the_card_and_can_be_replaced() -> None:
    fields = {
        "name": "anyaman", "version": "0.0.0", "preprocess": {"size": 320}, "metrics": {},
        "labels": {"kinds": ["basket"], "materials": ["bamboo"]}, "datasets": [{"samples": 12}],
        "thresholds": {"defect": {"guarantee": "none"}}, "licences": [],
    }  # fmt: skip
    text = card(fields)
    once = with_scores(text, "gate 0.91")
    assert "gate 0.91" in once
    assert "Not measured yet" not in once
    assert with_scores(once, "gate 0.92") == with_scores(text, "gate 0.92")
    with pytest.raises(ValueError, match="scores"):
        with_scores("# a card without the lines", "gate 0.91")
