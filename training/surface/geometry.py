"""The geometry of one piece's weave: widths, sections, undulation, pitch jitter, drawn for a style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from training.surface.fields import Edits, Fields
from training.surface.lattice import StrandSet, crossed, hexagonal
from training.surface.noise import F32, TABLE, log_uniform
from training.surface.rows import Lobes, rows
from training.surface.styles import CHUNKY
from training.surface.weaves import PATTERNS


@dataclass(frozen=True)
class Weaving:
    """One piece's weave, ready to be laid over any coordinates.

    lay      (u, v, edits) -> Fields, u and v in base pitches [H, W]
    pitch    of each strand set, and `half`, half the width of its strands, in base pitches
    angle    the direction in (u, v) that each set's strands run in, radians
    rings    lobes a row pitch that round pieces keep whole (0 for crossed strands)
    """

    weave: str
    lay: Callable[[F32, F32, Edits], Fields]
    pitch: tuple[float, ...]
    half: tuple[float, ...]
    angle: tuple[float, ...]
    rings: float = 0.0

    @property
    def is_rows(self) -> bool:
        """Whether the weave is rows side by side and not crossing strands."""
        return len(self.pitch) == 1


@dataclass(frozen=True)
class Build:
    """Proportions of crossed strands, in base pitches (the upright set's pitch is 1).

    ratio  pitch of the level set;  up, level  half widths in their own pitch;  round_up, round_level  section, 0 flat
    radius_up, radius_level  height of the sections;  wave  rise over a crossing;  swell  widening on top
    """

    ratio: float
    up: float
    level: float
    round_up: float
    round_level: float
    radius_up: float
    radius_level: float
    wave: float
    swell: float


def jittered_places(rng: np.random.Generator, span: tuple[float, float], jitter: float) -> F32:
    """A monotone course of the cross coordinate in which strand pitches vary by `jitter` (standard deviation)."""
    low, high = int(np.floor(span[0])), int(np.ceil(span[1]))
    widths = np.clip(1 + rng.normal(0, jitter, high - low), 0.45, 1.9)
    knots = np.concatenate([[0], np.cumsum(widths)])
    knots = low + knots * ((high - low) / knots[-1])
    fine = np.linspace(low, high, 8192)
    return np.interp(fine, knots, np.arange(low, high + 1, dtype=np.float64)).astype(np.float32)


def strand_set(
    rng: np.random.Generator, extent: float, pitch: float, half: float, jitter: float, shape: tuple[float, float]
) -> StrandSet:
    """Draw a set of strands; `shape` is roundness and height of the section. Uneven hands make uneven widths too."""
    span = (float(np.floor(-extent / pitch)) - 1, float(np.ceil(extent / pitch)) + 1)
    widths = half * (1 + rng.normal(0, 0.6 * jitter, TABLE))
    return StrandSet(
        pitch=pitch,
        half=np.clip(widths, min(0.12, half), 0.53).astype(np.float32),
        places=jittered_places(rng, span, jitter),
        span=span,
        round=shape[0],
        radius=shape[1],
        swell=0.0,
        uneven=0.03 + 0.3 * jitter,
        stray=min(0.09, 0.4 * max(0.0, 0.5 - half) + 0.12 * jitter),
    )


def sample_weaving(
    rng: np.random.Generator, weave: str, material: str, extent: float, jitter: float, fan: float = 0.0
) -> Weaving:
    """Draw a weave's geometry.

    extent  the furthest |u| or |v| needed;  jitter  the pitch's standard deviation
    fan     for round pieces, the radius (base pitches) at which upright strands have their nominal width; else 0
    """
    if weave == "hexagonal":
        return _sample_hexagonal(rng, material, extent, jitter)
    if weave in PATTERNS:
        return _sample_crossed(rng, weave, material, extent, jitter, fan)
    return _sample_rows(rng, weave, extent, jitter if fan == 0 else 0.0, fan)


def _build(rng: np.random.Generator, weave: str, material: str) -> Build:
    def near(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    if weave == "wicker":
        ratio, stake = log_uniform(rng, 0.15, 0.42), near(0.08, 0.22)
        return Build(
            ratio=ratio,
            up=stake,
            level=near(0.45, 0.52),
            round_up=float(rng.choice([0.3, 1.0])),
            round_level=1.0 if rng.random() < 0.7 else 0.5,
            radius_up=0.9 * stake,
            radius_level=0.45 * ratio,
            wave=0.5 * ratio,
            swell=near(0.03, 0.14),
        )
    if weave == "slat_mat":
        ratio, roundness = near(0.3, 1.0), float(rng.choice([0.1, 1.0]))
        high = (0.45 if roundness == 1 else 0.15) * ratio
        return Build(ratio, near(0.05, 0.14), near(0.44, 0.5), 1.0, roundness, 0.06, high, 0.06 * ratio, 0.0)
    ratio = log_uniform(rng, 0.85, 1.2)
    if material == "other":
        radius = near(0.26, 0.42)
        return Build(ratio, near(0.36, 0.5), near(0.4, 0.52), 1, 1, radius, radius, near(0.1, 0.22), near(0, 0.1))
    roundness = 1.0 if material in ("rattan", "seagrass") else float(rng.choice([0.0, 0.4, 1.0], p=[0.5, 0.35, 0.15]))
    radius = near(0.26, 0.42) if roundness == 1 else near(0.10, 0.22)
    up, level, wave, swell = near(0.4, 0.5), near(0.4, 0.5), near(0.1, 0.22), near(0, 0.12)
    return Build(ratio, up, level, roundness, roundness, radius, radius, wave, swell)


def _sample_crossed(
    rng: np.random.Generator, weave: str, material: str, extent: float, jitter: float, fan: float
) -> Weaving:
    signs = PATTERNS[weave][rng.integers(len(PATTERNS[weave]))]
    b = _build(rng, weave, material)
    rough = 0.08 if material in CHUNKY else 0.0
    up = strand_set(rng, extent, 1.0, b.up, jitter if fan == 0 else 0.3 * jitter, (b.round_up, b.radius_up))
    level = strand_set(rng, extent, b.ratio, b.level, jitter, (b.round_level, b.radius_level))
    sets = tuple(replace(s, swell=b.swell, uneven=s.uneven + rough) for s in (up, level))
    return Weaving(
        weave,
        lambda u, v, edits: crossed(u, v, (sets[0], sets[1]), signs, b.wave, edits, fan),
        (1.0, b.ratio),
        (b.up, b.level * b.ratio),
        (np.pi / 2, 0.0),
    )


def _sample_hexagonal(rng: np.random.Generator, material: str, extent: float, jitter: float) -> Weaving:
    half = float(rng.uniform(0.2, 0.3))
    shape = (1.0, 0.8 * half) if material == "rattan" else (0.0, 0.3 * half)
    a, b, c = (strand_set(rng, 1.5 * extent, 1.0, half, 0.6 * jitter, shape) for _ in range(3))
    wave = 0.5 * shape[1] + 0.04
    turns = tuple(np.pi / 2 + np.pi / 3 * k for k in range(3))
    return Weaving(
        "hexagonal", lambda u, v, edits: hexagonal(u, v, (a, b, c), wave, edits), (1.0,) * 3, (half,) * 3, turns
    )


def _sample_rows(rng: np.random.Generator, weave: str, extent: float, jitter: float, fan: float) -> Weaving:
    def near(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    sign = float(rng.choice([-1, 1]))
    lobes = {
        "coil": Lobes(near(0.7, 3.2), sign * near(0.1, 0.7), False, False, near(0.45, 1), near(0.2, 0.45)),
        "rope_rows": Lobes(near(0.8, 1.5), sign * near(0.5, 0.9), False, False, 1.0, near(0.4, 0.75)),
        "twined": Lobes(near(0.6, 1.3), sign * near(0.4, 0.7), False, True, 1.0, near(0.45, 0.75)),
        "braid_rows": Lobes(near(0.7, 1.3), sign * near(0.7, 1.3), True, False, 1.0, near(0.4, 0.7)),
        "knit": Lobes(near(1.0, 1.7), sign * near(0.7, 1.6), True, False, 0.97, near(0.5, 0.8)),
    }[weave]
    half, radius = near(0.45, 0.52) if weave != "knit" else 0.53, near(0.34, 0.5)
    strands = strand_set(rng, extent, 1.0, half, 0.6 * jitter, (1.0, radius))
    return Weaving(
        weave,
        lambda u, v, edits: rows(u, v, strands, lobes, edits, rings=fan > 0),
        (1.0,),
        (half,),
        (0.0,),
        lobes.per_pitch,
    )
