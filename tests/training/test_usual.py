"""Draws as goods are sold: usual pairs of weave and material come more often, others still come."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from qc.model.preprocess import PreprocessSpec
from training.dataset import Pieces
from training.labels import MATERIALS
from training.sample import Sample
from training.surface.weaves import WEAVES
from training.usual import _USUAL, SELDOM, odds

HDRI = Path(__file__).resolve().parents[2] / "datasets" / "hdri"
RENDERED = {"plain", "twill", "coiled", "hexagonal"}


def test_every_name_in_the_table_is_one_that_a_generator_draws() -> None:
    assert set(_USUAL) < set(MATERIALS)
    assert {weave for usual in _USUAL.values() for weave in usual} <= set(WEAVES) | RENDERED


def test_odds_are_low_for_the_unusual_and_plain_for_the_unknown() -> None:
    assert odds("braid_rows", "water_hyacinth") == 1
    assert odds("satin", "water_hyacinth") == SELDOM
    assert odds(None, "bamboo") == odds("twill", None) == odds("twill", "synthetic") == 1


def test_draws_follow_the_odds_only_where_they_are_asked_to() -> None:
    samples = []
    for level, weave in enumerate(("braid_rows", "satin")):
        meta = {
            "id": weave, "source": "surface", "woven": 1, "kind": None, "material": "water_hyacinth", "state": "good",
            "weave": weave,
        }  # fmt: skip
        samples.append(
            Sample(np.full((64, 64, 3), 50 + 150 * level, np.uint8), None, np.zeros((64, 64), np.uint16), meta)
        )

    def bright(as_sold: bool) -> int:
        pieces = Pieces(samples, HDRI, PreprocessSpec(size=64), 120, seed=1, as_sold=as_sold)
        return Counter(bool(pieces.drawn(np.random.default_rng(k)) is samples[1]) for k in range(120))[True]

    assert bright(as_sold=False) > 40
    assert 2 <= bright(as_sold=True) <= 30
