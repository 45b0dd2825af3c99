"""Defects of the surface's colour: stains, mould, uneven colour, bore holes with dust."""

from __future__ import annotations

import numpy as np

from training.surface.fields import Edit
from training.surface.marks import blotch, bore_holes, mould, stain
from training.surface.noise import log_uniform
from training.surface.scene import Picture, Scene
from training.surface.site import Site


def stained(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """STAIN: a mark that soaked in, so it multiplies the albedo and lies under light and shadow."""
    n = scene.size
    radius = log_uniform(rng, 0.016, 0.2) * n
    alpha, tint, how = stain(rng, n, site.x, site.y, max(4.0, radius), pale=bool(scene.base.mean() < 0.06))
    paint = 1 + alpha[..., None] * (tint - 1)
    return Edit("STAIN", how, alpha > 0.02, paint=np.clip(paint, 0.02, 3).astype(np.float32))


def mouldy(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """MOULD: specks that grow on top."""
    n = scene.size
    alpha, colour, how = mould(
        rng, n, site.x, site.y, log_uniform(rng, 0.035, 0.17) * n, dark_ground=bool(scene.base.mean() < 0.12)
    )
    own = np.float32(scene.base.mean()) / max(float(colour.mean()), 1e-3)
    if 0.8 < own < 1.25:  # as pale as the ground: nobody would see it
        colour = colour * np.float32(0.4)
    return Edit(
        "MOULD",
        how,
        alpha > 0.05,
        cover=(alpha * np.float32(rng.uniform(0.6, 0.95)), np.broadcast_to(colour, (n, n, 3))),
    )


def uneven(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """COLOUR_UNEVEN: a large region of another shade."""
    n = scene.size
    alpha, tint, how = blotch(rng, n, site.x, site.y, log_uniform(rng, 0.14, 0.34) * n)
    return Edit("COLOUR_UNEVEN", how, alpha > 0.03, paint=(1 + alpha[..., None] * (tint - 1)).astype(np.float32))


def bored(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """INSECT_DAMAGE: round bore holes, often with pale dust beside them."""
    n = scene.size
    hole, dust = bore_holes(rng, n, site.x, site.y, log_uniform(rng, 0.02, 0.1) * n, n)
    alpha = np.maximum(hole, dust)
    pale = np.minimum(scene.base * np.float32(1.5) + np.float32(0.12), 0.9)
    dark = scene.base * np.float32(rng.uniform(0.02, 0.12))
    colour = np.where((hole >= dust)[..., None], dark, pale).astype(np.float32)
    relief = dust * np.float32(0.5) - hole * np.float32(2.5)
    return Edit("INSECT_DAMAGE", "bored", alpha > 0.1, cover=(alpha, colour), relief=relief.astype(np.float32))
