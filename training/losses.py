"""What the network is asked to get right, each with its weight."""

from __future__ import annotations

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.labels import UNKNOWN
from training.network import Features, Network

_MEDIUM = 6.0
"""Root of the cells of a defect of medium size, which counts as before."""


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


def losses(
    network: Network, features: Features, known: Features | None, target: dict[str, Tensor], weights: Weights
) -> dict[str, Tensor]:
    """All weighted losses of a batch; target as training.labels.Target, batched.

    `known` is what the untouched trunk sees; None where the trunk is frozen: nothing can be forgotten.
    """
    output = network.heads(features)
    woven = target["woven"].float()
    certain = (target["certain"] * woven[:, None, None])[:, None]
    wanted = target["defects"]
    somewhere = output.defects.logsumexp(1, keepdim=True)
    return {
        "defects": weights.defects * _focal(output.defects, wanted, certain),
        "place": weights.place * _focal(somewhere, wanted.amax(1, keepdim=True), certain),
        "piece": weights.piece * F.binary_cross_entropy_with_logits(output.piece, target["piece"]),
        "woven": weights.woven * F.binary_cross_entropy_with_logits(output.woven, woven),
        "kind": weights.kind * _classes(output.kind, target["kind"]),
        "material": weights.material * _classes(output.material, target["material"]),
        "defect": weights.defect * _where(output.defect, target["defect"].float(), woven),
        "remember": weights.remember * _apart(features, known) if known else output.woven.sum() * 0,
    }


def _focal(logits: Tensor, wanted: Tensor, certain: Tensor, gamma: float = 2.0, share: float = 0.75) -> Tensor:
    """Focal loss (Lin et al. 2017) of maps [N, C, h, w]: few cells are defective, most are easy.

    A defect counts by the root of its cells: a broken strand has ten, a deformed side five hundred, and a buyer sends
    either back.
    """
    plain = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    easy = (1 - torch.exp(-plain)) ** gamma
    cells = wanted.sum((2, 3), keepdim=True).clamp_min(1)
    weight = wanted * share * cells.rsqrt() * _MEDIUM + (1 - wanted) * (1 - share)
    total = (weight * easy * plain * certain).sum()
    return total / (cells.sqrt() * _MEDIUM * (wanted.amax((2, 3), keepdim=True))).sum().clamp_min(logits.shape[0])


def _classes(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy over the pictures whose class is known; 0 where none is."""
    known = wanted != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0
    return F.cross_entropy(logits[known], wanted[known], label_smoothing=0.05)


def _where(logits: Tensor, wanted: Tensor, on: Tensor) -> Tensor:
    loss = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (loss * on).sum() / on.sum().clamp_min(1)


def _apart(features: Features, known: Features) -> Tensor:
    """Mean cosine distance of features to what the untouched trunk sees."""
    pairs = zip(features[1:], known[1:], strict=True)
    return torch.stack([1 - F.cosine_similarity(a, b, dim=1).mean() for a, b in pairs]).mean()
