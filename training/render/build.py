"""Whole pieces, from a seed: baskets, trays, mats and placemats in plain, twill and coiled weave."""

from __future__ import annotations

import numpy as np

from training.render.flat import flat
from training.render.looks import MATERIALS, draw_look
from training.render.piece import Piece
from training.render.vessel import vessel

KINDS = ("basket", "tray", "mat", "placemat")
KIND_WEIGHTS = (0.42, 0.18, 0.18, 0.22)
WEAVES = ("plain", "twill", "coiled")
WEAVE_WEIGHTS = (0.5, 0.24, 0.26)


def build(seed: int, kind: str | None = None, material: str | None = None, weave: str | None = None) -> Piece:
    """The piece that `seed` stands for; kind, material and weave may be fixed."""
    rng = np.random.default_rng([seed, 1])
    drawn_kind = str(rng.choice(KINDS, p=KIND_WEIGHTS))
    drawn_material = str(rng.choice(MATERIALS))
    drawn_weave = str(rng.choice(WEAVES, p=WEAVE_WEIGHTS))
    kind, material, weave = kind or drawn_kind, material or drawn_material, weave or drawn_weave
    look = draw_look(material, rng)
    tight, usual, rough = rng.uniform(0.01, 0.05), rng.uniform(0.05, 0.12), rng.uniform(0.12, 0.25)
    jitter = float(rng.choice([tight, usual, rough], p=[0.35, 0.4, 0.25]))
    make = vessel if kind in ("basket", "tray") else flat
    piece = make(kind, weave, look, jitter, rng)
    if jitter > 0.12:
        piece.causes.add("pitch_jitter")
    if look.finish.startswith("dyed") or look.finish == "two_tone":
        piece.causes.add("dyed")
    return piece
