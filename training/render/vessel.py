"""Baskets and trays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render import finish
from training.render.body import Finishing, body
from training.render.form import Form
from training.render.hand import Hand
from training.render.irregular import accidents
from training.render.looks import Look
from training.render.piece import Piece
from training.render.strand import Strand
from training.render.surface import Surface


def vessel(kind: str, weave: str, look: Look, hand: Hand, rng: np.random.Generator) -> Piece:
    """A basket (one in two as tall as a waste basket) or a tray."""
    form = _form(kind, rng)
    it = body(form, weave, look, hand, rng, Finishing(frame=0.3 if kind == "basket" else 0.0))
    if rng.uniform() < (0.25 if kind == "basket" else 0.3):
        it.strands += _handles(form, it.surface, look, rng)
    causes = it.causes | accidents(it.strands, it.stakes, it.wefts, hand, rng)
    return Piece(it.strands, kind, look.material, weave, look, it.pitch, "deep", causes)


def _form(kind: str, rng: np.random.Generator) -> Form:
    u = rng.uniform
    square = bool(u() < 0.25)
    exponent = float(u(3, 5.5) if square else 2.0)
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
    return Form(kind, wall, square, exponent, aspect, float(u(0.002, 0.012)), lean, int(rng.integers(2**31)))


def _handles(form: Form, surface: Surface, look: Look, rng: np.random.Generator) -> list[Strand]:
    u = rng.uniform
    cord = replace(look.family(0.012, 0.010, 0.05, 2.1), cycle=(0,))
    plies = int(rng.choice([1, 2, 3]))
    tall = form.kind == "basket" and u() < 0.35
    quarter = 0.25 if form.aspect < 0.8 else 0.0
    strands = []
    for number, place in enumerate((0.0, 0.5)):
        span, rise = float(u(0.10, 0.2)), form.mouth * (0.5 if tall else 0.28)
        strands += finish.handle(surface, place + quarter, span, rise, cord, rng, 50_000 + number, plies)
    return strands
