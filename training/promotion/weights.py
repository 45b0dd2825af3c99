"""The network of a released bundle, ready to learn on, and back: every weight is read from its model.onnx.

A bundle outlives the run that made it, so it is where a fine-tuning starts. Batch normalisation comes folded into the
convolution before it; it is left with nothing to do but add the bias. What fine-tuning taught goes back into a copy of
the same graph: the trunk, which learns nothing, keeps its very bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from qc.errors import BadBundle
from qc.model.bundle import Bundle
from training.labels import KINDS, MATERIALS
from training.network import Network
from training.promotion.graph import Graph
from training.sample import CHANNELS

_FOLDED = {
    "stem": "stem_norm",
    "_expand_conv": "_bn0",
    "_depthwise_conv": "_bn1",
    "_project_conv": "_bn2",
    "widen": "norm",
}
"""Which normalisation was folded into a convolution, by the last part of their names."""


def network_of(bundle: Bundle) -> Network:
    """The bundle's network in torch, in evaluation mode; its decisions are those of model.onnx.

    Raises:
        BadBundle: The bundle's labels or layers are not those of this code's network; train anew instead.
    """
    labels = bundle.spec.labels
    for what, got, wanted in (
        ("kinds", labels.kinds, KINDS),
        ("materials", labels.materials, MATERIALS),
        ("channels", labels.channels, CHANNELS),
    ):
        if tuple(got) != tuple(wanted):
            raise BadBundle(f"{bundle.spec.title} names {what} {list(got)}, training {list(wanted)}; train anew")
    network = Network(bundle.spec.preprocess.size, len(KINDS), len(MATERIALS), len(CHANNELS))
    graph = Graph(bundle)
    own = network.state_dict()
    found = {name: torch.from_numpy(graph.value(constant)) for name, constant in _heads(network, graph)}
    found.update(_folded(network, graph))
    for name in own:
        if name.endswith("num_batches_tracked"):
            continue
        if name not in found:
            raise BadBundle(f"{bundle.spec.title} has no {name}, which the network of this code has; train anew")
        if found[name].numel() != own[name].numel():
            got_shape, shape = list(found[name].shape), list(own[name].shape)
            raise BadBundle(f"{bundle.spec.title} has {name} of {got_shape}, wanted {shape}; train anew")
        found[name] = found[name].reshape(own[name].shape)
    network.load_state_dict(found, strict=False)
    return network.eval()


def write_taught(network: Network, bundle: Bundle, path: Path) -> None:
    """Write the bundle's graph with the heads of a network taught on it; the trunk must not have learnt."""
    graph = Graph(bundle)
    state = network.state_dict()
    for name, constant in list(_heads(network, graph)):
        graph.replace(constant, state[name].numpy())
    onnx.save(graph.model, path)


def _heads(network: Network, graph: Graph) -> Iterator[tuple[str, str]]:
    """Names of the heads' parameters, each with the name of its constant in the graph."""
    for name, module in network.named_modules():
        if name.startswith("trunk.") or name == "known.widen":
            continue
        if isinstance(module, nn.Conv2d | nn.Linear):
            yield f"{name}.weight", f"{name}.weight"
            if (bias := graph.bias_of(name)) is not None:
                yield f"{name}.bias", bias
        elif isinstance(module, nn.LayerNorm):
            yield from ((f"{name}.{part}", f"{name}.{part}") for part in ("weight", "bias"))
        elif isinstance(module, nn.GroupNorm):
            owner, _, last = name.rpartition(".")
            scale, offset = graph.norm_after(f"{owner}.{int(last) - 1}")
            yield f"{name}.weight", scale
            yield f"{name}.bias", offset


def _folded(network: Network, graph: Graph) -> dict[str, Tensor]:
    """The convolutions with a folded batch normalisation, and those normalisations, which only add from now on."""
    found: dict[str, Tensor] = {}
    modules = dict(network.named_modules())
    for name, module in modules.items():
        owner, _, last = name.rpartition(".")
        if not isinstance(module, nn.Conv2d) or last not in _FOLDED:
            continue
        norm = modules[f"{owner}.{_FOLDED[last]}"]
        assert isinstance(norm, nn.BatchNorm2d)
        bias, width, place = graph.bias_of(name), norm.num_features, f"{owner}.{_FOLDED[last]}"
        found |= {
            f"{name}.weight": torch.from_numpy(graph.value(f"{name}.weight")),
            f"{place}.weight": torch.ones(width),
            f"{place}.bias": torch.zeros(width) if bias is None else torch.from_numpy(graph.value(bias)),
            f"{place}.running_mean": torch.zeros(width),
            f"{place}.running_var": torch.ones(width) - norm.eps,
        }
    return found
