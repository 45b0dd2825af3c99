"""How a piece looks: finish and colours, and the variation of strands along themselves and among one another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from training.render.arrays import Array, from_srgb
from training.render.hand import Hand
from training.render.materials import STUFF, TONES, Size, sizes
from training.render.noise import wave1

DYES = [
    (0.62, 0.12, 0.12),
    (0.12, 0.24, 0.48),
    (0.13, 0.38, 0.22),
    (0.80, 0.42, 0.08),
    (0.42, 0.16, 0.36),
    (0.10, 0.10, 0.11),
    (0.32, 0.19, 0.11),
    (0.85, 0.65, 0.12),
    (0.05, 0.42, 0.45),
    (0.78, 0.34, 0.44),
    (0.92, 0.90, 0.86),
]
PAINTS = {
    "white": (0.90, 0.89, 0.85),
    "black": (0.13, 0.125, 0.12),
    "dark_brown": (0.24, 0.15, 0.09),
    "grey": (0.56, 0.54, 0.50),
}
FINISHES = ("natural", "white", "black", "dark_brown", "grey", "dyed_all", "dyed_rows", "dyed_stakes", "two_tone")
FINISH_WEIGHTS = (0.62, 0.06, 0.02, 0.04, 0.04, 0.03, 0.09, 0.04, 0.06)
GREENER, DEEPER = np.array([-1.0, 0.12, 0.0]), np.array([0.0, 0.0, -0.4])
"""How the logarithm of a natural tone moves from straw towards green (or, negative, brown), and deepens either way."""


@dataclass(frozen=True)
class Family:
    """Strands of one kind in a piece. Metres and linear colours.

    tones      colour of row k is tones[cycle[k % len(cycle)]]
    spread     how much strands differ from one another, as a share
    mottle     how much one strand varies along itself
    tint       how far strands drift between green and brown
    nodes      distance of bamboo or rattan nodes; 0 for none
    odd        share of strands of quite another shade
    plies      2 a twisted cord, 3 a braid, 1 a strand as it grew
    """

    width: float
    thickness: float
    pitch: float
    square: float
    tones: tuple[tuple[float, float, float], ...]
    cycle: tuple[int, ...] = (0,)
    spread: float = 0.10
    mottle: float = 0.08
    tint: float = 0.0
    nodes: float = 0.0
    odd: float = 0.0
    uneven: float = 0.06
    plies: int = 1
    odd_rows: list[int] = field(default_factory=list, compare=False)

    def along(self, line: Array, row: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """Width [n], thickness [n], colour [n, 3] of a strand with this centre line [n, 3]."""
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        length = max(arc[-1], 1e-6)
        tone = np.asarray(self.tones[self.cycle[row % len(self.cycle)]])
        shade = np.exp(rng.normal() * self.spread)
        warm = np.exp(rng.normal(size=3) * self.spread * 0.15)
        if rng.uniform() < self.odd:
            shade *= rng.choice([0.45, 0.6, 1.45, 1.7])
            self.odd_rows.append(row)
        slow = wave1(rng, arc, max(length * 1.3, 0.2), 6)
        fast = wave1(rng, arc, max(length, 0.05) * 1.1, 24)
        light = shade * np.exp(self.mottle * (slow + 0.6 * fast))
        size = 1 + self.uneven * 0.6 * rng.normal() + self.uneven * wave1(rng, arc, max(length * 1.1, 0.1), 8)
        if self.nodes:
            first = rng.uniform(0, self.nodes)
            place = np.mod(arc - first + self.nodes / 2, self.nodes) - self.nodes / 2
            bump = np.exp(-((place / (0.9 * self.width)) ** 2))
            light = light * (1 - 0.42 * bump)
            size = size * (1 + 0.10 * bump)
        green = self.tint * (rng.normal() + 0.7 * wave1(rng, arc, max(length * 1.3, 0.2), 4))
        colour = np.clip(
            tone * warm * light[:, None] * np.exp(green[:, None] * GREENER + np.abs(green)[:, None] * DEEPER),
            0.004,
            0.92,
        )
        size = np.clip(size, 0.6, 1.5)
        return self.width * size, self.thickness * (0.5 + 0.5 * size), colour

    def limited(self, length: float, most: int) -> Family:
        """Coarsened so that at most `most` rows fit on `length` metres."""
        return self.scaled(max(1.0, length / self.pitch / most))

    def scaled(self, k: float) -> Family:
        """Everything k times as large."""
        return replace(
            self,
            width=self.width * k,
            thickness=self.thickness * k,
            pitch=self.pitch * k,
            nodes=self.nodes * k,
            odd_rows=self.odd_rows,
        )


@dataclass(frozen=True)
class Look:
    """Material and finish of a piece: tones for wefts and stakes and how light leaves them."""

    material: str
    finish: str
    tones: tuple[tuple[float, float, float], ...]
    weft_cycle: tuple[int, ...]
    stake_cycle: tuple[int, ...]
    spread: float
    mottle: float
    roughness: float
    grain: float
    grain_stretch: float
    bump: float
    tint: float = 0.0
    shine: float = 0.5

    def family(self, width: float, thickness: float, pitch: float, square: float) -> Family:
        """Strands of these sizes (metres) in the wefts' colours."""
        return Family(
            width, thickness, pitch, square, self.tones, self.weft_cycle,
            spread=self.spread, mottle=self.mottle, tint=self.tint,
        )  # fmt: skip

    def sized(self, size: Size, cycle: tuple[int, ...], odd: float = 0.0) -> Family:
        """Strands of a material's size in the colours of a cycle."""
        plain = self.family(size.width, size.thickness, size.pitch, size.square)
        return replace(plain, cycle=cycle, nodes=size.nodes, uneven=size.uneven, plies=size.plies, odd=odd)


