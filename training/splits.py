"""Which piece is trained on, which is held out, and which is of a kind that training never meets."""

from __future__ import annotations

import hashlib
from typing import Literal

from training.sample import Sample

Split = Literal["train", "val", "test", "shift"]

KEPT_OUT = {
    "weave": frozenset({"herringbone", "twined", "satin"}),
    "material": frozenset({"synthetic"}),
    "light": frozenset({"lobby", "lobby+sun", "flash"}),
}
"""Weaves, a material and lights that only the `shift` split shows."""


def shifted(sample: Sample) -> bool:
    """Whether a sample's weave, material or light is kept out of training."""
    return any(str(sample.meta.get(field)) in values for field, values in KEPT_OUT.items())


def split_of(sample: Sample, drawn_for: Split | None = None) -> Split:
    """The split of a sample: shift, or train (76 %), val (12 %) and test (12 %) by the piece.

    A piece, its twin and its views stay together. Made surfaces are drawn for a split, by their seeds: `drawn_for`.
    """
    if shifted(sample):
        return "shift"
    if drawn_for is not None:
        return drawn_for
    piece = str(sample.meta.get("piece") or sample.meta["id"])
    share = int(hashlib.sha256(piece.encode()).hexdigest()[:8], 16) / 2**32
    return "train" if share < 0.76 else "val" if share < 0.88 else "test"
