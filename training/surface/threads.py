"""The look of strands: colour, fibre streaks, nodes, twist, mottling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from training.surface.fields import GAP, RIM_ID, Fields
from training.surface.noise import F32, TABLE, WRAP, fibre_tile, log_uniform, look_up, pick, strand_tile

IDS = RIM_ID + 2 * TABLE
"""Strand ids that have a colour: three sets, the rim's core and the rim's lobes."""


@dataclass(frozen=True)
class Look:
    """How strands look, apart from their shape.

    colours  float32 [IDS, 3], linear RGB of each strand id;  gap  linear RGB behind the weave
    streak   strength of fibre streaks in the albedo;  bump  the same in the height, in pitches
    mottle   slow change of tone along a strand;  hue  its change of hue
    ply      twists a pitch (0: none);  node_every  pitches between nodes (0: none);  node_dark  their darkness
    grime    how dark the valleys have become with age or varnish, 0..1
    gloss    strength of highlights;  shine  their exponent as a power of two
    """

    colours: F32
    gap: F32
    streak: float
    bump: float
    mottle: float
    hue: float
    ply: float
    node_every: float
    node_dark: float
    gloss: float
    shine: int
    grime: float


@dataclass(frozen=True)
class Material:
    """Ranges of a material's look. `tones` are sRGB anchors between which a piece's colour is drawn."""

    tones: tuple[tuple[int, int, int], ...]
    spread: float
    streak: float
    bump: float
    mottle: float
    node: float
    gloss: tuple[float, float]
    shine: int
    dyes: float


MATERIALS: dict[str, Material] = {
    "water_hyacinth": Material(
        ((186, 152, 104), (158, 122, 78), (205, 178, 132), (132, 100, 66), (172, 148, 98), (120, 104, 72)),
        0.14,
        0.20,
        0.035,
        0.12,
        0.0,
        (0.0, 0.12),
        3,
        0.06,
    ),
    "mendong": Material(
        ((190, 172, 118), (168, 156, 100), (206, 192, 150), (150, 140, 92)),
        0.10,
        0.10,
        0.01,
        0.08,
        0.0,
        (0.05, 0.25),
        4,
        0.35,
    ),
    "pandan": Material(
        ((200, 178, 132), (182, 160, 110), (214, 198, 160), (160, 134, 86), (148, 146, 98)),
        0.07,
        0.10,
        0.008,
        0.07,
        0.0,
        (0.02, 0.2),
        4,
        0.4,
    ),
    "bamboo": Material(
        ((214, 182, 124), (196, 160, 98), (222, 200, 150), (168, 122, 66), (120, 78, 44)),
        0.06,
        0.12,
        0.006,
        0.05,
        0.5,
        (0.1, 0.5),
        4,
        0.12,
    ),
    "rattan": Material(
        ((206, 166, 108), (188, 140, 80), (220, 192, 146), (140, 84, 44), (96, 58, 36), (226, 214, 190)),
        0.09,
        0.09,
        0.008,
        0.10,
        0.35,
        (0.1, 0.6),
        4,
        0.1,
    ),
    "seagrass": Material(
        ((164, 146, 92), (142, 130, 82), (186, 166, 116), (120, 112, 74)),
        0.13,
        0.2,
        0.03,
        0.12,
        0.0,
        (0.0, 0.12),
        3,
        0.05,
    ),
    "banana_fibre": Material(
        ((160, 130, 92), (134, 104, 72), (186, 160, 122), (108, 84, 60), (196, 176, 144)),
        0.15,
        0.22,
        0.03,
        0.15,
        0.0,
        (0.0, 0.2),
        3,
        0.05,
    ),
    "other_plant": Material(
        ((198, 160, 112), (170, 132, 84), (212, 190, 150), (150, 106, 62), (110, 70, 40), (226, 220, 206)),
        0.12,
        0.16,
        0.02,
        0.12,
        0.15,
        (0.0, 0.3),
        3,
        0.1,
    ),
    "synthetic": Material(
        ((58, 46, 40), (40, 40, 44), (120, 92, 64), (224, 222, 216), (150, 150, 150), (176, 140, 96), (60, 80, 110)),
        0.03,
        0.04,
        0.0,
        0.02,
        0.0,
        (0.2, 1.0),
        5,
        0.3,
    ),
    "other": Material(
        (
            (224, 220, 210),
            (150, 150, 152),
            (96, 96, 100),
            (70, 84, 120),
            (188, 176, 150),
            (62, 66, 76),
            (196, 214, 176),
            (120, 160, 176),
        ),
        0.05,
        0.10,
        0.01,
        0.05,
        0.0,
        (0.0, 0.06),
        2,
        0.4,
    ),
}
"""Looks by material label; `other` is cotton and linen cloth."""

DYES = (
    (150, 40, 36),
    (36, 84, 60),
    (44, 60, 110),
    (40, 34, 32),
    (196, 150, 40),
    (120, 56, 96),
    (176, 92, 40),
    (232, 226, 210),
    (90, 54, 36),
    (30, 110, 120),
)
"""sRGB of the dyes in use on mats and bags."""


def linear(srgb: tuple[int, int, int] | F32) -> F32:
    """Linear RGB of sRGB 0..255, by the square law that the camera model undoes with a square root."""
    return np.asarray(np.square(np.asarray(srgb, np.float32) / np.float32(255)), np.float32)


def strand_colours(rng: np.random.Generator, material: Material, evenness: float) -> tuple[F32, F32]:
    """Colour of every strand id [IDS, 3], linear, and the piece's own mean colour [3]."""
    tones = np.asarray(material.tones, np.float32)
    a, b = rng.integers(len(tones), size=2)
    base = linear(tones[a] + (tones[b] - tones[a]) * np.float32(rng.uniform(0, 0.6)))
    base = base * np.float32(rng.uniform(0.85, 1.12))
    n = IDS
    light = rng.standard_normal(n).astype(np.float32) * np.float32(material.spread * evenness * 1.6)
    warm = rng.standard_normal(n).astype(np.float32) * np.float32(material.spread * evenness * 0.5)
    tint = np.stack([1 + warm, np.ones(n, np.float32), 1 - 1.3 * warm], -1)
    return np.clip(base * np.exp(light)[:, None] * tint, 0.003, 0.95).astype(np.float32), base


