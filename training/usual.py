"""How usual a material is for a weave: what a shop sells, not what a generator can draw.

Made pieces pair every weave with many materials, so that the defect map learns from all. Told a material by such pieces
alone, a model learns that the weave says nothing of it; on sold goods it says much: thick stems are braided and coiled,
split bamboo and leaves are plaited flat, canes are wickerwork. The odds are chosen, not
counted.
"""

from __future__ import annotations

_FLAT = ("basket", "diamond", "herringbone", "satin", "twill", "plain")
_THICK = ("braid_rows", "rope_rows", "coil", "coiled", "twined")

_USUAL: dict[str, tuple[str, ...]] = {
    "water_hyacinth": (*_THICK, "wicker", "plain"),
    "seagrass": (*_THICK, "wicker"),
    "banana_fibre": (*_THICK, "wicker"),
    "mendong": ("plain", "twill", "slat_mat", "coil", "coiled", "braid_rows"),
    "pandan": _FLAT,
    "bamboo": (*_FLAT, "hexagonal", "slat_mat", "wicker"),
    "rattan": ("wicker", "hexagonal", "slat_mat", "plain", "coiled"),
}
"""Weaves in which a material is usually met, by the generators' names. A vessel woven over stakes is `plain`."""

SELDOM = 0.1
"""Odds of a pair that is not usual, against 1 of one that is: it happens, and a model must not rule it out."""


def odds(weave: str | None, material: str | None) -> float:
    """Of a good in this weave and material to be met, against the usual ones; 1 where nothing is known of either."""
    if weave is None or material not in _USUAL:
        return 1.0
    return 1.0 if weave in _USUAL[material] else SELDOM
