"""Mats and placemats: a flat weave with a border, or a coil."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render import finish, hexagon
from training.render.coil import coiled
from training.render.hand import Hand
from training.render.irregular import accidents
from training.render.looks import Family, Look, families
from training.render.piece import Piece
from training.render.plait import corded
from training.render.strand import Strand
from training.render.surface import Revolved, Sheet
from training.render.weave import Pattern, Region, Weave, on_region

BORDERS = ("lashed", "braid", "bound", "fringe")
BORDER_WEIGHTS = (0.35, 0.2, 0.25, 0.2)


def flat(kind: str, weave: str, look: Look, hand: Hand, rng: np.random.Generator) -> Piece:
    """A mat or a placemat, rectangular, round or oval, not quite flat."""
    u = rng.uniform
    round_one = weave == "coiled" or (kind == "placemat" and u() < 0.3)
    w, d = (u(0.45, 0.75), u(0.35, 0.6)) if kind == "mat" else (u(0.32, 0.44), u(0.25, 0.33))
    if round_one:
        d = w if u() < 0.7 else d
    seed = int(rng.integers(2**31))
    stakes, wefts = families(look, weave, hand, rng)
    if weave == "coiled":
        strands, pitch = _disc(w, d, look, hand, seed, rng)
    else:
        strands, pitch = _sheet(w, d, round_one, weave, look, stakes, wefts, hand, seed, rng)
    causes = accidents(strands, stakes, wefts, hand, rng)
    return Piece(strands, kind, look.material, weave, look, pitch, "flat", causes)


def _disc(
    w: float, d: float, look: Look, hand: Hand, seed: int, rng: np.random.Generator
) -> tuple[list[Strand], float]:
    k = np.linspace(0.0, 1, 40)
    cup = rng.uniform(-0.004, 0.008)
    profile = np.stack([w / 2 * np.maximum(k, 0.004), -cup * k**2], 1)
    surface = Revolved(profile, 2.0, d / w, float(rng.uniform(0.002, 0.012)), (0.0, 0.0), seed)
    strands, pitch = coiled(surface, look, hand.jitter, rng)
    # The outer side of a profile that runs from the centre outward looks down: turn the piece over.
    return [replace(s, line=s.line * [1, -1, -1], normal=s.normal * [1, -1, -1]) for s in strands], pitch


def _sheet(
    w: float, d: float, round_one: bool, weave: str, look: Look, stakes: Family, wefts: Family, hand: Hand,
    seed: int, rng: np.random.Generator,
) -> tuple[list[Strand], float]:  # fmt: skip
    u = rng.uniform
    wave = float(u(0.0005, 0.004))
    curled = float(u(0.01, 0.06)) if u() < 0.35 else 0.0
    sheet = Sheet(w, d, wave, curled, int(rng.integers(4)), seed)
    exponent = 2.0 if round_one else float(u(12, 40))
    longest = max(w, d) * 1.4
    if weave == "hexagonal":
        splints = hexagon.splints(look, hand.odd, rng).limited(longest, 44)
        outline = Region(w / 2, d / 2, exponent)
        strands = hexagon.on_ground(sheet, outline, splints, hand.jitter, float(u(0, np.pi)), rng)
        return strands + _border(sheet, exponent, splints.width * 1.3, look, rng), splints.pitch
    stakes = stakes.limited(longest, 90 if stakes.plies == 1 else 50)
    wefts = wefts.limited(longest, 130 if wefts.plies == 1 else 70)
    pattern: Pattern = "plain"
    if weave == "twill":
        pattern = ("twill22", "twill31")[int(rng.choice([0, 1]))]
    diagonal = look.material in ("pandan", "bamboo") and u() < 0.35
    angle = float(np.pi / 4 if diagonal else rng.normal() * 0.02)
    bend = float(u(0.0, 0.15) if look.material == "rattan" or wefts.plies == 3 else u(0.35, 0.6))
    weaving = Weave(pattern, stakes, wefts, hand.jitter, bend)
    strands = on_region(sheet, weaving, Region(w / 2, d / 2, exponent), angle, rng)
    strands = [replace(s, role="stake") if s.group < 10_000 else s for s in strands]
    strands = corded(corded(strands, "weft", wefts.plies, rng), "stake", stakes.plies, rng)
    return strands + _border(sheet, exponent, wefts.pitch, look, rng), wefts.pitch


def _border(sheet: Sheet, exponent: float, pitch: float, look: Look, rng: np.random.Generator) -> list[Strand]:
    style = str(rng.choice(BORDERS, p=BORDER_WEIGHTS))
    edge = float(np.clip(pitch * rng.uniform(0.8, 1.4), 0.006, 0.02))
    if style == "fringe":
        return []
    band = look.family(edge, edge * (0.35 if style == "bound" else 0.7), pitch, 3.0)
    hoop = finish.outline(sheet, exponent, edge * 0.3, replace(band, cycle=look.weft_cycle[-1:]), rng, 30_000, 0.0)
    if style == "braid":
        return finish.braided_rim(hoop, rng)
    if style == "bound":
        return [hoop]
    thread = replace(look.family(max(0.003, edge * 0.45), 0.0012, 0.01, 4.0), cycle=look.stake_cycle[-1:])
    return [hoop, *finish.lashing(hoop, edge * rng.uniform(0.5, 1.6), thread, rng, 30_001)]
