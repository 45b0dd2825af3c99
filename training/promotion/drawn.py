"""One drawn picture as fine-tuning keeps it: what the trunk saw, and what the heads should say, in few bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.labels import Target
from training.sample import CHANNELS

Bits = NDArray[np.uint16]


class Wanted(NamedTuple):
    """What the heads should say of a picture; h = S / 8. Bit k of a map stands for channel k.

    A made picture is known in every cell. Of a photo only that is known which a person said.
    """

    made: bool
    woven: float
    kind: int  # index or UNKNOWN
    material: int
    defect: int  # 1, 0 or UNKNOWN
    shown: Bits  # [h, w]: made: the cell shows the defect; photo: the region in which a person saw it
    absent: Bits  # [h, w]: photo: a person says that the defect is not there
    loose: int  # photo, bit k: `shown` is the whole photo, for no place was given
    certain: NDArray[np.uint8]  # [h, w]: made: 1 where the cell may be learnt from
    piece: NDArray[np.uint8]  # [h, w]: made: share of the cell on the piece, of 255


def of_made(target: Target) -> Wanted:
    """A made picture's."""
    weights = (1 << np.arange(len(CHANNELS), dtype=np.uint16))[:, None, None]
    shown = np.asarray((target.defects.astype(np.uint16) * weights).sum(0), np.uint16)
    return Wanted(
        True, target.woven, target.kind, target.material, int(target.defect), shown, np.zeros_like(shown), 0,
        target.certain.astype(np.uint8), np.rint(target.piece * 255).astype(np.uint8),
    )  # fmt: skip


def of_photo(kind: int, material: int, defect: int, shown: Bits, absent: Bits, loose: int) -> Wanted:
    """A photo's; maps in cells."""
    nothing = np.zeros(shown.shape, np.uint8)
    return Wanted(False, 1.0, kind, material, defect, shown, absent, loose, nothing, nothing)


def made_targets(wanted: Sequence[Wanted]) -> dict[str, Tensor]:
    """Targets of made pictures as `training.losses.losses` takes them, batched."""
    return {
        "woven": torch.tensor([w.woven for w in wanted]),
        "kind": torch.tensor([w.kind for w in wanted]),
        "material": torch.tensor([w.material for w in wanted]),
        "defect": torch.tensor([float(w.defect) for w in wanted]),
        "defects": torch.from_numpy(np.stack([channels(w.shown) for w in wanted])),
        "certain": torch.from_numpy(np.stack([w.certain for w in wanted]).astype(np.float32)),
        "piece": torch.from_numpy(np.stack([w.piece for w in wanted]).astype(np.float32) / 255),
    }


def photo_targets(wanted: Sequence[Wanted]) -> dict[str, Tensor]:
    """Targets of photos as `training.promotion.field_loss` takes them, batched: shown and absent are [N, C, h, w]."""
    loose = np.array([[w.loose >> k & 1 for k in range(len(CHANNELS))] for w in wanted], bool)
    return {
        "woven": torch.tensor([w.woven for w in wanted]),
        "kind": torch.tensor([w.kind for w in wanted]),
        "material": torch.tensor([w.material for w in wanted]),
        "defect": torch.tensor([w.defect for w in wanted]),
        "shown": torch.from_numpy(np.stack([channels(w.shown) for w in wanted])),
        "absent": torch.from_numpy(np.stack([channels(w.absent) for w in wanted])),
        "loose": torch.from_numpy(loose),
    }


def channels(bits: Bits) -> NDArray[np.float32]:
    """Bits [h, w] as float32 [C, h, w] of 0 and 1."""
    return ((bits[None] >> np.arange(len(CHANNELS), dtype=np.uint16)[:, None, None]) & 1).astype(np.float32)


def by_cell(bits: NDArray[np.int32], stride: int) -> Bits:
    """Bits of pixels [S, S] to cells [S / stride, S / stride]: a cell has what any of its pixels has."""
    cells = bits.shape[0] // stride
    reduced = np.bitwise_or.reduce(bits.reshape(cells, stride, cells, stride), axis=(1, 3))
    return np.asarray(reduced, np.uint16)
