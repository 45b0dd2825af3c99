"""Why an honest eye may stumble over a good piece: uneven pitch, odd strands, splices, seams, dyes, hard shadows.

A cause changes the piece or the light, never the mask: whatever is drawn here is good work.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from training.surface.fields import GAP, Fields, Tube
from training.surface.noise import F32, TABLE, blur, log_uniform, smooth_field
from training.surface.threads import DYES, IDS, Look, linear, recolour
from training.surface.tubes import thread

FUZZY = ("seagrass", "banana_fibre", "water_hyacinth", "other_plant", "other")
"""Materials whose fibres may stand out all over a good piece."""
CAUSES = (
    "pitch_jitter",
    "odd_strand",
    "node",
    "splice",
    "seam",
    "hard_shadow",
    "dyed",
    "partial",
    "fold",
    "low_light",
    "uneven_light",
    "fuzz",
)
"""Causes drawn here, as they are named in a sample's meta."""


@dataclass
class Irregular:
    """What makes this good piece irregular.

    jitter    standard deviation of the strand pitch;  evenness  scales colour differences between strands
    motif     float32 [P, Q], crossings that a motif dyes, with its colour
    splices   strand id -> where a new strand begins, in pitches along it
    relief    float32 [H, W], px: folds and swells;  seam  tubes and groove [H, W] of a seam
    fuzz      float32 [H, W], alpha of the fine fibres that stand out everywhere
    """

    causes: list[str] = field(default_factory=list)
    jitter: float = 0.03
    evenness: float = 0.6
    motif: tuple[F32, F32] | None = None
    splices: dict[int, float] = field(default_factory=dict)
    relief: F32 | None = None
    seam: tuple[F32, list[Tube]] | None = None
    fuzz: F32 | None = None


def sample_causes(rng: np.random.Generator, material: str, hard: bool) -> Irregular:
    """Draw which causes a piece shows. Easy pieces have few; hard ones two or more."""
    odds = {
        "pitch_jitter": 0.6, "odd_strand": 0.3, "splice": 0.35, "seam": 0.18, "hard_shadow": 0.3, "dyed": 0.3,
        "partial": 0.3, "fold": 0.5 if material == "other" else 0.12, "low_light": 0.13, "uneven_light": 0.3,
        "fuzz": 0.25 if material in FUZZY else 0.0,
    }  # fmt: skip
    scale = 1.0 if hard else 0.22
    causes = [name for name, p in odds.items() if rng.random() < p * scale]
    out = Irregular(causes)
    out.jitter = float(rng.uniform(0.10, 0.25)) if "pitch_jitter" in causes else float(rng.uniform(0.01, 0.08))
    if material in ("other", "synthetic"):
        out.jitter *= 0.5
    out.evenness = log_uniform(rng, 0.7, 2.0) if hard else log_uniform(rng, 0.35, 1.0)
    return out


