"""Pieces that no training sees: for calibration, for choosing thresholds, and for two honest tests.

`val` and `test` are exchangeable with what was trained on (the test is `test_iid` in reports). `shift` is not: whole
weaves, a material and whole lights are kept out of training, as tomorrow's weaver will bring what nobody rendered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from training.backgrounds import panoramas
from training.dataset import over_ground, rendered
from training.sample import CHANNELS, Sample
from training.splits import Split, split_of
from training.surface.composite import COMPOSITES, composite
from training.surfaces import FIRST_SEED, surfaces

_CODES = tuple(COMPOSITES)


def pieces(split: Split, folders: tuple[Path, ...], hdri: Path, count: int, size: int, kept: Path) -> list[Sample]:
    """The held-out pieces of a split: rendered, made surfaces (`count` are looked through), and spoilt good ones.

    Every good woven piece comes a second time with one defect put on, so that each code is met often enough.
    """
    found = [s for folder in folders for s in rendered(folder, split)]
    for source in ("val", "test") if split == "shift" else (split,):
        assert source in FIRST_SEED
        found += [s for s in surfaces(source, count, size, kept) if split_of(s, source) == split]
    return found + list(_spoilt(found, hdri))


def _spoilt(samples: list[Sample], hdri: Path) -> Iterator[Sample]:
    views = panoramas(hdri)
    for k, sample in enumerate(samples):
        if not sample.meta["woven"] or sample.meta["state"] != "good":
            continue
        picture = over_ground(np.random.default_rng([5, k]), sample, views)
        code = _CODES[k % len(_CODES)]
        rgb, mask = composite(picture, sample.alpha, code, k)
        if mask.any():
            meta = {
                **sample.meta,
                "id": f"{sample.meta['id']}-{code.lower()}",
                "state": "defective",
                "twin": sample.meta["id"],
                "source": "composite",
                "defects": [{"code": c} for j, c in enumerate(CHANNELS) if (mask >> j & 1).any()],
            }
            yield replace(sample, rgb=rgb, mask=sample.mask | mask, meta=meta)
