"""Coiled work: one core that winds up the surface, stitched to the round below, or a braid sewn edge to edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render.arrays import unit
from training.render.looks import Family, Look
from training.render.materials import COIL_STYLES, COIL_WIDTH
from training.render.noise import wave1
from training.render.plait import plaited
from training.render.strand import Strand
from training.render.surface import Surface, column_length, normal, row_length


def spiral(surface: Surface, core: Family, jitter: float, rng: np.random.Generator) -> tuple[Strand, float]:
    """The core from the centre to the rim, and the number of rounds."""
    turns = column_length(surface) / core.pitch
    lengths = [row_length(surface, v) for v in np.linspace(0.02, 1, 9)]
    # As many points as the outermost round needs at a quarter of the coil's width would waste memory at the centre.
    per_turn = int(np.clip(max(lengths) / core.width / 1.2, 48, 260))
    t = np.linspace(0.35, turns - 0.5, int(turns * per_turn))
    u = np.mod(t, 1.0)
    v = np.clip((t - 0.0) / turns + jitter / turns * 0.35 * wave1(rng, t, turns, 40), 0, 1)
    line = surface.point(u, v)
    gap = np.linalg.norm(np.diff(line, axis=0), axis=1)
    keep = np.r_[True, gap > core.width * 0.02]
    line, u, v = line[keep], u[keep], v[keep]
    n = normal(surface, u, v)
    width, thickness, colour = core.along(line, 0, rng)
    return Strand(line, n, width, thickness, colour, "coil", 0, core.square), turns


def rounds(core: Strand, turns: float, rng: np.random.Generator, core_family: Family) -> list[Strand]:
    """The core cut into one strand a round, so that rounds may differ in colour (group = round)."""
    n = max(2, int(turns))
    cuts = np.linspace(0, len(core) - 1, n + 1).astype(int)
    out = []
    for k in range(n):
        part = core.part(cuts[k], cuts[k + 1] + 1)
        _, _, colour = core_family.along(part.line, k, rng)
        out.append(replace(part, colour=colour, group=10_000 + k))
    return out


def stitches(core: Strand, core_pitch: float, spacing: float, thread: Family, slant: float, up_reach: float,
             rng: np.random.Generator) -> list[Strand]:  # fmt: skip
    """Loops that bind each round to the one before: over the core and into the round below."""
    arc, side, up = core.arc, core.side, core.normal
    tangent = core.tangent
    # `side` points to the previous or the next round depending on the sense of the spiral; both are bound alike.
    out = []
    at = np.arange(spacing, arc[-1], spacing)
    at = at + rng.normal(size=len(at)) * spacing * 0.08
    a = np.linspace(-0.5, 2 * np.pi - 0.5, 11)
    index = np.clip(np.searchsorted(arc, at), 1, len(arc) - 2)
    for number, i in enumerate(index):
        half_t = core.thickness[i] / 2 + thread.thickness * 0.4
        lean = tangent[i] * (slant * core_pitch)
        line = (core.line[i] + side[i] * (np.cos(a) * core_pitch * up_reach)[:, None]
                + up[i] * (np.sin(a) * half_t)[:, None] + lean * np.cos(a)[:, None])  # fmt: skip
        n = unit(line - core.line[i])
        width, thickness, colour = thread.along(line, number, rng)
        out.append(Strand(line, n, width, thickness, colour, "stitch", 20_000 + number, thread.square))
    return out


def corded_rows(parts: list[Strand], plies: int, rng: np.random.Generator) -> list[Strand]:
    """Each round as a braid of three plies or a twist of two."""
    lay = rng.uniform(1.7, 2.6)
    return [ply for part in parts if len(part) > 3 for ply in plaited(part, plies, rng, lay)]


def coiled(surface: Surface, look: Look, jitter: float, rng: np.random.Generator) -> tuple[list[Strand], float]:
    """Coiled work over a whole surface, and the pitch of its rounds in metres.

    A braid or a twisted cord sewn edge to edge, or a core under open stitches, or one wrapped all over.
    """
    u = rng.uniform
    low, high = COIL_WIDTH[look.material]
    width = u(low, high)
    styles = COIL_STYLES[look.material]
    style = str(rng.choice(list(styles), p=list(styles.values())))
    width *= max(1.0, column_length(surface) / width / 34)
    thick = width * {"braid": 0.55, "twist": 0.9}.get(style, 0.85)
    core = replace(look.family(width, thick, width * u(0.94, 1.0), 2.2), uneven=0.08)
    line, turns = spiral(surface, core, jitter, rng)
    parts = rounds(line, turns, rng, core)
    if style in ("braid", "twist"):
        return corded_rows(parts, 3 if style == "braid" else 2, rng), core.pitch
    thread_w = core.width * (u(0.25, 0.4) if style == "open" else u(0.32, 0.5))
    spacing = thread_w * (u(2.2, 5.0) if style == "open" else u(1.0, 1.12))
    spacing = max(spacing, float(line.arc[-1]) / 3200)
    thread_w = min(max(thread_w, spacing * 0.6), spacing * 0.97) if style == "wrapped" else thread_w
    odd = float(rng.choice([0, 0, 0.03]))
    thread = replace(look.family(thread_w, core.thickness * 0.12, spacing, 3.2), cycle=look.stake_cycle, odd=odd)
    slant = float(rng.normal() * 0.35)
    return parts + stitches(line, core.pitch, spacing, thread, slant, 0.66, rng), core.pitch
