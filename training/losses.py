"""What the network is asked to get right, each with its weight."""

from __future__ import annotations

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.labels import UNKNOWN
from training.network import Features, Network, Trunk


class Weights(BaseModel):
    """Weight of each loss."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    defects: float = Field(ge=0, description="Focal cross-entropy of the defect map.")
    piece: float = Field(ge=0)
    woven: float = Field(ge=0)
    kind: float = Field(ge=0)
    material: float = Field(ge=0)
    defect: float = Field(ge=0, description="Whether the picture shows any defect.")
    remember: float = Field(ge=0, description="Distance of the trunk's features to those of the untouched trunk.")


def losses(
    network: Network, teacher: Trunk, image: Tensor, target: dict[str, Tensor], weights: Weights
) -> dict[str, Tensor]:
    """All weighted losses of a batch: image float32 [N, 3, S, S]; target as training.labels.Target, batched."""
    with torch.no_grad():
        fine = network.trunk.lower(image)  # frozen, and so the same for network and teacher
        known = teacher.upper(fine)
    features = network.trunk.upper(fine)
    output = network.heads(features)
    woven = target["woven"].float()
    certain = target["certain"] * woven[:, None, None]
    return {
        "defects": weights.defects * _focal(output.defects, target["defects"], certain[:, None]),
        "piece": weights.piece * F.binary_cross_entropy_with_logits(output.piece, target["piece"]),
        "woven": weights.woven * F.binary_cross_entropy_with_logits(output.woven, woven),
        "kind": weights.kind * _classes(output.kind, target["kind"]),
        "material": weights.material * _classes(output.material, target["material"]),
        "defect": weights.defect * _where(output.defect, target["defect"].float(), woven),
        "remember": weights.remember * _apart(features, known),
    }


def _focal(logits: Tensor, wanted: Tensor, certain: Tensor, gamma: float = 2.0, share: float = 0.75) -> Tensor:
    """Focal loss (Lin et al. 2017), summed over the map, per defective cell: few cells are defective, most are easy."""
    plain = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    right = torch.exp(-plain)
    weight = wanted * share + (1 - wanted) * (1 - share)
    total = (weight * (1 - right) ** gamma * plain * certain).sum()
    return total / (wanted.sum() + logits.shape[0])


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
