"""Endless close-ups of woven surfaces, good and defective, made in two dimensions from thread height fields."""

from training.surface.composite import COMPOSITES, composite
from training.surface.generate import pair, surface

__all__ = ["COMPOSITES", "composite", "pair", "surface"]
