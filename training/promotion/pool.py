"""The pictures of an epoch, kept as the trunk saw them: a frozen trunk sees a picture alike however often it is learnt.

An epoch learns every slot once. For each epoch a share of the slots is drawn anew, in a process of its own and beside
the run, so that loading and augmentation cost the step little ("data echoing", Choi et al. 2019). Which version of a
slot an epoch learns follows from its number alone, so a run that was killed goes on as if it had not been.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from qc.errors import BadInput
from training.network import Features
from training.promotion.drawn import Wanted
from training.promotion.source import Half

_CHANNELS = {"finest": (24, 4), "fine": (40, 8), "middle": (112, 16), "coarse": (320, 32)}
"""Channels and stride of the trunk's features, by name."""

_MAPS: dict[str, type[np.generic]] = {"shown": np.uint16, "absent": np.uint16, "certain": np.uint8, "piece": np.uint8}
_NUMBERS = ("made", "woven", "kind", "material", "defect", "loose")

NEVER = -1
"""Version of a slot that was never drawn."""


class Pool:
    """Slots on disk, mapped into memory. Two runs never share one.

    Args:
        folder: Where they lie; made where it is missing, taken up where it is not.
        count: Slots.
        window: Side of the pictures.
    """

    def __init__(self, folder: Path, count: int, window: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.count = count
        self._features = {
            name: _mapped(folder / f"{name}.npy", (count, channels, window // stride, window // stride), np.float16)
            for name, (channels, stride) in _CHANNELS.items()
        }
        cells = window // 8
        self._maps = {name: _mapped(folder / f"{name}.npy", (count, cells, cells), t) for name, t in _MAPS.items()}
        self._numbers = _mapped(folder / "numbers.npy", (count, len(_NUMBERS)), np.float32)
        self._versions = _mapped(folder / "versions.npy", (count,), np.int64, NEVER)

    def version(self, slot: int) -> int:
        """Which version of a slot lies there; NEVER where none does."""
        return int(self._versions[slot])

    def put(self, slot: int, version: int, features: list[Half], wanted: Wanted) -> None:
        """Keep a drawn picture. Killed in the middle, the slot counts as never drawn."""
        self._versions[slot] = NEVER
        for kept, seen in zip(self._features.values(), features, strict=True):
            kept[slot] = seen
        for name, kept_map in self._maps.items():
            kept_map[slot] = getattr(wanted, name)
        self._numbers[slot] = [float(getattr(wanted, name)) for name in _NUMBERS]
        self._versions[slot] = version

    def batch(self, slots: NDArray[np.int64]) -> tuple[Features, list[Wanted]]:
        """Features of several slots, float32, and what the heads should say of each."""
        where = np.sort(slots)
        features = Features(
            *(
                torch.from_numpy(kept[where].astype(np.float32)).contiguous(memory_format=torch.channels_last)
                for kept in self._features.values()
            )
        )
        return features, [self.wanted(int(slot)) for slot in where]

    def wanted(self, slot: int) -> Wanted:
        """What the heads should say of a slot."""
        numbers = dict(zip(_NUMBERS, self._numbers[slot].tolist(), strict=True))
        maps = {name: np.array(kept[slot]) for name, kept in self._maps.items()}
        whole = {name: int(numbers[name]) for name in ("kind", "material", "defect", "loose")}
        values = {"made": bool(numbers["made"]), "woven": numbers["woven"], **whole, **maps}
        return Wanted._make(values[name] for name in Wanted._fields)

    def take(self, other: Pool, pairs: list[tuple[int, int]]) -> None:
        """Copy slots of another pool: (its slot, ours)."""
        for theirs, ours in pairs:
            self._versions[ours] = NEVER
            for name, kept in self._features.items():
                kept[ours] = other._features[name][theirs]
            for name, kept_map in self._maps.items():
                kept_map[ours] = other._maps[name][theirs]
            self._numbers[ours] = other._numbers[theirs]
            self._versions[ours] = other._versions[theirs]


def wanted_version(slot: int, epoch: int, every: int) -> int:
    """Which version of a slot an epoch learns: that of the last epoch, from the second on, for which it was drawn anew.

    >>> [wanted_version(1, epoch, every=3) for epoch in range(7)]
    [0, 0, 2, 2, 2, 5, 5]
    """
    last = epoch - (epoch + slot) % every
    return max(0, last)


def due(count: int, epoch: int, every: int) -> list[int]:
    """The slots that are drawn anew for an epoch."""
    return [slot for slot in range(count) if epoch > 0 and wanted_version(slot, epoch, every) == epoch]


def _mapped(path: Path, shape: tuple[int, ...], kind: type[np.generic], fill: int = 0) -> NDArray[np.generic]:
    if not path.exists():
        part = path.with_suffix(".part")
        fresh = np.lib.format.open_memmap(part, mode="w+", dtype=kind, shape=shape)
        if fill:
            fresh[:] = fill
        fresh.flush()
        part.replace(path)
    kept: NDArray[np.generic] = np.load(path, mmap_mode="r+")
    if kept.shape != shape:
        raise BadInput(f"{path} is {list(kept.shape)}, wanted {list(shape)}; remove the folder {path.parent}")
    return kept