def sample_look(rng: np.random.Generator, material: str, evenness: float) -> tuple[Look, F32]:
    """Draw a piece's look; the second value is its mean colour, linear [3]."""
    kind = MATERIALS[material]
    colours, base = strand_colours(rng, kind, evenness)
    how = rng.choice(["dark", "dark", "dark", "light", "cloth"])
    dark = base * np.float32(rng.uniform(0.05, 0.3))
    light = linear((rng.uniform(150, 245) + rng.normal(0, 8, 3)).astype(np.float32).clip(0, 255))
    cloth = linear((rng.uniform(40, 180) + rng.normal(0, 16, 3)).astype(np.float32).clip(5, 250))
    vary = log_uniform(rng, 0.5, 1.6)
    look = Look(
        colours=colours,
        gap={"dark": dark, "light": light, "cloth": cloth}[str(how)],
        streak=kind.streak * vary,
        bump=kind.bump * vary,
        mottle=kind.mottle * log_uniform(rng, 0.5, 1.6) * evenness,
        hue=kind.mottle * 0.35 * evenness,
        ply=float(rng.uniform(0.8, 2.2)) if material in ("seagrass", "other") and rng.random() < 0.5 else 0.0,
        node_every=float(rng.uniform(5, 22)) if rng.random() < kind.node else 0.0,
        node_dark=float(rng.uniform(0.15, 0.6)),
        gloss=float(rng.uniform(*kind.gloss)),
        shine=kind.shine,
        grime=float(rng.uniform(0.2, 0.8)) if material not in ("other", "synthetic") and rng.random() < 0.25 else 0.0,
    )
    return look, base


def recolour(look: Look, ids: slice | list[int], colour: F32) -> Look:
    """The look with the strands `ids` dyed; their own variation of lightness stays."""
    colours = look.colours.copy()
    own = colours[ids].mean(-1, keepdims=True)
    colours[ids] = np.clip(colour * (own / own.mean()), 0.002, 0.95)
    return replace(look, colours=colours)


def clothe(fields: Fields, look: Look, pitch: float) -> tuple[F32, F32]:
    """Albedo, linear RGB [H, W, 3], and the fine relief [H, W] in pitches, of a woven surface."""
    gap = fields.strand == GAP
    strand = np.maximum(fields.strand, 0)
    number = strand.astype(np.float32)
    zoom = np.float32(max(1.0, pitch / 22))
    across = fields.across * np.float32(pitch * 0.5) / zoom
    streak = look_up(fibre_tile(), fields.along * np.float32(pitch) / zoom + number * 53, across + number * 17)
    course = look_up(strand_tile(), fields.along * np.float32(5) + number * 31, (strand & WRAP).astype(np.float32))
    tone = 1 + np.float32(look.streak) * streak + np.float32(look.mottle) * course[..., 0]
    relief = np.float32(look.bump) * streak
    if look.ply > 0:
        twist = np.sin(fields.along * np.float32(6.283 * look.ply) + fields.across * np.float32(3.6))
        relief = relief + np.float32(0.05) * twist
        tone *= 1 + np.float32(0.08) * twist
    if look.node_every > 0:
        place = fields.along / np.float32(look.node_every) + (number * np.float32(0.618)) % 1
        off = (place - np.floor(place) - np.float32(0.5)) * np.float32(look.node_every)
        node = np.exp(-((off * np.float32(7)) ** 2))
        tone *= 1 - np.float32(look.node_dark) * node
        relief = relief + np.float32(0.07) * np.exp(-((off * np.float32(4.5)) ** 2))
    if look.grime > 0:
        low = np.clip(0.5 - fields.height / np.float32(2 * max(0.05, float(fields.height.max()))), 0, 1)
        tone *= 1 - np.float32(look.grime) * low
    tone = np.clip(tone, 0.15, 1.9)
    hue = np.float32(look.hue) * course[..., 1] * tone
    tones = cv2.merge([tone + hue, tone, tone - hue])
    albedo = np.asarray(cv2.multiply(look.colours.take(strand, axis=0), tones), np.float32)
    albedo = pick(gap, np.broadcast_to(look.gap, albedo.shape), albedo)
    np.copyto(relief, np.float32(0), where=gap)
    return albedo, relief
