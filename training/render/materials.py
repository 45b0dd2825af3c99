"""The seven materials: natural tones, how their surface shines and varies, and the sizes of strands made of them.

Told apart as traders do: water hyacinth in thick soft ropes and plump stems, grey-brown to honey; mendong in thin round
straws, green to gold; pandan in flat matte strips; bamboo in flat glossy splints with nodes, pale yellow; rattan in
round glossy cores or slats; seagrass in twisted cords, mottled green and brown; banana fibre dark brown, glossy, flat
and twisted. Sizes are those of goods on sale, in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Rgb = tuple[float, float, float]

MATERIALS = ("water_hyacinth", "mendong", "pandan", "bamboo", "rattan", "seagrass", "banana_fibre")

WEAVES_OF: dict[str, dict[str, float]] = {
    "water_hyacinth": {"plain": 0.62, "twill": 0.08, "coiled": 0.30},
    "mendong": {"plain": 0.60, "twill": 0.18, "coiled": 0.22},
    "pandan": {"plain": 0.50, "twill": 0.35, "coiled": 0.15},
    "bamboo": {"plain": 0.46, "twill": 0.30, "hexagonal": 0.24},
    "rattan": {"plain": 0.58, "twill": 0.06, "coiled": 0.22, "hexagonal": 0.14},
    "seagrass": {"plain": 0.55, "twill": 0.10, "coiled": 0.35},
    "banana_fibre": {"plain": 0.60, "twill": 0.12, "coiled": 0.28},
}
"""The weaves that a material is worked in, and how often."""

TONES: dict[str, tuple[Rgb, ...]] = {
    "water_hyacinth": ((0.62, 0.50, 0.35), (0.70, 0.56, 0.36), (0.55, 0.44, 0.32), (0.66, 0.57, 0.44),
                       (0.76, 0.62, 0.40), (0.58, 0.50, 0.40)),
    "mendong": ((0.70, 0.65, 0.40), (0.60, 0.61, 0.38), (0.78, 0.69, 0.43), (0.66, 0.55, 0.31), (0.52, 0.53, 0.33)),
    "pandan": ((0.76, 0.68, 0.52), (0.80, 0.73, 0.58), (0.72, 0.64, 0.49), (0.82, 0.71, 0.53), (0.70, 0.58, 0.42)),
    "bamboo": ((0.88, 0.78, 0.56), (0.85, 0.73, 0.50), (0.91, 0.83, 0.66), (0.80, 0.69, 0.48), (0.84, 0.76, 0.54)),
    "rattan": ((0.80, 0.62, 0.40), (0.72, 0.51, 0.30), (0.62, 0.39, 0.22), (0.87, 0.75, 0.56), (0.68, 0.42, 0.23),
               (0.75, 0.58, 0.39)),
    "seagrass": ((0.56, 0.50, 0.33), (0.49, 0.44, 0.29), (0.61, 0.54, 0.38), (0.47, 0.46, 0.31), (0.64, 0.55, 0.40)),
    "banana_fibre": ((0.38, 0.26, 0.17), (0.30, 0.20, 0.13), (0.46, 0.32, 0.20), (0.53, 0.39, 0.26)),
}  # fmt: skip


@dataclass(frozen=True)
class Stuff:
    """How a material varies and shines.

    spread of lightness between strands, mottle along one, tint: drift between green and brown, roughness, grain of the
    fibre, relief of that grain, shine: specular level.
    """

    spread: float
    mottle: float
    tint: float
    roughness: float
    grain: float
    relief: float = 1.0
    shine: float = 0.5


STUFF = {
    "water_hyacinth": Stuff(0.15, 0.16, 0.05, 0.78, 0.55, 1.5, 0.25),
    "mendong": Stuff(0.12, 0.07, 0.05, 0.55, 0.22, 0.7, 0.4),
    "pandan": Stuff(0.09, 0.07, 0.05, 0.78, 0.34, 0.9, 0.22),
    "bamboo": Stuff(0.08, 0.06, 0.04, 0.32, 0.28, 0.7, 0.6),
    "rattan": Stuff(0.12, 0.09, 0.03, 0.34, 0.26, 0.6, 0.6),
    "seagrass": Stuff(0.17, 0.20, 0.07, 0.70, 0.45, 1.3, 0.3),
    "banana_fibre": Stuff(0.24, 0.24, 0.03, 0.34, 0.60, 1.2, 0.6),
}


@dataclass(frozen=True)
class Size:
    """Of a strand: width, thickness, pitch; cross-section (2 round, 5 flat); node distance; plies (1: no cord)."""

    width: float
    thickness: float
    pitch: float
    square: float
    nodes: float = 0.0
    uneven: float = 0.06
    plies: int = 1


def sizes(material: str, weave: str, rng: np.random.Generator) -> tuple[Size, Size]:
    """Stakes and wefts of woven (not coiled) work."""
    return _SIZES[material](weave == "twill", rng)


def _water_hyacinth(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    u = rng.uniform
    if not twill and u() < 0.62:
        w, plies = u(0.017, 0.029), int(rng.choice([3, 3, 2]))
        return Size(0.005, 0.005, u(0.03, 0.05), 2.0), Size(
            w, w * u(0.42, 0.55), w * u(0.82, 0.92), 2.2, 0, 0.10, plies
        )
    w = u(0.009, 0.015)
    ws = w * u(0.5, 0.9)
    stakes = Size(ws, ws * 0.6, w * (u(1.4, 2.0) if twill else u(1.8, 3.0)), 2.3, uneven=0.12)
    return stakes, Size(w, w * u(0.5, 0.75), w * u(0.88, 1.0), 2.2, uneven=0.16)


def _mendong(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    u = rng.uniform
    w = u(0.0024, 0.0036)
    if not twill and u() < 0.6:
        # A mat's straws over thin warps far apart.
        stakes = Size(w * u(0.6, 1.0), w * 0.6, u(0.012, 0.030), 2.2)
        return stakes, Size(w, w * 0.85, w * u(0.98, 1.10), 2.0, uneven=0.12)
    pair = w * u(1.0, 1.8)
    return Size(pair, w * 0.8, pair * u(1.1, 1.6), 2.2, uneven=0.1), Size(w, w * 0.85, w * u(1.0, 1.15), 2.0, 0, 0.12)


def _pandan(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    w, fill = rng.uniform(0.005, 0.015), rng.uniform(0.95, 1.02)
    return (Size(w, 0.0010, w / fill, 5.0, uneven=0.04),) * 2


def _bamboo(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    u = rng.uniform
    w, fill = u(0.004, 0.013), u(0.80, 0.97)
    ws = w * u(0.8, 1.6)
    stakes = Size(ws, 0.0014, ws / u(0.62, 0.95), 5.0, u(0.15, 0.35))
    return stakes, Size(w, 0.0013, w / fill, 5.0, u(0.15, 0.35))


def _rattan(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    u = rng.uniform
    w, slats = u(0.0030, 0.0056), u() < 0.25
    ws = w * u(1.0, 1.5)
    stakes = Size(ws, ws * 0.9, w * u(2.2, 3.2) if twill else w * u(4, 8), 2.2, u(0.2, 0.5))
    if slats:
        return stakes, Size(w * 1.9, w * 0.4, w * 1.95, 4.0, u(0.2, 0.6))
    return stakes, Size(w, w * 0.95, w * u(0.98, 1.12), 2.1, u(0.2, 0.6))


def _seagrass(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    u = rng.uniform
    w = u(0.0045, 0.0085)
    stakes = Size(w, w * 0.8, w * (u(1.6, 2.2) if twill else u(2.0, 3.6)), 2.1, uneven=0.08, plies=2)
    return stakes, Size(w, w * 0.9, w * u(0.98, 1.08), 2.1, 0, 0.08, 2)


def _banana_fibre(twill: bool, rng: np.random.Generator) -> tuple[Size, Size]:
    u = rng.uniform
    if not twill and u() < 0.35:
        w = u(0.014, 0.024)
        return Size(0.004, 0.004, u(0.025, 0.045), 2.0), Size(w, w * 0.4, w * u(0.82, 0.92), 2.6, 0, 0.1, 3)
    w = u(0.006, 0.011)
    plies = 2 if u() < 0.7 else 1
    stakes = Size(w * 0.9, w * 0.5, w * (u(1.6, 2.2) if twill else u(2.0, 3.4)), 2.6, uneven=0.12)
    return stakes, Size(w, w * (0.62 if plies == 2 else 0.3), w * u(0.94, 1.05), 2.6, 0, 0.15, plies)


_SIZES = {
    "water_hyacinth": _water_hyacinth,
    "mendong": _mendong,
    "pandan": _pandan,
    "bamboo": _bamboo,
    "rattan": _rattan,
    "seagrass": _seagrass,
    "banana_fibre": _banana_fibre,
}

COIL_WIDTH = {
    "water_hyacinth": (0.013, 0.024),
    "mendong": (0.007, 0.012),
    "pandan": (0.009, 0.014),
    "rattan": (0.007, 0.011),
    "seagrass": (0.006, 0.011),
    "banana_fibre": (0.010, 0.018),
}
COIL_STYLES = {
    "water_hyacinth": {"braid": 0.7, "open": 0.2, "wrapped": 0.1},
    "mendong": {"open": 0.45, "braid": 0.35, "twist": 0.2},
    "pandan": {"braid": 0.6, "open": 0.15, "wrapped": 0.25},
    "rattan": {"braid": 0.05, "open": 0.4, "wrapped": 0.55},
    "seagrass": {"twist": 0.7, "open": 0.3},
    "banana_fibre": {"braid": 0.55, "twist": 0.25, "wrapped": 0.2},
}
"""How rounds are made: a braid or a twisted cord sewn edge to edge, a core with open stitches, or wrapped all over."""
