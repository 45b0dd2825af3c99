"""Handles of bags: cords and straps that stand or fall over, hoops of cane or wood, one arch across, a wrist loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render.arrays import Array, from_srgb, smoothstep, unit
from training.render.form import Form
from training.render.looks import Family, Look
from training.render.noise import wave1
from training.render.plait import plaited
from training.render.strand import Strand
from training.render.surface import Surface, normal

STYLES = ("short", "long", "fallen", "hoop", "arch", "loop", "none")
STYLE_WEIGHTS = (0.30, 0.22, 0.16, 0.14, 0.10, 0.02, 0.06)
CLUTCH_WEIGHTS = (0.05, 0.0, 0.0, 0.05, 0.0, 0.5, 0.4)
LEATHER = ((0.36, 0.21, 0.12), (0.55, 0.34, 0.18), (0.13, 0.09, 0.07), (0.68, 0.48, 0.30), (0.82, 0.76, 0.66))


def straps(form: Form, surface: Surface, style: str, look: Look, rng: np.random.Generator) -> list[Strand]:
    """The handles of a bag in one of STYLES; the long sides of the bag are at u = 0.25 and u = 0.75."""
    u = rng.uniform
    if style == "none":
        return []
    if style == "loop":
        return _cord(_bow(surface, 0.02, 0.05, u(0.10, 0.16), 1.0, 0.5, rng), look, rng, 50_000)
    if style == "arch":
        return _arch(form, surface, look, rng)
    if style == "hoop":
        tone = np.array(
            ((0.80, 0.62, 0.40), (0.45, 0.28, 0.16), (0.86, 0.76, 0.55), (0.2, 0.13, 0.09))[rng.integers(4)]
        )
        rod = replace(look.family(0.012, 0.012, 0.05, 2.0), tones=(_triple(tone),), cycle=(0,), tint=0.0)
        span, rise = u(0.10, 0.2), u(0.06, 0.12)
        out = []
        for number, place in enumerate((0.25, 0.75)):
            line = _bow(surface, place, span, rise, 0.0, u(0.35, 0.6), rng)
            out += [_swept(line, rod, rng, 50_000 + number)]
        return out
    rise = {"short": u(0.08, 0.14), "long": u(0.18, 0.28), "fallen": u(0.14, 0.24)}[style]
    span = u(0.10, 0.22)
    leather = u() < 0.35
    out = []
    for number, place in enumerate((0.25, 0.75)):
        falls = {"short": u(0.0, 0.3), "long": u(0.0, 0.35), "fallen": u(0.75, 1.0)}[style]
        line = _bow(surface, place, span, rise, falls, u(0.5, 0.9), rng)
        out += _leather(line, rng, 50_000 + number, number) if leather else _cord(line, look, rng, 50_000 + number)
    return out


def _triple(rgb: Array) -> tuple[float, float, float]:
    linear = from_srgb(rgb)
    return float(linear[0]), float(linear[1]), float(linear[2])


def _bow(
    surface: Surface, place: float, span: float, rise: float, falls: float, bluntness: float, rng: np.random.Generator
) -> Array:
    """A line [n, 3] from the wall up, over and back. falls: 0 stands upright, 1 hangs down outside."""
    t = np.linspace(-0.3, 1.3, 60)
    over = np.clip(t, 0, 1)
    u = place + span * (over - 0.5)
    foot = surface.point(u, np.where((t < 0) | (t > 1), 1 - np.maximum(-t, t - 1) * 0.6, 1.0))
    outward = normal(surface, u, np.full_like(u, 0.96))
    height = np.sin(np.pi * over) ** bluntness
    if span * 1.0 < rise:  # a long strap is wider above than where it leaves the wall
        foot = foot + (foot - foot.mean(0)) * (0.25 * height)[:, None] * np.array([1, 1, 0])
    up = np.array([0, 0, 1.0])
    mean_out = unit(outward.mean(0) * np.array([1, 1, 0]))
    bend = falls * np.pi * 0.93 * smoothstep(height)
    straight, aside = (
        np.where(falls > 0, np.sin(bend) / np.maximum(bend, 1e-3), 1.0),
        (1 - np.cos(bend)) / np.maximum(bend, 1e-3),
    )
    sway = 0.04 * rise * wave1(rng, t, 3.0, 3) * height
    line = foot + outward * 0.008 + up * (rise * height * straight)[:, None]
    return np.asarray(line + mean_out * (rise * height * aside + sway)[:, None])


def _swept(line: Array, family: Family, rng: np.random.Generator, group: int, flat: bool = False) -> Strand:
    t = unit(np.gradient(line, axis=0))
    middle = line.mean(0) * np.array([1, 1, 0])
    out = unit(np.tile(middle, (len(line), 1)))
    n = unit(out - t * np.sum(out * t, 1, keepdims=True))
    width, thickness, colour = family.along(line, 0, rng)
    return Strand(line, n, width, thickness, colour, "fitting" if flat else "rim", group, family.square)


def _cord(line: Array, look: Look, rng: np.random.Generator, group: int) -> list[Strand]:
    w = float(rng.uniform(0.007, 0.015))
    cord = _swept(line, replace(look.family(w, w * 0.85, 0.05, 2.1), cycle=(0,)), rng, group)
    plies = int(rng.choice([1, 2, 3], p=[0.2, 0.4, 0.4]))
    return plaited(cord, plies, rng) if plies > 1 else [cord]


def _leather(line: Array, rng: np.random.Generator, group: int, number: int) -> list[Strand]:
    tone = _triple(np.array(LEATHER[(group + int(rng.integers(len(LEATHER))) * (number == 0)) % len(LEATHER)]))
    band = Family(float(rng.uniform(0.014, 0.024)), 0.003, 0.1, 4.5, (tone,), spread=0.02, mottle=0.05, uneven=0.01)
    return [_swept(line, band, rng, group, flat=True)]


def _arch(form: Form, surface: Surface, look: Look, rng: np.random.Generator) -> list[Strand]:
    """One stiff handle across the mouth from end to end."""
    a, b = surface.point(np.array([0.0, 0.5]), np.array([0.97, 0.97]))
    t = np.linspace(-0.12, 1.12, 70)
    k = np.clip(t, 0, 1)
    rise = form.height * rng.uniform(0.5, 1.0)
    line = a + (b - a) * k[:, None] + np.array([0, 0, 1.0]) * (rise * np.sin(np.pi * k) ** 0.6)[:, None]
    line = line - np.array([0, 0, 1.0]) * (form.height * 1.2 * np.maximum(np.maximum(-t, t - 1), 0))[:, None]
    w = float(rng.uniform(0.012, 0.02))
    rod = replace(look.family(w, w * 0.6, 0.05, 2.4), cycle=(0,))
    width, thickness, colour = rod.along(line, 0, rng)
    tangent = unit(np.gradient(line, axis=0))
    n = unit(np.cross(tangent, np.array([0, 1.0, 0])))
    cord = Strand(line, n, width, thickness, colour, "rim", 50_000, 2.4)
    plies = int(rng.choice([1, 3, 2]))
    return plaited(cord, plies, rng) if plies > 1 else [cord]
