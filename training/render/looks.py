"""How materials look: sizes, natural tones and finishes, and the variation along and between strands.

Sizes are those of goods on sale: hyacinth braids 18-30 mm and stems 6-10 mm, bamboo splints 4-14 mm, rattan 2.5-5 mm,
pandan strips 5-16 mm.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from training.render.arrays import Array, from_srgb
from training.render.noise import wave1

MATERIALS = ("water_hyacinth", "bamboo", "rattan", "pandan")

TONES: dict[str, list[tuple[float, float, float]]] = {
    "water_hyacinth": [
        (0.62, 0.48, 0.31),
        (0.72, 0.59, 0.40),
        (0.53, 0.39, 0.25),
        (0.67, 0.56, 0.41),
        (0.76, 0.66, 0.48),
        (0.60, 0.52, 0.34),
    ],
    "bamboo": [(0.86, 0.75, 0.54), (0.80, 0.67, 0.45), (0.90, 0.82, 0.65), (0.74, 0.60, 0.39), (0.78, 0.72, 0.52)],
    "rattan": [
        (0.82, 0.64, 0.39),
        (0.72, 0.50, 0.27),
        (0.60, 0.38, 0.20),
        (0.88, 0.75, 0.54),
        (0.70, 0.42, 0.20),
        (0.50, 0.30, 0.16),
    ],
    "pandan": [(0.76, 0.71, 0.53), (0.82, 0.75, 0.58), (0.66, 0.64, 0.46), (0.84, 0.73, 0.52), (0.72, 0.62, 0.42)],
}
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
FINISH_WEIGHTS = (0.50, 0.08, 0.05, 0.08, 0.05, 0.05, 0.08, 0.05, 0.06)


@dataclass(frozen=True)
class Stuff:
    """How a material varies and shines. spread between strands, mottle along one, roughness, fibre grain, relief."""

    spread: float
    mottle: float
    roughness: float
    grain: float
    relief: float = 1.0


STUFF = {
    "water_hyacinth": Stuff(0.16, 0.16, 0.75, 0.55, 1.5),
    "bamboo": Stuff(0.10, 0.07, 0.42, 0.32),
    "rattan": Stuff(0.13, 0.10, 0.45, 0.30),
    "pandan": Stuff(0.11, 0.08, 0.60, 0.35),
}


@dataclass(frozen=True)
class Family:
    """Strands of one kind in a piece. Metres and linear colours.

    tones      colour of row k is tones[cycle[k % len(cycle)]]
    spread     how much strands differ from one another, as a share
    mottle     how much one strand varies along itself
    nodes      distance of bamboo or rattan nodes; 0 for none
    odd        share of strands of quite another shade
    """

    width: float
    thickness: float
    pitch: float
    square: float
    tones: tuple[tuple[float, float, float], ...]
    cycle: tuple[int, ...] = (0,)
    spread: float = 0.10
    mottle: float = 0.08
    nodes: float = 0.0
    odd: float = 0.0
    uneven: float = 0.06
    odd_rows: list[int] = field(default_factory=list, compare=False)

    def along(self, line: Array, row: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """Width [n], thickness [n], colour [n, 3] of a strand with this centre line [n, 3]."""
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        length = max(arc[-1], 1e-6)
        tone = np.asarray(self.tones[self.cycle[row % len(self.cycle)]])
        shade = np.exp(rng.normal() * self.spread)
        warm = np.exp(rng.normal(size=3) * self.spread * 0.25)
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
        colour = np.clip(tone * warm * light[:, None], 0.004, 0.95)
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

    def family(self, width: float, thickness: float, pitch: float, square: float) -> Family:
        """Strands of these sizes (metres) in the wefts' colours."""
        return Family(
            width, thickness, pitch, square, self.tones, self.weft_cycle, spread=self.spread, mottle=self.mottle
        )


def draw_look(material: str, rng: np.random.Generator) -> Look:
    """A look by chance: half natural, the rest painted, dyed or two-tone."""
    finish = str(rng.choice(FINISHES, p=FINISH_WEIGHTS))
    natural = TONES[material]
    base = np.asarray(natural[rng.integers(len(natural))]) * rng.uniform(0.88, 1.1) * np.exp(rng.normal(size=3) * 0.03)
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
        roughness=float(np.clip(stuff.roughness + rng.uniform(-0.12, 0.15), 0.2, 0.95)),
        grain=stuff.grain * rng.uniform(0.7, 1.3),
        grain_stretch=float(rng.uniform(12, 30)),
        bump=float(rng.uniform(0.15, 0.6)) * stuff.relief,
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


def families(look: Look, weave: str, rng: np.random.Generator) -> tuple[Family, Family]:
    """Stakes and wefts of a woven piece in this look."""
    odd = float(rng.choice([0.0, 0.0, 0.04, 0.12]))
    u = rng.uniform

    def sized(cycle: tuple[int, ...], size: tuple[float, float, float, float], nodes: float, uneven: float) -> Family:
        return replace(look.family(*size), cycle=cycle, nodes=nodes, uneven=uneven, odd=odd)

    def stake(*size: float, nodes: float = 0.0, uneven: float = 0.06) -> Family:
        return sized(look.stake_cycle, (size[0], size[1], size[2], size[3]), nodes, uneven)

    def weft(*size: float, nodes: float = 0.0, uneven: float = 0.06) -> Family:
        return sized(look.weft_cycle, (size[0], size[1], size[2], size[3]), nodes, uneven)

    if look.material == "bamboo":
        w, fill = u(0.005, 0.013), u(0.80, 0.97)
        ws = w * u(0.8, 1.6)
        stakes = stake(ws, 0.0014, ws / u(0.62, 0.95), 5.0, nodes=u(0.15, 0.35))
        return stakes, weft(w, 0.0013, w / fill, 5.0, nodes=u(0.15, 0.35))
    if look.material == "pandan":
        w, fill = u(0.006, 0.016), u(0.92, 1.0)
        return stake(w, 0.0012, w / fill, 5.0, uneven=0.04), weft(w, 0.0012, w / fill, 5.0, uneven=0.04)
    if look.material == "rattan":
        w, split = u(0.0028, 0.0052), u() < 0.25
        ws = w * u(1.0, 1.5)
        stakes = stake(ws, ws * 0.9, w * u(2.2, 3.2) if weave == "twill" else w * u(3.6, 7), 2.2, nodes=u(0.2, 0.5))
        if split:
            return stakes, weft(w * 1.7, w * 0.5, w * 1.75, 3.2, nodes=u(0.2, 0.6))
        return stakes, weft(w, w * 0.95, w * u(0.98, 1.12), 2.1, nodes=u(0.2, 0.6))
    w = u(0.0065, 0.011)
    ws = w * u(0.7, 1.1)
    stakes = stake(ws, ws * 0.6, w * (u(1.6, 2.4) if weave == "twill" else u(2.2, 4.0)), 2.3, uneven=0.12)
    return stakes, weft(w, w * u(0.55, 0.8), w * u(0.92, 1.06), 2.2, uneven=0.14)
