"""Made surfaces, kept on disk between runs: a tile takes 50 ms to make and 1 ms to read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from training.sample import Sample
from training.splits import Split
from training.surface.generate import REVISION, surface

FIRST_SEED: dict[Split, int] = {"train": 0, "val": 50_000_000, "test": 60_000_000}
"""First seed of each split; far apart, so that no tile is in two."""

_CHUNK = 100


def surfaces(split: Split, count: int, size: int, folder: Path) -> list[Sample]:
    """The first `count` surfaces of a split, each [size, size]; made where `folder` does not hold them yet."""
    samples: list[Sample] = []
    for first in range(0, count, _CHUNK):
        path = folder / f"{split}-{size}-r{REVISION}-{first:06d}.npz"
        if not path.exists():
            _make(FIRST_SEED[split] + first, size, path)
        samples += _read(path)
    return samples[:count]


def _make(first: int, size: int, path: Path) -> None:
    made = [surface(seed, size) for seed in range(first, first + _CHUNK)]
    opaque = np.full((size, size), 255, np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as out:
        np.savez(
            out,
            rgb=np.stack([s.rgb for s in made]),
            alpha=np.stack([opaque if s.alpha is None else s.alpha for s in made]),
            mask=np.stack([s.mask for s in made]),
            meta=np.array(json.dumps([s.meta for s in made])),
        )
    part.replace(path)


def _read(path: Path) -> list[Sample]:
    with np.load(path) as kept:
        metas = json.loads(str(kept["meta"]))
        rgb, alpha, mask = kept["rgb"], kept["alpha"], kept["mask"]
    return [Sample(rgb[k], None if alpha[k].all() else alpha[k], mask[k], metas[k]) for k in range(len(metas))]
