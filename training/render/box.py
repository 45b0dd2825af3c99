"""Boxes: square or round, with a lid on, beside or leaning, or open with upright walls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render import finish
from training.render.arrays import Array
from training.render.body import Body, Finishing, body, lining, turned
from training.render.form import Form
from training.render.hand import Hand
from training.render.irregular import accidents
from training.render.looks import Look
from training.render.piece import Piece
from training.render.strand import Strand

LIDS = ("on", "beside", "leaning", "ajar", "none")
LID_WEIGHTS = (0.46, 0.13, 0.09, 0.10, 0.22)
OVER = np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]])
"""Upside down."""


def box(kind: str, weave: str, look: Look, hand: Hand, rng: np.random.Generator) -> Piece:
    """A box and its lid as one piece."""
    u = rng.uniform
    form = _form(kind, rng)
    end = Finishing(rims=(0.12, 0.4, 0.08, 0.4), frame=0.15, foot_hoop=0.6, feet=0.05)
    it = body(form, weave, look, hand, rng, end)
    lid = str(rng.choice(LIDS, p=LID_WEIGHTS))
    if u() < 0.25:
        it.strands += lining(it.surface, (it.stakes.thickness + it.wefts.thickness) * 1.1, rng)
    if lid != "none":
        it.strands += _lid(form, it, weave, look, hand, lid, rng)
    elif u() < 0.4:
        cord = replace(look.family(0.011, 0.009, 0.05, 2.1), cycle=(0,))
        for number, place in enumerate((0.0, 0.5)):
            it.strands += finish.handle(it.surface, place, 0.09, form.mouth * 0.2, cord, rng, 50_000 + number, 2)
    causes = it.causes | accidents(it.strands, it.stakes, it.wefts, hand, rng)
    return Piece(it.strands, kind, look.material, weave, look, it.pitch, "deep", causes)


def _form(kind: str, rng: np.random.Generator) -> Form:
    u = rng.uniform
    square = bool(u() < 0.7)
    r = float(u(0.09, 0.2))
    h = r * u(0.5, 1.3)
    taper = u(0.93, 1.0)
    k = np.linspace(0, 1, 20)
    wall = np.stack([r * (taper + (1 - taper) * k), h * k], 1)
    exponent = float(u(7, 22) if square else 2.0)
    aspect = float(u(0.55, 1.0) if square or u() < 0.25 else 1.0)
    return Form(kind, wall, square, exponent, aspect, float(u(0.001, 0.006)), (0.0, 0.0), int(rng.integers(2**31)))


def _lid(
    form: Form, lower: Body, weave: str, look: Look, hand: Hand, lid: str, rng: np.random.Generator
) -> list[Strand]:
    """The lid's strands where the lid lies."""
    u = rng.uniform
    depth = form.height * u(0.16, 0.4)
    room = (lower.stakes.thickness + lower.wefts.thickness) * 1.5 + 0.004
    r = form.mouth + room
    crown = u(0.985, 1.0)
    k = np.linspace(0, 1, 10)
    wall = np.stack([r * (crown + (1 - crown) * k), depth * k], 1)
    upper = replace(form, wall=wall, seed=int(rng.integers(2**31)))
    made = body(upper, weave, look, hand, rng, Finishing(rims=(0.05, 0.35, 0.1, 0.5), foot_hoop=0.8, feet=0.0))
    strands = made.strands
    if u() < 0.35:
        strands = strands + _knob(look, rng)
    thick = room
    if lid == "on":
        return turned(strands, _about_z(rng.normal() * 0.01) @ OVER, np.array([0, 0, form.height + thick]), 200_000)
    if lid == "ajar":
        tip, slide = u(0.05, 0.2), np.array([u(0.05, 0.3) * r, u(-0.1, 0.1) * r, form.height + thick + 0.25 * depth])
        return turned(strands, OVER @ _about_y(tip), slide, 200_000)
    side = np.array([np.cos(a := u(0, 2 * np.pi)), np.sin(a), 0])
    if lid == "beside":
        top_up = u() < 0.6
        rest = np.array([0, 0, depth + 0.004 if top_up else 0.0])
        return turned(strands, OVER if top_up else np.eye(3), side * r * u(2.05, 2.4) + rest, 200_000)
    # Leaning on the wall with its lower edge on the ground, the top of the lid looking outward.
    tilt = u(0.9, 1.3)
    axes = _about_y(np.pi - tilt if u() < 0.7 else -tilt)
    lifted = turned(strands, axes, np.zeros(3), 200_000)
    low = min(float(s.line[:, 2].min()) for s in lifted)
    near = min(float(s.line[:, 0].min()) for s in lifted)
    return [replace(s, line=s.line + np.array([form.mouth * 1.03 - near, 0, -low])) for s in lifted]


def _knob(look: Look, rng: np.random.Generator) -> list[Strand]:
    """A loop or a button on top of a lid that is still upside down (its top at height 0, looking down)."""
    t = np.linspace(0, 1, 24)
    span, rise = rng.uniform(0.03, 0.07), rng.uniform(0.012, 0.03)
    line = np.stack([span * (t - 0.5), np.zeros(24), -rise * np.sin(np.pi * t) ** 0.6 + 0.002], 1)
    cord = look.family(0.008, 0.008, 0.05, 2.0)
    width, thickness, colour = cord.along(line, 0, rng)
    return [Strand(line, np.tile([0.0, 1.0, 0.0], (24, 1)), width, thickness, colour, "rim", 51_000, 2.0)]


def _about_z(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])


def _about_y(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, -s], [0, 1.0, 0], [s, 0, c]])
