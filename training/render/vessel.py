"""Baskets and trays: a wall on a footprint between circle and rectangle, a base, a rim, now and then a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.render import finish
from training.render.arrays import Array, from_srgb
from training.render.coil import coiled
from training.render.irregular import accidents, feet
from training.render.looks import Family, Look, families
from training.render.piece import Piece
from training.render.plait import braided_wefts
from training.render.strand import Strand
from training.render.surface import Revolved, Sheet, column_length
from training.render.weave import Pattern, Region, Weave, even_count, on_region, on_surface


@dataclass(frozen=True)
class Form:
    """The shape of a vessel, metres. wall [k, 2]: radius and height from foot to rim."""

    kind: str
    wall: Array
    square: bool
    exponent: float
    aspect: float
    wobble: float
    lean: tuple[float, float]
    seed: int

    @property
    def radius(self) -> float:
        """Radius of the foot."""
        return float(self.wall[0, 0])

    def surface(self, profile: Array, exponent: float) -> Revolved:
        """A profile on this form's footprint, out of true as this form is."""
        return Revolved(profile, exponent, self.aspect, self.wobble, self.lean, self.seed)


def vessel(kind: str, weave: str, look: Look, jitter: float, rng: np.random.Generator) -> Piece:
    """A basket (one in two as tall as a waste basket) or a tray."""
    u = rng.uniform
    form, size = _form(kind, rng)
    stakes, wefts = families(look, weave, rng)
    if weave == "coiled":
        foot = np.stack([np.linspace(0.002, form.radius, 16), np.full(16, 0.0)], 1)
        round_foot = form.exponent > 2 and u() < 0.6
        surface = form.surface(np.concatenate([foot[:-1], form.wall]), 2.0 if round_foot else form.exponent)
        strands, pitch = coiled(surface, look, jitter, rng)
        bare = u() < 0.7
        strands += finish.rim(surface, look.family(pitch * 1.1, pitch, pitch, 2.1), "bare" if bare else "lashed", rng)
        causes: set[str] = set()
    else:
        surface = form.surface(form.wall, form.exponent)
        strands, pitch, causes = _woven(form, surface, size, weave, look, stakes, wefts, jitter, rng)
    if u() < (0.25 if kind == "basket" else 0.3):
        strands += _handles(form, surface, size, look, rng)
    causes |= accidents(strands, stakes, wefts, rng)
    return Piece(strands, kind, look.material, weave, look, pitch, True, causes)


def _form(kind: str, rng: np.random.Generator) -> tuple[Form, float]:
    """A form and the radius of its rim."""
    u = rng.uniform
    square = bool(u() < 0.35)
    exponent = float(u(4, 7) if square else 2.0)
    aspect = float(u(0.6, 1.0) if square or u() < 0.2 else 1.0)
    if kind == "basket":
        r = u(0.10, 0.20)
        h = r * (u(1.4, 2.3) if u() < 0.45 else u(0.7, 1.4))
        taper = u(0.72, 1.0)
    else:
        r, taper = u(0.14, 0.26), u(0.82, 1.0)
        h = r * u(0.12, 0.32)
    belly = u(-0.05, 0.18) if kind == "basket" and not square else 0.0
    k = np.linspace(0, 1, 24)
    wall = np.stack([r * (taper + (1 - taper) * k + belly * np.sin(np.pi * k)), h * k], 1)
    lean = (float(rng.normal() * 0.015), float(rng.normal() * 0.015))
    return Form(kind, wall, square, exponent, aspect, float(u(0.002, 0.012)), lean, int(rng.integers(2**31))), r