def dye(rng: np.random.Generator, look: Look, base: F32, plain: bool, irregular: Irregular) -> Look:
    """Stripes, checks, one set of strands, or a motif on the crossings (kept in `irregular`): the dyed look."""
    colour = linear(DYES[rng.integers(len(DYES))])
    if plain or rng.random() < 0.3:
        colour = base * np.float32(rng.choice([0.45, 0.6, 1.5]))
    how = str(rng.choice(["stripes", "checks", "set", "motif", "pinstripe"]))
    index = np.arange(TABLE)
    period = int(rng.integers(3, 14))
    band = index % period < max(1, int(period * rng.uniform(0.15, 0.6)))
    if how == "set":
        return recolour(look, slice(TABLE, 2 * TABLE), colour)
    if how == "motif":
        size = int(rng.integers(3, 9))
        quarter = rng.random((size, size)) < 0.4
        pattern = np.block([[quarter, quarter[:, ::-1]], [quarter[::-1], quarter[::-1, ::-1]]])
        if rng.random() < 0.5:
            i, j = np.indices((2 * size, 2 * size)) - size + 0.5
            pattern = (np.abs(i) + np.abs(j)).astype(int) % size < max(1, size // 3)
        irregular.motif = (pattern.astype(np.float32), colour)
        return look
    if how == "pinstripe":
        band = index % (2 * period) == 0
    first = TABLE if rng.random() < 0.5 else 0
    ids = [int(k) + first for k in np.flatnonzero(band)]
    if how == "checks":
        ids = sorted({*ids, *(int(k) + TABLE - first for k in np.flatnonzero(band))})
    return recolour(look, ids, colour)


def odd_strands(rng: np.random.Generator, look: Look) -> Look:
    """A few strands clearly darker, paler, greener or redder than the rest, as they grow."""
    colours = look.colours.copy()
    share = rng.uniform(0.02, 0.12)
    odd = np.flatnonzero(rng.random(len(colours)) < share)
    tone = rng.choice([0.35, 0.5, 0.65, 1.45, 1.8], size=(len(odd), 1)) * rng.uniform(0.85, 1.15, (len(odd), 3))
    colours[odd] = np.clip(colours[odd] * tone, 0.003, 0.95)
    return replace(look, colours=colours.astype(np.float32))


def sample_splices(rng: np.random.Generator) -> dict[int, float]:
    """Strands that end and go on with a new one: id -> place along it, in pitches."""
    ids = rng.integers(0, 60, int(rng.integers(20, 60)))
    return {int(k + (TABLE if rng.random() < 0.5 else 0)): float(rng.uniform(-12, 20)) for k in ids}


def splice(fields: Fields, albedo: F32, relief: F32, splices: dict[int, float], pitch: float) -> None:
    """Past its splice a strand has another tone and lies a little lower: the old end is tucked under the new one."""
    where = np.full(IDS, np.inf, np.float32)
    tone = np.ones(IDS, np.float32)
    for strand, place in splices.items():
        where[strand] = place
        tone[strand] = 0.72 + 0.6 * ((strand * 0.618) % 1)
    safe = np.maximum(fields.strand, 0)
    past = fields.along - where[safe] - np.float32(0.25) * fields.across
    inside = fields.strand >= 0
    after = (past > 0) & inside
    albedo[after] *= tone[safe[after], None]
    lap = after & (past < 1.6)
    relief[lap] += np.float32(0.08)
    lip = inside & (np.abs(past) < np.float32(max(0.05, 0.8 / pitch)))
    albedo[lip] *= np.float32(0.6)


def dye_motif(fields: Fields, albedo: F32, motif: tuple[F32, F32]) -> None:
    """Dye the crossings that a motif names."""
    pattern, colour = motif
    m, n = pattern.shape
    hit = (pattern[fields.cells[0] % m, fields.cells[1] % n] > 0) & (fields.strand != GAP)
    own = albedo[hit]
    albedo[hit] = colour * (own.mean(-1, keepdims=True) / max(float(own.mean()), 1e-3)) if hit.any() else own


def folds(rng: np.random.Generator, size: int, cloth: bool) -> F32:
    """Folds and swells of the piece, px of height [H, W]: creases on cloth, slow waves on the rest."""
    relief = smooth_field(rng, size, rng.uniform(1, 3)) * np.float32(size * rng.uniform(0.01, 0.05))
    if cloth:
        for _ in range(rng.integers(1, 4)):
            angle, wide = rng.uniform(0, np.pi), log_uniform(rng, 3, 30)
            axis = np.arange(size, dtype=np.float32) - size / 2
            across = axis * np.float32(np.cos(angle)) + axis[:, None] * np.float32(np.sin(angle))
            across += smooth_field(rng, size, 2) * np.float32(0.06 * size) - np.float32(rng.uniform(-0.4, 0.4) * size)
            fade = np.clip(0.5 + smooth_field(rng, size, 2), 0, 1)
            relief += np.float32(rng.uniform(-0.5, 0.5) * wide) * fade * np.exp(-((across / np.float32(wide)) ** 2))
    return relief.astype(np.float32)


def fuzz(rng: np.random.Generator, size: int) -> F32:
    """Fine fibres all over, as on jute, seagrass and worn cloth: alpha [H, W]. Evenly spread, so it is no defect."""
    drawn = np.zeros((size, size), np.uint8)
    count = int(log_uniform(rng, 25, 220))
    start = rng.uniform(0, size, (count, 2))
    angle, turn = rng.uniform(0, 2 * np.pi, count), rng.normal(0, 1.2, count)
    length = rng.uniform(0.015, 0.07, count) * size
    t = np.linspace(0, 1, 6)[:, None]
    heading = angle + turn * t
    x = start[:, 0] + np.cumsum(np.cos(heading), 0) * length / 6
    y = start[:, 1] + np.cumsum(np.sin(heading), 0) * length / 6
    lines = np.ascontiguousarray(np.round(np.stack([x.T, y.T], -1) * 8), np.int32)
    for k, line in enumerate(lines):
        cv2.polylines(drawn, [line], False, int(90 + 150 * ((k * 0.618) % 1)), 1, cv2.LINE_AA, 3)
    return blur(drawn.astype(np.float32) / np.float32(255), 0.45) * np.float32(rng.uniform(0.3, 0.7))


def seam(rng: np.random.Generator, size: int, pitch: float, angle: float, colour: F32) -> tuple[F32, list[Tube]]:
    """A straight seam: groove [H, W] in px and its stitches."""
    nx, ny = float(np.cos(angle)), float(np.sin(angle))
    place = rng.uniform(-0.3, 0.3) * size
    axis = np.arange(size, dtype=np.float32) - size / 2
    off = axis * nx + (axis * ny)[:, None] - np.float32(place)
    deep = min(4.0, 0.3 * pitch + 0.8) * rng.uniform(0.4, 1)
    groove = (-np.float32(deep) * np.exp(-((off / np.float32(max(1.5, 0.3 * pitch))) ** 2))).astype(np.float32)
    step = float(np.clip(rng.uniform(0.6, 1.6) * pitch, 6, 40))
    radius = float(np.clip(0.08 * pitch, 0.7, 3))
    lean = rng.uniform(-0.6, 0.6)
    thread_colour = colour if rng.random() < 0.6 else linear(DYES[rng.integers(len(DYES))])
    cross = rng.random() < 0.3
    tubes = []
    for run in np.arange(-0.75 * size, 0.75 * size, step):
        cx, cy = size / 2 + nx * place - ny * run, size / 2 + ny * place + nx * run
        if not (-step < cx < size + step and -step < cy < size + step):
            continue
        dx, dy = (nx, ny) if cross else (-ny + lean * nx, nx + lean * ny)
        points = np.array([[cx - dx * step * k, cy - dy * step * k] for k in (-0.33, 0, 0.33)], np.float32)
        tubes.append(thread(rng, points, radius, (0, 0), thread_colour, streaks=0.1))
    return groove, tubes


def shading_bands(rng: np.random.Generator, size: int) -> F32:
    """Faint broad bands of tone across woven cloth, as from uneven tension or dye lots; times the albedo [H, W]."""
    tone = np.repeat(rng.normal(0, 1, int(rng.integers(3, 9))), 1).astype(np.float32)[None]
    band = cv2.resize(tone, (size, size), interpolation=cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_CUBIC)
    band = blur(band, 2)
    band = band if rng.random() < 0.5 else band.T
    return np.asarray(np.exp(np.clip(band, -2, 2) * np.float32(rng.uniform(0.01, 0.05))), np.float32)
