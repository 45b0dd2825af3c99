"""Which weave goes with which material, at which scale, and how regular it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.surface.fields import Edits, Fields
from training.surface.lattice import StrandSet, crossed, hexagonal
from training.surface.noise import F32, TABLE, log_uniform
from training.surface.rows import Lobes, rows
from training.surface.weaves import PATTERNS

PLANT_FLAT = ("pandan", "bamboo", "mendong", "water_hyacinth", "banana_fibre", "synthetic")
PLANT_ROUND = ("rattan", "other_plant", "synthetic", "bamboo")
CHUNKY = ("water_hyacinth", "banana_fibre", "seagrass", "other_plant")


@dataclass(frozen=True)
class Style:
    """A weave with the materials it is made of. `weight` is how often it is drawn; pitch in px at 320 px."""

    weave: str
    materials: tuple[str, ...]
    pitch: tuple[float, float]
    weight: float


STYLES = (
    Style("plain", PLANT_FLAT, (7, 50), 1.6),
    Style("plain", ("other",), (3.2, 16), 1.6),
    Style("plain", CHUNKY, (18, 60), 1.0),
    Style("basket", (*PLANT_FLAT, "other"), (5, 34), 0.8),
    Style("twill", PLANT_FLAT, (6, 44), 1.6),
    Style("denim", ("other",), (3.2, 12), 1.0),
    Style("satin", (*PLANT_FLAT, "other"), (4, 24), 0.5),
    Style("herringbone", (*PLANT_FLAT, "other"), (5, 30), 0.8),
    Style("diamond", PLANT_FLAT, (5, 26), 0.6),
    Style("wicker", PLANT_ROUND, (7, 30), 1.8),
    Style("wicker", ("water_hyacinth", "seagrass", "banana_fibre"), (10, 36), 1.0),
    Style("slat_mat", ("rattan", "bamboo", "other_plant", "mendong"), (6, 26), 0.8),
    Style("hexagonal", ("bamboo", "rattan", "synthetic", "other_plant"), (24, 64), 0.8),
    Style("coil", (*CHUNKY, "mendong"), (14, 50), 0.9),
    Style("rope_rows", CHUNKY, (12, 50), 0.8),
    Style("braid_rows", (*CHUNKY, "mendong"), (12, 56), 1.0),
    Style("twined", (*CHUNKY, "rattan"), (10, 40), 0.8),
    Style("knit", ("other",), (6, 22), 0.8),
)


@dataclass(frozen=True)
class Weaving:
    """One piece's weave, ready to be laid over any coordinates.

    lay       (u, v, edits) -> Fields, u and v in base pitches [H, W]
    groups    strand sets a defect may cut, with their pitch (base pitches) and half width of a strand (base pitches)
    along_u   for each group, whether its strands run along u (True) or v; hexagonal sets give their angle instead
    height    rise of the surface from valley to crown, in base pitches
    """

    weave: str
    lay: Callable[[F32, F32, Edits], Fields]
    groups: tuple[int, ...]
    pitch: tuple[float, ...]
    half: tuple[float, ...]
    angle: tuple[float, ...]
    height: float


def jittered_places(rng: np.random.Generator, span: tuple[float, float], jitter: float) -> F32:
    """A monotone course of the cross coordinate in which strand pitches vary by `jitter` (standard deviation)."""
    low, high = int(np.floor(span[0])), int(np.ceil(span[1]))
    widths = np.clip(1 + rng.normal(0, jitter, high - low), 0.45, 1.9)
    knots = np.concatenate([[0], np.cumsum(widths)])
    knots = low + knots * ((high - low) / knots[-1])
    fine = np.linspace(low, high, 8192)
    return np.interp(fine, knots, np.arange(low, high + 1, dtype=np.float64)).astype(np.float32)


def _set(
    rng: np.random.Generator, extent: float, pitch: float, half: float, jitter: float, roundness: float, radius: float, swell: float, uneven: float
) -> StrandSet:
    span = (float(np.floor(-extent / pitch)) - 1, float(np.ceil(extent / pitch)) + 1)
    widths = half * (1 + rng.normal(0, 0.35 * jitter, TABLE))
    slack = max(0.0, 0.5 - half)
    return StrandSet(
        pitch=pitch,
        half=np.clip(widths, 0.12, 0.53).astype(np.float32),
        places=jittered_places(rng, span, jitter),
        span=(float(np.floor(span[0])), float(np.ceil(span[1]))),
        round=roundness,
        radius=radius,
        swell=swell,
        uneven=uneven,
        stray=min(0.09, 0.4 * slack + 0.12 * jitter),
    )


def sample_weaving(rng: np.random.Generator, weave: str, material: str, extent: float, jitter: float) -> Weaving:
    """Draw a weave's geometry. `extent` is the furthest |u| or |v| needed, `jitter` the pitch's standard deviation."""
    if weave == "hexagonal":
        return _sample_hexagonal(rng, material, extent, jitter)
    if weave in PATTERNS:
        return _sample_crossed(rng, weave, material, extent, jitter)
    return _sample_rows(rng, weave, material, extent, jitter)


def _roundness(rng: np.random.Generator, material: str) -> float:
    if material in ("rattan", "other", "seagrass"):
        return 1.0
    return float(rng.choice([0.0, 0.35])) if material in ("bamboo", "pandan") else float(rng.choice([0.0, 0.4, 1.0]))


def _sample_crossed(rng: np.random.Generator, weave: str, material: str, extent: float, jitter: float) -> Weaving:
    signs = PATTERNS[weave][rng.integers(len(PATTERNS[weave]))]
    ratio, half_a, half_b = log_uniform(rng, 0.85, 1.2), float(rng.uniform(0.40, 0.5)), float(rng.uniform(0.40, 0.5))
    roundness = _roundness(rng, material)
    radius = float(rng.uniform(0.26, 0.42)) if roundness == 1 else float(rng.uniform(0.10, 0.22))
    wave, swell = float(rng.uniform(0.10, 0.22)), float(rng.uniform(0.0, 0.12))
    round_a = roundness
    if weave == "wicker":
        ratio, half_a, half_b = float(rng.uniform(0.22, 0.6)), float(rng.uniform(0.16, 0.32)), float(rng.uniform(0.44, 0.52))
        roundness, round_a, radius, wave, swell = max(roundness, 0.6), float(rng.choice([0.3, 1.0])), 0.42 * ratio, 0.5 * ratio, float(rng.uniform(0.04, 0.16))
    elif weave == "slat_mat":
        ratio, half_a, half_b = float(rng.uniform(0.3, 1.0)), float(rng.uniform(0.05, 0.14)), float(rng.uniform(0.44, 0.5))
        wave, swell, roundness = 0.06 * ratio, 0.0, float(rng.choice([0.1, 1.0]))
        radius = (0.45 if roundness == 1 else 0.15) * ratio
    elif material == "other":
        half_a, half_b, roundness, round_a = float(rng.uniform(0.36, 0.5)), float(rng.uniform(0.40, 0.52)), 1.0, 1.0
    uneven = 0.05 + 0.35 * jitter + (0.08 if material in CHUNKY else 0.0)
    long_a = 1.0 if weave not in ("wicker", "slat_mat") else 1.0
    sets = (
        _set(rng, extent, long_a, half_a, jitter, round_a, radius if weave != "slat_mat" else 0.06, swell, uneven * 0.6),
        _set(rng, extent, ratio, half_b, jitter, roundness, radius, swell, uneven),
    )
    return Weaving(
        weave,
        lambda u, v, edits: crossed(u, v, sets, signs, wave, edits),
        (0, 1),
        (1.0, ratio),
        (half_a, half_b * ratio),
        (np.pi / 2, 0.0),
        2 * wave + radius,
    )


def _sample_hexagonal(rng: np.random.Generator, material: str, extent: float, jitter: float) -> Weaving:
    half = float(rng.uniform(0.2, 0.3))
    roundness = 1.0 if material == "rattan" else 0.0
    radius = half * (0.8 if roundness else 0.3)
    sets = tuple(_set(rng, 1.5 * extent, 1.0, half, 0.6 * jitter, roundness, radius, 0, 0.05) for _ in range(3))
    wave = 0.5 * radius + 0.04
    return Weaving(
        "hexagonal",
        lambda u, v, edits: hexagonal(u, v, (sets[0], sets[1], sets[2]), wave, edits),
        (0, 1, 2),
        (1.0, 1.0, 1.0),
        (half,) * 3,
        (np.pi / 2, np.pi / 2 + np.pi / 3, np.pi / 2 + 2 * np.pi / 3),
        wave + radius,
    )


def _sample_rows(rng: np.random.Generator, weave: str, material: str, extent: float, jitter: float) -> Weaving:
    sign = float(rng.choice([-1, 1]))
    lobes = {
        "coil": lambda: Lobes(float(rng.uniform(0.7, 3.2)), sign * float(rng.uniform(0.1, 0.7)), False, False, float(rng.uniform(0.45, 1.0)), float(rng.uniform(0.2, 0.45))),
        "rope_rows": lambda: Lobes(float(rng.uniform(0.8, 1.5)), sign * float(rng.uniform(0.5, 0.9)), False, False, 1.0, float(rng.uniform(0.4, 0.75))),
        "twined": lambda: Lobes(float(rng.uniform(0.6, 1.3)), sign * float(rng.uniform(0.4, 0.7)), False, True, 1.0, float(rng.uniform(0.45, 0.75))),
        "braid_rows": lambda: Lobes(float(rng.uniform(0.7, 1.3)), sign * float(rng.uniform(0.7, 1.3)), True, False, 1.0, float(rng.uniform(0.4, 0.7))),
        "knit": lambda: Lobes(float(rng.uniform(0.9, 1.5)), sign * float(rng.uniform(0.5, 1.0)), True, False, 0.96, float(rng.uniform(0.5, 0.8))),
    }[weave]()
    half, radius = float(rng.uniform(0.45, 0.52)), float(rng.uniform(0.3, 0.48))
    strands = _set(rng, extent, 1.0, half, 0.6 * jitter, 1.0, radius, 0, 0.04 + 0.25 * jitter)
    return Weaving(
        weave, lambda u, v, edits: rows(u, v, strands, lobes, edits), (0,), (1.0,), (half,), (0.0,), radius * 1.3
    )
