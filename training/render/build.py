"""Whole pieces, from a seed: six kinds, seven materials, each in the weaves that it is worked in."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from training.render.bag import bag
from training.render.box import box
from training.render.flat import flat
from training.render.hand import draw_hand
from training.render.looks import draw_look
from training.render.materials import MATERIALS, WEAVES_OF
from training.render.piece import Piece
from training.render.vessel import vessel

MAKERS = {"basket": vessel, "tray": vessel, "mat": flat, "placemat": flat, "bag": bag, "box": box}
KINDS = tuple(MAKERS)
WEAVES = ("plain", "twill", "coiled", "hexagonal")


def build(
    seed: int, kind: str | None = None, material: str | None = None, weave: str | None = None,
    hard: Collection[str] = (),
) -> Piece:  # fmt: skip
    """The piece that `seed` stands for; kind, material and weave may be fixed.

    hard: oddities of training.render.hand.HARD that it has for certain. Raises ValueError where a material is not
    worked in the weave asked for.
    """
    rng = np.random.default_rng([seed, 1])
    drawn_kind, drawn_material = str(rng.choice(KINDS)), str(rng.choice(MATERIALS))
    kind, material = kind or drawn_kind, material or drawn_material
    known = WEAVES_OF[material]
    drawn_weave = str(rng.choice(list(known), p=list(known.values())))
    weave = weave or drawn_weave
    if weave not in known:
        raise ValueError(f"{material} is not worked {weave}; its weaves are {', '.join(known)}")
    look = draw_look(material, rng, "dyed" in hard)
    hand = draw_hand(hard, rng)
    piece = MAKERS[kind](kind, weave, look, hand, rng)
    if hand.jitter > 0.12:
        piece.causes.add("pitch_jitter")
    if look.finish.startswith("dyed") or look.finish == "two_tone":
        piece.causes.add("dyed")
    return piece
