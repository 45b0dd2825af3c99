"""Torch built from a bundle decides as the bundle, and a graph written from torch decides as torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qc.errors import BadBundle
from qc.model.bundle import Bundle
from training.calibrate import by_graph, by_torch
from training.network import Features, Output
from training.promotion.graph import Graph
from training.promotion.weights import network_of, write_taught


def test_a_network_built_from_a_bundle_says_what_the_bundle_says_and_back_after_learning(
    released: Bundle, tmp_path: Path
) -> None:
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, 320, 320)).astype(np.float32)
    network = network_of(released)
    _hold(by_graph(released.path / "model.onnx")(image), by_torch(network)(image))
    untaught = by_torch(network)(image)
    torch.manual_seed(0)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if not name.startswith(("trunk.", "known.")):
                parameter.add_(0.02 * torch.randn_like(parameter))
    write_taught(network, released, tmp_path / "model.onnx")
    taught = by_torch(network)(image)
    _hold(by_graph(tmp_path / "model.onnx")(image), taught)
    assert np.abs(taught[4] - untaught[4]).max() > 0.1  # it did learn


def test_the_trunk_alone_sees_what_the_network_sees_at_any_size(released: Bundle) -> None:
    trunk, network = Graph(released).trunk(), network_of(released)
    for side in (320, 96):
        image = np.random.default_rng(1).uniform(-1, 1, (1, 3, side, side)).astype(np.float32)
        with torch.inference_mode():
            wanted = network.trunk(torch.from_numpy(image))
        got = trunk.run(None, {"image": image})
        for name, one, other in zip(Features._fields, got, wanted, strict=True):
            np.testing.assert_allclose(one, other.numpy(), atol=1e-3, err_msg=name)


def test_a_bundle_of_another_network_is_refused(released: Bundle) -> None:
    labels = released.spec.labels.model_copy(update={"kinds": ("basket", "hat")})
    other = Bundle(released.path, released.spec.model_copy(update={"labels": labels}), released.centroids)
    with pytest.raises(BadBundle, match="names kinds"):
        network_of(other)
    with pytest.raises(BadBundle, match="no antennae"):
        Graph(released).value("antennae")


def _hold(got: object, wanted: object) -> None:
    assert isinstance(got, list)
    assert isinstance(wanted, list)
    for name, one, other in zip(Output._fields, got, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3, err_msg=name)
