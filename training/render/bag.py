"""Bags: totes, buckets, pouches and clutches, standing or lying, lined or not, with handles of many forms."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.render import strap
from training.render.body import Finishing, body, lining, turned
from training.render.form import Form, Give
from training.render.hand import Hand
from training.render.irregular import accidents
from training.render.looks import Look
from training.render.piece import Piece


@dataclass(frozen=True)
class Cut:
    """Limits of a shape: width and height in metres; depth and foot as shares of the width; corners' exponent."""

    width: tuple[float, float]
    height: tuple[float, float]
    depth: tuple[float, float]
    foot: tuple[float, float]
    exponent: tuple[float, float]
    pinch: tuple[float, float]


CUTS = {
    "tote": Cut((0.28, 0.45), (0.22, 0.36), (0.24, 0.45), (0.88, 1.0), (3.5, 8.0), (0.1, 0.75)),
    "trapeze": Cut((0.34, 0.50), (0.20, 0.32), (0.30, 0.50), (0.58, 0.80), (2.2, 4.0), (0.2, 0.7)),
    "bucket": Cut((0.20, 0.32), (0.20, 0.34), (0.8, 1.0), (0.85, 1.1), (2.0, 2.6), (0.0, 0.25)),
    "pouch": Cut((0.30, 0.42), (0.20, 0.30), (0.40, 0.65), (0.55, 0.75), (2.0, 2.4), (0.4, 0.85)),
    "clutch": Cut((0.20, 0.32), (0.12, 0.19), (0.14, 0.28), (0.96, 1.0), (5.0, 10.0), (0.3, 0.85)),
}
CUT_WEIGHTS = (0.36, 0.22, 0.18, 0.14, 0.10)


def bag(kind: str, weave: str, look: Look, hand: Hand, rng: np.random.Generator) -> Piece:
    """A bag."""
    u = rng.uniform
    name = str(rng.choice(list(CUTS), p=CUT_WEIGHTS))
    form = _form(kind, CUTS[name], rng)
    end = Finishing(rims=(0.22, 0.24, 0.04, 0.5), frame=0.0, foot_hoop=0.15, feet=0.0)
    it = body(form, weave, look, hand, rng, end)
    thick = it.stakes.thickness + it.wefts.thickness
    if u() < 0.45:
        it.strands += lining(it.surface, thick * 1.1, rng)
    style = str(rng.choice(strap.STYLES, p=strap.STYLE_WEIGHTS if name != "clutch" else strap.CLUTCH_WEIGHTS))
    it.strands += strap.straps(form, it.surface, style, look, rng)
    causes = it.causes | accidents(it.strands, it.stakes, it.wefts, hand, rng)
    lying = bool(form.aspect < 0.5 and u() < 0.28)
    strands = it.strands
    if lying:
        # On its back: the front, once -y, looks up.
        tip = u(-0.12, 0.12)
        c, s = np.cos(np.pi / 2 - tip), np.sin(np.pi / 2 - tip)
        strands = turned(strands, np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]]), np.zeros(3))
    return Piece(strands, kind, look.material, weave, look, it.pitch, "lying" if lying else "upright", causes)


def _form(kind: str, cut: Cut, rng: np.random.Generator) -> Form:
    u = rng.uniform
    r, h, foot = u(*cut.width) / 2, u(*cut.height), u(*cut.foot)
    belly = u(0.0, 0.10)
    k = np.linspace(0, 1, 26)
    turn_up = 1 - 0.12 * np.exp(-k / 0.06)
    wall = np.stack([r * (foot + (1 - foot) * k + belly * np.sin(np.pi * k)) * turn_up, h * k], 1)
    soft = u(0.2, 1.0)
    give = Give(
        u(*cut.pinch), u(0.0, 0.25) * soft, u(-0.02, 0.14) * soft, u(0.004, 0.035) * soft, int(rng.integers(2**31))
    )
    lean = (float(rng.normal() * 0.03), float(rng.normal() * 0.05))
    form = Form(kind, wall, True, float(u(*cut.exponent)), float(u(*cut.depth)), float(u(0.004, 0.015)), lean,
                int(rng.integers(2**31)))  # fmt: skip
    return replace(form, give=give)
