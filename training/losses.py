"""What the network is asked to get right, each with its weight."""

from __future__ import annotations

from typing import NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.labels import UNKNOWN
from training.network import Features, Network

_MEDIUM = 6.0
"""Root of the cells of a defect of medium size, which counts as before."""
_NONE = 1e-6
"""Divides nothing by nothing: below any count of a worker's share."""


class Weights(BaseModel):
    """Weight of each loss."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    defects: float = Field(ge=0, description="Focal cross-entropy of the defect map, by code.")
    place: float = Field(default=0, ge=0, description="The same for any defect at a place, whatever its name.")
    piece: float = Field(ge=0)
    woven: float = Field(ge=0)
    kind: float = Field(ge=0)
    material: float = Field(ge=0)
    defect: float = Field(ge=0, description="Whether the picture shows any defect.")
    remember: float = Field(ge=0, description="Distance of the trunk's features to those of the untouched trunk.")


class Counts(NamedTuple):
    """What each loss of a batch is divided by, scalars. Of a batch that several workers share, the means over them."""

    defects: Tensor  # defects by their size; pictures, where those are more
    place: Tensor
    woven: Tensor  # pictures of something woven
    kind: Tensor  # pictures whose kind is known
    material: Tensor


def counts(target: dict[str, Tensor]) -> Counts:
    """What the losses of a batch are divided by; target as training.labels.Target, batched."""
    wanted = target["defects"]
    return Counts(
        _defects(wanted),
        _defects(wanted.amax(1, keepdim=True)),
        target["woven"].float().sum(),
        (target["kind"] != UNKNOWN).float().sum(),
        (target["material"] != UNKNOWN).float().sum(),
    )


def losses(
    network: Network,
    features: Features,
    known: Features | None,
    target: dict[str, Tensor],
    weights: Weights,
    over: Counts | None = None,
) -> dict[str, Tensor]:
    """All weighted losses of a batch; target as training.labels.Target, batched.

    `known` is what the untouched trunk sees; None where the trunk is frozen: nothing can be forgotten. `over` is what
    they are divided by, where this is one worker's share of a batch; None: the batch is whole.
    """
    over = over or counts(target)
    output = network.heads(features)
    woven = target["woven"].float()
    certain = (target["certain"] * woven[:, None, None])[:, None]
    wanted = target["defects"]
    somewhere = output.defects.logsumexp(1, keepdim=True)
    return {
        "defects": weights.defects * _focal(output.defects, wanted, certain, over.defects),
        "place": weights.place * _focal(somewhere, wanted.amax(1, keepdim=True), certain, over.place),
        "piece": weights.piece * F.binary_cross_entropy_with_logits(output.piece, target["piece"]),
        "woven": weights.woven * F.binary_cross_entropy_with_logits(output.woven, woven),
        "kind": weights.kind * _classes(output.kind, target["kind"], over.kind),
        "material": weights.material * _classes(output.material, target["material"], over.material),
        "defect": weights.defect * _where(output.defect, target["defect"].float(), woven, over.woven),
        "remember": weights.remember * _apart(features, known) if known else output.woven.sum() * 0,
    }


def _focal(
    logits: Tensor, wanted: Tensor, certain: Tensor, over: Tensor, gamma: float = 2.0, share: float = 0.75
) -> Tensor:
    """Focal loss (Lin et al. 2017) of maps [N, C, h, w]: few cells are defective, most are easy.

    A defect counts by the root of its cells: a broken strand has ten, a deformed side five hundred, and a buyer sends
    either back.
    """
    plain = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    easy = (1 - torch.exp(-plain)) ** gamma
    weight = wanted * share * _cells(wanted).rsqrt() * _MEDIUM + (1 - wanted) * (1 - share)
    return (weight * easy * plain * certain).sum() / over.clamp_min(logits.shape[0])


def _cells(wanted: Tensor) -> Tensor:
    """Cells of each defect [N, C, 1, 1], at least 1."""
    return wanted.sum((2, 3), keepdim=True).clamp_min(1)


def _defects(wanted: Tensor) -> Tensor:
    """Defects of a batch, each by the root of its cells, as `_focal` weighs them."""
    return (_cells(wanted).sqrt() * _MEDIUM * wanted.amax((2, 3), keepdim=True)).sum()


def _classes(logits: Tensor, wanted: Tensor, over: Tensor) -> Tensor:
    """Cross-entropy over the pictures whose class is known; 0 where none is."""
    total = F.cross_entropy(logits, wanted, ignore_index=UNKNOWN, label_smoothing=0.05, reduction="sum")
    return total / over.clamp_min(_NONE)


def _where(logits: Tensor, wanted: Tensor, on: Tensor, over: Tensor) -> Tensor:
    loss = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (loss * on).sum() / over.clamp_min(_NONE)


def _apart(features: Features, known: Features) -> Tensor:
    """Mean cosine distance of features to what the untouched trunk sees."""
    pairs = zip(features[1:], known[1:], strict=True)
    return torch.stack([1 - F.cosine_similarity(a, b, dim=1).mean() for a, b in pairs]).mean()
