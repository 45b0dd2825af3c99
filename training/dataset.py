"""Samples in memory, split by piece, drawn with augmentation for training and without for everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from qc.model.preprocess import PreprocessSpec, prepare
from training import augment
from training.backgrounds import background, panoramas
from training.composites import spoil
from training.labels import Target, target
from training.render.load import load, load_shards
from training.sample import Sample
from training.splits import Split, split_of
from training.surface.assembled import assemble
from training.usual import odds


def rendered(folder: Path, split: Split) -> list[Sample]:
    """The rendered samples of a split, out of shards or loose files."""
    samples: Iterable[Sample] = load_shards(folder) if list(folder.glob("part-*.tar")) else load(folder)
    return [s for s in samples if split_of(s) == split]


def fingerprint(samples: Iterable[Sample]) -> str:
    """SHA-256 over the pixels and labels of samples, in order."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(str(sample.meta["id"]).encode())
        digest.update(sample.rgb.tobytes())
        digest.update(sample.mask.tobytes())
    return digest.hexdigest()


class Pieces(Dataset[tuple[Tensor, dict[str, Tensor]]]):
    """Made pieces as the network meets them.

    Args:
        samples: Rendered pieces and surfaces.
        hdri: Folder of the panoramas that stand behind pieces with a transparent background.
        spec: The preprocessing that travels in the bundle.
        length: Draws in an epoch; None: each sample once, as it is, without augmentation.
        empty: Share of draws that show no piece at all.
        spoilt: Share of good pieces on which defects are put as they are drawn.
        seed: Draws are a function of seed, epoch and index alone.
        whole: Side at which the service sees a whole picture; None: that of the preprocessing.
        joined: Share of woven pieces on which panels, straps, bows, labels and the like are laid, which are no fault.
        as_sold: Whether usual pairs of weave and material are drawn more often, as goods are sold.
    """

    def __init__(
        self,
        samples: list[Sample],
        hdri: Path,
        spec: PreprocessSpec,
        length: int | None,
        empty: float = 0.0,
        spoilt: float = 0.0,
        seed: int = 0,
        whole: int | None = None,
        joined: float = 0.0,
        as_sold: bool = False,
    ) -> None:
        self.samples, self.spec, self.length, self.seed = samples, spec, length, seed
        self.empty, self.spoilt, self.joined = empty, spoilt, joined
        self.whole = whole or spec.size
        self.views = panoramas(hdri)
        self.photometric = augment.photometric(spec.size)
        self.epoch = 0
        groups: dict[tuple[str, bool, bool], list[int]] = {}
        for k, sample in enumerate(samples):
            meta = sample.meta
            groups.setdefault((meta["source"], bool(meta["woven"]), meta["state"] == "good"), []).append(k)
        self.groups = list(groups.values())
        self.good = [k for key, members in groups.items() if key[1] and key[2] for k in members]
        # Rendered and surface, good and defective: each group is drawn by the root of its size, so none drowns.
        weights = np.sqrt([len(g) for g in self.groups])
        self.weights = weights / weights.sum()
        self.within = [self._odds(group) for group in self.groups] if as_sold else None

    def __len__(self) -> int:
        return len(self.samples) if self.length is None else self.length

    def __getitem__(self, index: int) -> tuple[Tensor, dict[str, Tensor]]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        if self.length is None:
            return self._as_it_is(rng, self.samples[index])
        if rng.random() < self.empty:
            picture = background(rng, self.views, self.spec.size)
            zeros = np.zeros((self.spec.size, self.spec.size), np.int32)
            return self._pack(rng, picture, target(False, None, None, zeros, zeros), jitter=True)
        return self._jittered(rng, self.drawn(rng))

    def drawn(self, rng: np.random.Generator) -> Sample:
        """A sample of a group that is drawn first."""
        k = rng.choice(len(self.groups), p=self.weights)
        group = self.groups[k]
        at = rng.integers(len(group)) if self.within is None else rng.choice(len(group), p=self.within[k])
        return self.samples[group[at]]

    def _odds(self, group: list[int]) -> NDArray[np.float64]:
        metas = [self.samples[k].meta for k in group]
        each = np.array([odds(meta.get("weave"), meta["material"]) for meta in metas])
        return np.asarray(each / each.sum())

    def _jittered(self, rng: np.random.Generator, sample: Sample) -> tuple[Tensor, dict[str, Tensor]]:
        height, width = sample.rgb.shape[:2]
        alpha = np.full((height, width), 255, np.int32) if sample.alpha is None else sample.alpha.astype(np.int32)
        maps = np.stack([sample.mask.astype(np.int32), alpha, np.full_like(alpha, 255)], -1)
        rgba = np.dstack([sample.rgb, alpha.astype(np.uint8)])
        rgba, maps = augment.geometric(rng, rgba, maps, self.spec.size, self.whole)
        behind = background(rng, self.views, self.spec.size)
        opacity = rgba[..., 3:].astype(np.float32) / 255
        picture = (rgba[..., :3] * opacity + behind * (1 - opacity)).astype(np.uint8)
        meta, mask = sample.meta, maps[..., 0]
        if meta["woven"] and self.good and rng.random() < self.joined:
            other = self.samples[self.good[rng.integers(len(self.good))]]
            picture = assemble(rng, picture, maps[..., 1], other.rgb)
        if meta["woven"] and meta["state"] == "good" and rng.random() < self.spoilt:
            picture, mask = spoil(rng, picture, mask, maps[..., 1])
        if rng.random() < 0.3:
            picture = augment.shadow(rng, picture)
        wanted = target(bool(meta["woven"]), meta["kind"], meta["material"], mask, maps[..., 1])
        if wanted.piece.mean() < 0.04 and meta["woven"]:
            return self._as_it_is(rng, sample)  # zoomed past the piece: nothing to learn from
        return self._pack(rng, picture, wanted, jitter=True)

    def _as_it_is(self, rng: np.random.Generator, sample: Sample) -> tuple[Tensor, dict[str, Tensor]]:
        return self._pack(rng, over_ground(rng, sample, self.views), plain_target(sample, self.spec), jitter=False)

    def _pack(
        self, rng: np.random.Generator, picture: augment.Rgb, wanted: Target, jitter: bool
    ) -> tuple[Tensor, dict[str, Tensor]]:
        if jitter:
            self.photometric.set_random_seed(int(rng.integers(2**31)))
            picture = augment.apply(self.photometric, picture)
        image, _ = prepare(picture, self.spec)
        return torch.from_numpy(image[0]), {k: torch.as_tensor(v) for k, v in wanted._asdict().items()}


def over_ground(rng: np.random.Generator, sample: Sample, views: list[augment.Rgb]) -> augment.Rgb:
    """A sample before a background, if its own is transparent: uint8 [H, W, 3]."""
    if sample.alpha is None:
        return sample.rgb
    height, width = sample.rgb.shape[:2]
    behind = background(rng, views, max(height, width))[:height, :width]
    opacity = sample.alpha[..., None].astype(np.float32) / 255
    return np.asarray(sample.rgb * opacity + behind * (1 - opacity), np.uint8)


def plain_target(sample: Sample, spec: PreprocessSpec) -> Target:
    """Targets of a square sample that is only resized."""
    size = (spec.size, spec.size)
    mask = cv2.resize(sample.mask.astype(np.float32), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    alpha = np.full(size, 255, np.int32)
    if sample.alpha is not None:
        alpha = cv2.resize(sample.alpha, size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    meta: dict[str, Any] = sample.meta
    return target(bool(meta["woven"]), meta["kind"], meta["material"], mask, alpha)
