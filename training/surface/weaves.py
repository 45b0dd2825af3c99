"""Who lies on top at each crossing: the interlacing patterns of two strand sets.

A pattern is an int8 matrix S [m, n], repeated for ever: S[i, j] = +1 where the upright strand i lies over the level
strand j, and -1 where it goes under.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int8]


def _signs(over: NDArray[np.bool_]) -> I8:
    return np.where(over, 1, -1).astype(np.int8)


def plain() -> I8:
    """Over one, under one."""
    return twill(1, 1)


def basket(n: int = 2) -> I8:
    """Plain weave of groups of `n` strands."""
    i, j = np.indices((2 * n, 2 * n))
    return _signs((i // n + j // n) % 2 == 0)


def twill(over: int, under: int, step: int = 1) -> I8:
    """Over `over`, under `under`, each next strand moved by `step` (-1 turns the diagonal)."""
    period = over + under
    i, j = np.indices((period, period))
    return _signs((i + step * j) % period < over)


def satin(period: int = 5, step: int = 2) -> I8:
    """Single crossings that touch nowhere: long floats, hardly a diagonal."""
    i, j = np.indices((period, period))
    return _signs((i * step + j) % period == 0)


def herringbone(over: int = 2, under: int = 2, width: int = 4) -> I8:
    """Twill whose diagonal turns back every `width` upright strands."""
    period = over + under
    n = 2 * width * period // np.gcd(2 * width, period)
    i, j = np.indices((n, period))
    folded = np.where((i // width) % 2 == 0, i, -i - 1)
    return _signs((folded + j) % period < over)


def diamond(over: int = 2, under: int = 2, width: int = 4) -> I8:
    """Twill folded in both directions: nested diamonds, the commonest mat motif."""
    period = over + under
    n = 2 * width * period // np.gcd(2 * width, period)
    i, j = np.indices((n, n))
    fi = np.where((i // width) % 2 == 0, i % width, width - 1 - i % width)
    fj = np.where((j // width) % 2 == 0, j % width, width - 1 - j % width)
    return _signs((fi + fj) % period < over)


PATTERNS: dict[str, list[I8]] = {
    "plain": [plain()],
    "fine_cloth": [plain(), plain(), twill(2, 1)],
    "basket": [basket(2), basket(3)],
    "twill": [
        twill(2, 2),
        twill(2, 2, -1),
        twill(1, 2),
        twill(2, 1),
        twill(1, 3),
        twill(3, 1),
        twill(3, 3),
        twill(1, 3, -1),
    ],
    "satin": [satin(5, 2), satin(8, 3), _signs(satin(5, 2) < 0)],
    "herringbone": [herringbone(2, 2, 4), herringbone(2, 2, 6), herringbone(3, 3, 6), herringbone(1, 2, 5)],
    "diamond": [diamond(2, 2, 4), diamond(2, 2, 7), diamond(1, 2, 6), diamond(3, 3, 9)],
    "wicker": [plain(), plain(), twill(1, 2), basket(1)],
    "slat_mat": [plain(), basket(1)],
    "denim": [twill(3, 1), twill(2, 1), twill(3, 1, -1)],
}
"""Every weave made of two strand sets, with the patterns it may have."""

ROW_WEAVES = ("coil", "rope_rows", "braid_rows", "twined", "knit")
"""Weaves made of rows that lie side by side, each wrapped, plied or plaited."""

WEAVES = (*PATTERNS, "hexagonal", *ROW_WEAVES)
"""Every weave by name."""
