"""Which weave goes with which material, and at which scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLAT = ("pandan", "bamboo", "mendong", "water_hyacinth", "banana_fibre", "synthetic")
ROUND = ("rattan", "other_plant", "synthetic", "bamboo")
CHUNKY = ("water_hyacinth", "banana_fibre", "seagrass", "other_plant")
CLOTH = ("other",)


@dataclass(frozen=True)
class Style:
    """A weave with the materials it is made of. `weight` is how often it is drawn; pitch in px at 320 px.

    `rounded` is how often the piece is round, its rows running about a centre.
    """

    weave: str
    materials: tuple[str, ...]
    pitch: tuple[float, float]
    weight: float
    rounded: float = 0.0


STYLES = (
    Style("plain", FLAT, (7, 50), 1.6),
    Style("plain", CLOTH, (3.2, 16), 1.2),
    Style("plain", CHUNKY, (18, 60), 1.0),
    Style("fine_cloth", CLOTH, (1.9, 3.2), 1.2),
    Style("basket", (*FLAT, *CLOTH), (5, 34), 0.8),
    Style("twill", FLAT, (6, 44), 1.6),
    Style("denim", CLOTH, (3.2, 12), 1.0),
    Style("satin", (*FLAT, *CLOTH), (4, 24), 0.4),
    Style("herringbone", (*FLAT, *CLOTH), (5, 30), 0.8),
    Style("diamond", FLAT, (5, 26), 0.6),
    Style("wicker", ROUND, (18, 90), 2.2, 0.25),
    Style("wicker", ("water_hyacinth", "seagrass", "banana_fibre"), (16, 60), 1.0, 0.2),
    Style("slat_mat", ("rattan", "bamboo", "other_plant", "mendong"), (8, 30), 0.8),
    Style("hexagonal", ("bamboo", "rattan", "synthetic", "other_plant"), (24, 64), 0.8),
    Style("coil", (*CHUNKY, "mendong"), (14, 50), 0.9, 0.5),
    Style("rope_rows", CHUNKY, (12, 50), 0.8, 0.3),
    Style("braid_rows", (*CHUNKY, "mendong"), (12, 56), 1.2, 0.4),
    Style("twined", (*CHUNKY, "rattan"), (10, 40), 0.8, 0.3),
    Style("knit", CLOTH, (6, 22), 0.9),
)


def sample_style(rng: np.random.Generator, stiff: bool) -> tuple[Style, str]:
    """Draw a style and its material; `stiff` leaves out cloth, which folds where other goods dent."""
    styles = [s for s in STYLES if not (stiff and s.materials == CLOTH)]
    weights = np.array([s.weight for s in styles])
    style = styles[int(rng.choice(len(styles), p=weights / weights.sum()))]
    materials = [m for m in style.materials if not (stiff and m in CLOTH)]
    return style, str(rng.choice(materials))
