"""Where the pictures of a fine-tuning come from: each slot's picture is a function of seed, version and slot alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qc.model.bundle import Bundle
from qc.model.preprocess import PreprocessSpec
from training.dataset import Pieces, rendered
from training.feedback.snapshot import Snapshot
from training.labels import Target
from training.promotion.config import RunConfig
from training.promotion.drawn import Wanted, of_made
from training.promotion.field import FieldDraws, field_photos
from training.promotion.graph import Graph
from training.splits import shifted
from training.surfaces import surfaces

Half = NDArray[np.float16]


@dataclass(frozen=True)
class Slots:
    """How many pictures are kept, made ones first, then photos."""

    made: int
    photos: int

    @classmethod
    def of(cls, config: RunConfig) -> Slots:
        """As many as the config draws an epoch; without a snapshot all are made."""
        photos = round(config.draws * config.field.share) if config.snapshots else 0
        return cls(config.draws - photos, photos)

    @property
    def all(self) -> int:
        """Both."""
        return self.made + self.photos


class Source:
    """Draws pictures and looks at them through the trunk.

    Args:
        config: The run.
        bundle: The bundle that is fine-tuned: its trunk looks.
        kept: Folder in which made surfaces are kept between runs.
    """

    def __init__(self, config: RunConfig, bundle: Bundle, kept: Path) -> None:
        size = bundle.spec.preprocess.size
        window = bundle.spec.preprocess.model_copy(update={"size": config.window})
        made = config.made
        samples = [s for folder in made.rendered for s in rendered(folder, "train")]
        samples += [s for s in surfaces("train", made.surfaces.get("train", 0), size, kept) if not shifted(s)]
        self._slots, self._seed = Slots.of(config), config.seed
        self._pieces = Pieces(samples, made.hdri, window, self._slots.made, made.empty, made.spoilt, config.seed, size)
        self._photos = None
        if self._slots.photos:
            snapshots = [Snapshot.open(folder, verify=False) for folder in config.snapshots]
            spec = PreprocessSpec(size=size, pad=window.pad)
            self._photos = FieldDraws(field_photos(snapshots, "train", spec), window)
        self._trunk = Graph(bundle).trunk()

    def draw(self, slot: int, version: int) -> tuple[list[Half], Wanted]:
        """The trunk's features [C, h, w] at strides 4, 8, 16 and 32, and what the heads should say."""
        if slot < self._slots.made:
            self._pieces.epoch = version
            picture, target = self._pieces[slot]
            image = picture[None].numpy()
            wanted = of_made(Target._make(target[name].numpy() for name in Target._fields))
        else:
            assert self._photos is not None
            image, wanted = self._photos.draw(np.random.default_rng([self._seed, version, slot]))
        features = self._trunk.run(None, {"image": image})
        return [f[0].astype(np.float16) for f in features], wanted
