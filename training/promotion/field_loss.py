"""Learning from what people said of photos: weak labels, so weak losses."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.labels import UNKNOWN
from training.network import Features, Network
from training.promotion.config import FieldWeights

IN_BOX = 0.25
"""Share of a box's cells that should show the defect: a box is drawn around it, and corners are empty."""

SOMEWHERE = 4
"""Cells that should show a defect of which nobody said where it is."""


def field_losses(
    network: Network, features: Features, target: dict[str, Tensor], weights: FieldWeights
) -> dict[str, Tensor]:
    """All weighted losses on a batch of photos; target as `training.promotion.drawn.photo_targets`."""
    output = network.heads(features)
    known = target["defect"] != UNKNOWN
    nothing = output.woven.sum() * 0
    return {
        "field_present": weights.present * present(output.defects, target["shown"], target["loose"]),
        "field_absent": weights.absent * absent(output.defects, target["absent"]),
        "field_defect": weights.defect
        * (
            F.binary_cross_entropy_with_logits(output.defect[known], target["defect"][known].float())
            if known.any()
            else nothing
        ),
        "field_woven": weights.woven * F.binary_cross_entropy_with_logits(output.woven, target["woven"]),
        "field_kind": weights.kind * _classes(output.kind, target["kind"]),
        "field_material": weights.material * _classes(output.material, target["material"]),
    }


def present(logits: Tensor, shown: Tensor, loose: Tensor) -> Tensor:
    """The highest cells of each region that a person named should show the defect (multiple-instance learning).

    logits, shown [N, C, h, w]; loose [N, C]: the region is the whole photo. Each region counts the same.
    """
    rows, channels = torch.nonzero(shown.flatten(2).any(2), as_tuple=True)
    terms = []
    for n, c in zip(rows.tolist(), channels.tolist(), strict=True):
        inside = logits[n, c][shown[n, c] > 0]
        count = SOMEWHERE if bool(loose[n, c]) else int(IN_BOX * inside.numel())
        highest = inside.topk(min(max(1, count), inside.numel())).values
        plain = F.softplus(-highest)
        terms.append((plain * (1 - torch.exp(-plain)) ** 2).mean())  # focal: what is found already teaches little
    return torch.stack(terms).mean() if terms else logits.sum() * 0


def absent(logits: Tensor, denied: Tensor) -> Tensor:
    """No cell that a person denied should show the defect: focal, by the mean of the worst cells of each photo."""
    plain = F.softplus(logits) * denied
    hard = (plain * (1 - torch.exp(-plain)) ** 2).flatten(2)
    worst = hard.topk(min(8, hard.shape[2]), dim=2).values.mean(2)  # [N, C]
    asked = denied.flatten(2).any(2)
    return worst[asked].mean() if bool(asked.any()) else logits.sum() * 0


def _classes(logits: Tensor, wanted: Tensor) -> Tensor:
    known = wanted != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0
    return F.cross_entropy(logits[known], wanted[known], label_smoothing=0.05)