def _woven(
    form: Form, surface: Revolved, size: float, weave: str, look: Look, stakes: Family, wefts: Family, jitter: float,
    rng: np.random.Generator,
) -> tuple[list[Strand], float, set[str]]:  # fmt: skip
    """Wall, base, rim and frame of a vessel of stakes and wefts; the row pitch; the causes."""
    u = rng.uniform
    causes: set[str] = set()
    height = float(form.wall[-1, 1])
    braid = look.material == "water_hyacinth" and weave == "plain" and u() < 0.5
    if braid:
        wefts = replace(wefts, width=float(u(0.017, 0.028)), thickness=float(u(0.009, 0.012)))
        wefts = replace(wefts, pitch=wefts.width * u(0.9, 1.0))
        stakes = replace(stakes, width=0.005, thickness=0.005, pitch=float(u(0.03, 0.05)), square=2.0)
    wefts, stakes = wefts.limited(height, 46), stakes.limited(2 * np.pi * size, 96)
    pattern: Pattern = "plain"
    if weave == "twill":
        pattern = ("twill22", "twill31")[int(rng.choice([0, 1]))]
    elif look.material in ("rattan", "water_hyacinth") and not braid and u() < 0.25:
        pattern = "pairs"
    n_stakes = even_count(surface, 0.6, stakes.pitch, 2 if pattern in ("plain", "pairs") else 4)
    n_wefts = max(3, round(column_length(surface) / wefts.pitch))
    pitch = column_length(surface) / n_wefts
    aligned = u() < 0.4
    # Stiff stakes stay straight and the wefts do all the bending.
    stiff = look.material == "rattan" or braid or stakes.pitch > 2.4 * wefts.pitch
    bend = u(0.0, 0.12) if stiff else u(0.35, 0.55)
    weaving = Weave(pattern, stakes, wefts, jitter, bend, 1.2 / n_stakes, float(u()) if aligned else None)
    causes |= {"seam"} if aligned else set()
    strands = on_surface(surface, weaving, n_stakes, n_wefts, rng)
    if braid:
        strands = braided_wefts(strands, rng)
    strands += _base(form, look, weave, jitter, rng)
    if u() < 0.15:
        strands += feet([s for s in strands if s.role == "stake"], rng)
        causes.add("feet")
    width = float(np.clip(pitch * u(1.0, 1.6), 0.006, 0.022))
    rim = look.family(width, width * u(0.6, 1.0), pitch, 2.3)
    strands += finish.rim(surface, rim, str(rng.choice(finish.RIMS, p=finish.RIM_WEIGHTS)), rng)
    if form.kind == "basket" and u() < 0.3:
        causes.add("frame")
        strands += _frame(form, surface, -(stakes.thickness + wefts.thickness) * 1.2, rng)
    if u() < 0.5:
        strands.append(finish.ring(surface, 0.0, rim.scaled(0.7), rng, 30_500))
    return strands, pitch, causes


def _base(form: Form, look: Look, weave: str, jitter: float, rng: np.random.Generator) -> list[Strand]:
    r = form.radius
    a, b = families(look, weave, rng)
    if look.material in ("rattan", "water_hyacinth"):
        # Round stems woven flat: stakes a little stouter and closer than in the wall.
        a = replace(a, width=a.width * 1.2, pitch=a.width * 3.2)
    a, b = a.limited(2.8 * r, 50), b.limited(2.8 * r, 60)
    outline = Region(r * 0.99, r * form.aspect * 0.99, form.exponent)
    woven = on_region(Sheet(2 * r, 2 * r * form.aspect), Weave("plain", a, b, jitter, 0.4), outline, 0.0, rng)
    return [replace(s, role="base", group=s.group + 60_000, normal=-s.normal) for s in woven]


def _frame(form: Form, surface: Revolved, lift: float, rng: np.random.Generator) -> list[Strand]:
    tone = from_srgb(np.array(rng.choice([0.1, 0.3, 0.45])) * np.array([1, 0.8, 0.6]))
    rod = Family(0.006, 0.006, 0.1, 2.0, ((float(tone[0]), float(tone[1]), float(tone[2])),))
    places = (np.arange(4) + 0.5) / 4 if form.square else np.arange(int(rng.integers(4, 9))) / 6.0 % 1
    rods = finish.uprights(surface, places, rod, rng, lift)
    return rods + [finish.ring(surface, v, rod, rng, 41_000 + n, "frame", lift) for n, v in enumerate((0.02, 0.97))]


def _handles(form: Form, surface: Revolved, size: float, look: Look, rng: np.random.Generator) -> list[Strand]:
    u = rng.uniform
    cord = replace(look.family(0.012, 0.010, 0.05, 2.1), cycle=(0,))
    plies = int(rng.choice([1, 2, 3]))
    tall = form.kind == "basket" and u() < 0.35
    quarter = 0.25 if form.aspect < 0.8 else 0.0
    strands = []
    for number, place in enumerate((0.0, 0.5)):
        span, rise = float(u(0.10, 0.2)), size * (0.5 if tall else 0.28)
        strands += finish.handle(surface, place + quarter, span, rise, cord, rng, 50_000 + number, plies)
    return strands