def draw_look(material: str, rng: np.random.Generator, dyed: bool = False) -> Look:
    """A look by chance: most natural, the rest painted, dyed or two-tone; `dyed` asks for a dyed pattern."""
    finish = str(rng.choice(FINISHES, p=FINISH_WEIGHTS))
    if dyed:
        finish = str(rng.choice(["dyed_rows", "dyed_stakes", "two_tone"], p=[0.5, 0.25, 0.25]))
    natural = TONES[material]
    base = np.asarray(natural[rng.integers(len(natural))]) * rng.uniform(0.88, 1.08) * np.exp(rng.normal(size=3) * 0.02)
    tones = [base]
    weft: tuple[int, ...] = (0,)
    stake: tuple[int, ...] = (0,)
    if finish in PAINTS:
        tones = [np.asarray(PAINTS[finish]) * np.exp(rng.normal(size=3) * 0.04)]
    elif finish == "dyed_all":
        tones = [np.asarray(DYES[rng.integers(len(DYES))])]
    elif finish == "two_tone":
        tones.append(np.asarray(natural[rng.integers(len(natural))]) * rng.choice([0.55, 0.7, 1.2]))
        stake = (1,)
    elif finish.startswith("dyed_"):
        picks = rng.choice(len(DYES), size=2, replace=False)
        tones += [np.asarray(DYES[k]) for k in picks]
        cycle = _bands(rng)
        weft, stake = (cycle, (0,)) if finish == "dyed_rows" else (cycle if rng.uniform() < 0.4 else (0,), cycle)
    painted = finish in PAINTS or finish == "dyed_all"
    stuff = STUFF[material]
    spread = stuff.spread * rng.uniform(0.6, 1.6) * (0.5 if painted else 1)
    linear = [from_srgb(np.clip(t, 0.02, 0.97)) for t in tones]
    return Look(
        material=material,
        finish=finish,
        tones=tuple((float(t[0]), float(t[1]), float(t[2])) for t in linear),
        weft_cycle=weft,
        stake_cycle=stake,
        spread=spread,
        mottle=stuff.mottle * (0.6 if painted else 1),
        roughness=float(np.clip(stuff.roughness + rng.uniform(-0.1, 0.14), 0.18, 0.95)),
        grain=stuff.grain * rng.uniform(0.7, 1.3),
        grain_stretch=float(rng.uniform(12, 30)),
        bump=float(rng.uniform(0.15, 0.6)) * stuff.relief,
        tint=stuff.tint * rng.uniform(0.5, 1.4) * (0.3 if painted else 1),
        shine=stuff.shine,
    )


def _bands(rng: np.random.Generator) -> tuple[int, ...]:
    """Which tone each row of a repeat has: mostly ground, with one or two coloured bands."""
    style = rng.integers(3)
    if style == 0:
        return (0, 1) if rng.uniform() < 0.5 else (0, 0, 1, 1)
    n = int(rng.integers(5, 16))
    cycle = [0] * n
    for k in range(int(rng.integers(1, 4))):
        cycle[-1 - k] = 1
    if style == 2:
        cycle[0] = 2
    return tuple(cycle)


def families(look: Look, weave: str, hand: Hand, rng: np.random.Generator) -> tuple[Family, Family]:
    """Stakes and wefts of a woven piece in this look, by this hand."""
    stakes, wefts = sizes(look.material, weave, rng)
    if hand.nodes:
        stakes, wefts = (replace(s, nodes=float(rng.uniform(0.05, 0.11))) for s in (stakes, wefts))
    return look.sized(stakes, look.stake_cycle, hand.odd), look.sized(wefts, look.weft_cycle, hand.odd)
