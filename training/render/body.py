"""Walls, base, rim and frame on a form: what baskets, trays, bags and boxes have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from training.render import finish, hexagon
from training.render.arrays import Array, from_srgb
from training.render.coil import coiled
from training.render.form import Form
from training.render.hand import Hand
from training.render.irregular import feet
from training.render.looks import Family, Look, families
from training.render.plait import corded
from training.render.strand import Strand
from training.render.surface import Sheet, Surface, column_length
from training.render.weave import Pattern, Region, Weave, even_count, on_region, on_surface


@dataclass
class Body:
    """A woven body on its way to a piece; pitch in metres between rows."""

    surface: Surface
    strands: list[Strand]
    pitch: float
    stakes: Family
    wefts: Family
    causes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Finishing:
    """How likely each rim of finish.RIMS is, and a frame, a hoop round the foot, stake ends at the foot."""

    rims: tuple[float, ...] = finish.RIM_WEIGHTS
    frame: float = 0.0
    foot_hoop: float = 0.5
    feet: float = 0.15


def body(form: Form, weave: str, look: Look, hand: Hand, rng: np.random.Generator, end: Finishing) -> Body:
    """The form worked in a weave."""
    stakes, wefts = families(look, weave, hand, rng)
    if weave != "coiled":
        return _woven(form, weave, look, (stakes, wefts), hand, rng, end)
    foot = np.stack([np.linspace(0.002, form.radius, 16), np.full(16, 0.0)], 1)
    round_foot = form.exponent > 2 and rng.uniform() < 0.6
    surface = form.surface(np.concatenate([foot[:-1], form.wall]), 2.0 if round_foot else form.exponent)
    strands, pitch = coiled(surface, look, hand.jitter, rng)
    style = "bare" if rng.uniform() < 0.7 else "lashed"
    strands += finish.rim(surface, look.family(pitch * 1.1, pitch, pitch, 2.1), style, rng)
    return Body(surface, strands, pitch, stakes, wefts)


def _woven(
    form: Form, weave: str, look: Look, pair: tuple[Family, Family], hand: Hand, rng: np.random.Generator,
    end: Finishing,
) -> Body:  # fmt: skip
    u = rng.uniform
    surface = form.surface(form.wall, form.exponent)
    # A cord costs several times the points of a plain strand.
    stakes = pair[0].limited(2 * np.pi * form.mouth, 96 if pair[0].plies == 1 else 64)
    wefts = pair[1].limited(form.height, 76 if pair[1].plies == 1 else 44)
    causes: set[str] = set()
    if weave == "hexagonal":
        stakes = wefts = hexagon.splints(look, hand.odd, rng).limited(2 * np.pi * form.mouth, 56)
        strands, pitch = hexagon.on_wall(surface, wefts, hand.jitter, rng)
    else:
        n_stakes, n_wefts, weaving = plan(surface, weave, look, stakes, wefts, hand, rng)
        pitch = column_length(surface) / n_wefts
        strands = on_surface(surface, weaving, n_stakes, n_wefts, rng)
        strands = corded(corded(strands, "weft", wefts.plies, rng), "stake", stakes.plies, rng)
        causes |= {"seam"} if weaving.seam is not None else set()
    out = Body(surface, strands, pitch, stakes, wefts, causes)
    out.strands += base(form, look, weave, hand, rng)
    if hand.feet or u() < end.feet * 0.4:
        out.strands += feet([s for s in strands if s.role == "stake"], rng)
        out.causes.add("feet")
    width = float(np.clip((wefts.width if weave == "hexagonal" else pitch) * u(1.0, 1.6), 0.006, 0.022))
    rim = look.family(width, width * u(0.6, 1.0), pitch, 2.3)
    out.strands += finish.rim(surface, rim, str(rng.choice(finish.RIMS, p=end.rims)), rng)
    if u() < end.frame:
        out.causes.add("frame")
        out.strands += _frame(form, surface, -(stakes.thickness + wefts.thickness) * 1.2, rng)
    if u() < end.foot_hoop:
        out.strands.append(finish.ring(surface, 0.0, rim.scaled(0.7), rng, 30_500))
    return out


def plan(
    surface: Surface, weave: str, look: Look, stakes: Family, wefts: Family, hand: Hand, rng: np.random.Generator
) -> tuple[int, int, Weave]:
    """Numbers of stakes and wefts, and how they cross."""
    u = rng.uniform
    pattern: Pattern = "plain"
    if weave == "twill":
        pattern = ("twill22", "twill31")[int(rng.choice([0, 1]))]
    elif look.material in ("rattan", "water_hyacinth", "seagrass") and wefts.plies < 3 and u() < 0.25:
        pattern = "pairs"
    n_stakes = even_count(surface, 0.6, stakes.pitch, 2 if pattern in ("plain", "pairs") else 4)
    n_wefts = max(3, round(column_length(surface) / wefts.pitch))
    aligned = hand.seam or u() < 0.3
    # Stiff stakes stay straight and the wefts do all the bending.
    stiff = look.material == "rattan" or wefts.plies == 3 or stakes.pitch > 2.4 * wefts.pitch
    bend = u(0.0, 0.12) if stiff else u(0.35, 0.55)
    return (
        n_stakes,
        n_wefts,
        Weave(pattern, stakes, wefts, hand.jitter, bend, 1.2 / n_stakes, float(u()) if aligned else None),
    )


def base(form: Form, look: Look, weave: str, hand: Hand, rng: np.random.Generator) -> list[Strand]:
    """The bottom of a form, flat at height 0: hexagonal under a hexagonal wall, else plain."""
    r = form.radius
    outline = Region(r * 0.99, r * form.aspect * 0.99, form.exponent)
    sheet = Sheet(2 * r, 2 * r * form.aspect)
    if weave == "hexagonal":
        splints = hexagon.splints(look, hand.odd, rng)
        open_base = hexagon.on_ground(sheet, outline, splints, hand.jitter, 0.0, rng)
        return [replace(s, role="base", group=s.group + 60_000) for s in open_base]
    a, b = families(look, weave, hand, rng)
    a, b = replace(a, plies=1), replace(b, plies=1)
    if look.material in ("rattan", "water_hyacinth", "seagrass", "banana_fibre"):
        # Round stems woven flat: stakes a little stouter and closer than in the wall.
        a = replace(a, width=a.width * 1.2, pitch=a.width * 3.2)
    a, b = a.limited(2.8 * r, 50), b.limited(2.8 * r, 60)
    woven = on_region(sheet, Weave("plain", a, b, hand.jitter, 0.4), outline, 0.0, rng)
    return [replace(s, role="base", group=s.group + 60_000, normal=-s.normal) for s in woven]


def _frame(form: Form, surface: Surface, lift: float, rng: np.random.Generator) -> list[Strand]:
    tone = from_srgb(np.array(rng.choice([0.1, 0.3, 0.45])) * np.array([1, 0.8, 0.6]))
    rod = Family(0.006, 0.006, 0.1, 2.0, ((float(tone[0]), float(tone[1]), float(tone[2])),))
    places = (np.arange(4) + 0.5) / 4 if form.square else np.arange(int(rng.integers(4, 9))) / 6.0 % 1
    rods = finish.uprights(surface, places, rod, rng, lift)
    return rods + [finish.ring(surface, v, rod, rng, 41_000 + n, "frame", lift) for n, v in enumerate((0.02, 0.97))]


def lining(surface: Surface, inward: float, rng: np.random.Generator) -> list[Strand]:
    """Cloth on the inner side, `inward` metres in, turned over the rim by a narrow hem or ending below it."""
    tones = ((0.85, 0.80, 0.70), (0.74, 0.66, 0.52), (0.32, 0.24, 0.18), (0.62, 0.66, 0.68), (0.12, 0.13, 0.16))
    tone = from_srgb(np.array(tones[int(rng.integers(len(tones)))]))
    length = column_length(surface)
    top = 1.0 if rng.uniform() < 0.5 else float(rng.uniform(0.9, 0.97))
    rows = np.arange(0.02, top, 0.012 / length)
    width = 0.0165
    cloth = Family(width, 0.0006, 0.012, 6.0, ((float(tone[0]), float(tone[1]), float(tone[2])),), spread=0.01,
                   mottle=0.02, uneven=0.0)  # fmt: skip
    bands = [finish.ring(surface, float(v), cloth, rng, 45_000, "lining", -inward) for v in rows]
    if top == 1.0:
        hem = replace(cloth, width=0.02, thickness=float(inward) * 2.6, square=3.5)
        bands.append(finish.ring(surface, 0.995, hem, rng, 45_001, "lining", 0.0))
    return bands


def turned(strands: list[Strand], axes: Array, shift: Array, group: int = 0) -> list[Strand]:
    """Strands moved as one: axes [3, 3] rows are the new x, y, z; then shift [3]; groups raised by `group`."""
    return [replace(s, line=s.line @ axes + shift, normal=s.normal @ axes, group=s.group + group) for s in strands]
