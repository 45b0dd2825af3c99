"""Made pieces that no training sees, for calibrating a fine-tuned bundle and for its gates."""

from __future__ import annotations

from training.held_out import pieces
from training.promotion.config import Made
from training.sample import Sample
from training.splits import Split
from training.train import surfaces_folder


def held_out(made: Made, size: int, split: Split) -> list[Sample]:
    """Held-out pieces of a split, the same for every bundle: rendered, made surfaces, and good ones spoilt."""
    count = made.surfaces.get("test" if split == "test" else "val", 0)
    return pieces(split, made.rendered, made.hdri, count, size, surfaces_folder())
