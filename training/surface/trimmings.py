"""Straps, ropes, bows, flowers, labels, words and studs, each drawn about the middle of a square of its own."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.noise import F32

_NATURAL = ((206, 178, 128), (168, 128, 78), (112, 76, 44), (226, 208, 170), (60, 42, 30))
_DYED = ((176, 42, 40), (36, 74, 128), (34, 96, 62), (24, 24, 26), (240, 238, 230), (222, 150, 40), (214, 120, 150))
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
_LETTERS = "ABCDEFGHIKLMNOPRSTUWYabcdefghiklmnoprstuy0123456789&"


@dataclass(frozen=True)
class Laid:
    """colour float32 [S, S, 3] 0..255 in white light; opacity float32 [S, S] 0..1; lift in px, how far it throws its
    shadow; any_way: it lies turned any way, not roughly upright."""

    colour: F32
    opacity: F32
    lift: float
    any_way: bool = True


def colour_of(rng: np.random.Generator) -> F32:
    """The colour of a trimming, RGB 0..255: of plant fibre and leather, or dyed."""
    known = _NATURAL if rng.random() < 0.5 else _DYED
    base = np.array(known[rng.integers(len(known))], np.float32)
    return np.clip(base + rng.normal(0, 14, 3), 8, 250).astype(np.float32)


def strap(rng: np.random.Generator, side: int) -> Laid:
    """A band of leather, cotton or webbing across the piece, often stitched along its edges."""
    size = round(side * rng.uniform(0.7, 1.8))
    half = max(2.0, side * rng.uniform(0.015, 0.07))
    along, across = _axes(size)
    across = across - _bent(rng, along, size)
    opacity = _soft(half - np.abs(across))
    shade = 1 - 0.35 * (np.abs(across) / half).clip(0, 1) ** 4
    if rng.random() < 0.5:  # the weave of webbing
        shade = shade * (1 + 0.1 * np.sin(along * np.pi / rng.uniform(1.2, 3)))
    colour = colour_of(rng) * shade[..., None] + rng.normal(0, 3, (size, size, 1))
    if rng.random() < 0.5:
        dashed = np.sin(along * 2 * np.pi / max(4.0, half * 0.8)) > 0
        stitch = (np.abs(np.abs(across) - half * 0.75) < max(0.6, half * 0.07)) & dashed
        colour[stitch] = colour_of(rng)
    return Laid(colour.astype(np.float32), opacity, 0.25 * half)


def rope(rng: np.random.Generator, side: int) -> Laid:
    """A twisted or braided rope: a handle seen from the front, a rim's trim, a knotted cord."""
    size = round(side * rng.uniform(0.6, 1.6))
    half = max(2.0, side * rng.uniform(0.012, 0.05))
    along, across = _axes(size)
    if rng.random() < 0.5:  # an arc, as of a handle
        radius = size * rng.uniform(0.25, 0.42)
        angle = np.arctan2(across, along)
        along, across = (angle * radius).astype(np.float32), (np.hypot(across, along) - radius).astype(np.float32)
    else:
        across = across - _bent(rng, along, size)
    lay = half * rng.uniform(1.0, 2.2)
    sense = across if rng.random() < 0.6 else np.abs(across)
    twist = np.cos((along + sense * rng.uniform(0.6, 1.6)) * np.pi / lay)
    round_off = np.sqrt(np.clip(1 - (across / half) ** 2, 0.05, 1))
    colour = colour_of(rng) * ((0.72 + 0.28 * np.abs(twist)) * (0.5 + 0.5 * round_off))[..., None]
    return Laid(colour.astype(np.float32), _soft(half - np.abs(across)), 0.5 * half)


def bow(rng: np.random.Generator, side: int) -> Laid:
    """Two loops, two tails and a knot of ribbon."""
    wide = side * rng.uniform(0.08, 0.22)
    size = round(wide * 4.2)
    along, across = _axes(size)
    base, opacity = colour_of(rng), np.zeros((size, size), np.float32)
    colour = np.zeros((size, size, 3), np.float32)
    for sign in (-1, 1):
        tail = np.array([[0, 0], [sign * wide * rng.uniform(0.4, 0.9), wide * rng.uniform(0.8, 1.6)]])
        ends = tail[1] + np.array([[wide * 0.16, 0], [-wide * 0.16, wide * 0.1]])
        _fill(opacity, colour, np.array([tail[0], ends[0], ends[1]]) + size / 2, base * 0.82)
    for sign in (-1, 1):
        steps = np.linspace(0, 2 * np.pi, 40)
        lean = rng.normal(0, 0.15)
        x = sign * wide * (0.62 + 0.6 * np.cos(steps))
        y = wide * rng.uniform(0.28, 0.45) * np.sin(steps) * (1 + 0.4 * np.cos(steps)) + lean * x
        _fill(opacity, colour, np.stack([x, y], -1) + size / 2, base)
    folds = 1 + 0.22 * np.sin(np.arctan2(across, along) * rng.integers(6, 14))
    colour *= folds[..., None]
    knot = _soft(wide * 0.17 - np.hypot(along, across * 0.8))
    colour += (base * 0.9 - colour) * knot[..., None]
    return Laid(colour, np.maximum(opacity, knot), 0.06 * wide, any_way=False)


def flower(rng: np.random.Generator, side: int) -> Laid:
    """Petals about a middle, of straw, cloth or paint."""
    radius = side * rng.uniform(0.05, 0.2)
    size = round(radius * 2.6)
    along, across = _axes(size)
    angle, far = np.arctan2(across, along), np.hypot(along, across)
    petals = int(rng.integers(5, 13))
    shape = radius * (1 - rng.uniform(0.12, 0.45) * (0.5 - 0.5 * np.cos(angle * petals)))
    veins = 1 + 0.15 * np.cos(angle * petals * 4) - 0.3 * (1 - far / radius).clip(0, 1)
    edges = 1 - 0.45 * np.exp(-((np.sin(angle * petals / 2) * far / (0.06 * radius)) ** 2))
    colour = colour_of(rng) * (veins * edges)[..., None]
    middle = _soft(radius * rng.uniform(0.15, 0.3) - far)
    dots = 1 + 0.25 * np.sin(along * 1.9) * np.sin(across * 1.9)
    colour += (colour_of(rng) * dots[..., None] - colour) * middle[..., None]
    lift = 0.0 if rng.random() < 0.3 else 0.08 * radius
    return Laid(colour.astype(np.float32), _soft(shape - far), lift)


def label(rng: np.random.Generator, side: int) -> Laid:
    """A tag or patch of paper, cloth, leather or wood with words, a frame or bars on it."""
    wide, high = side * rng.uniform(0.08, 0.3), side * rng.uniform(0.05, 0.2)
    size = round(2.2 * max(wide, high))
    along, across = _axes(size)
    corner = min(wide, high) * rng.uniform(0, 0.3)
    outside = np.hypot(
        np.maximum(np.abs(along) - wide / 2 + corner, 0), np.maximum(np.abs(across) - high / 2 + corner, 0)
    )
    opacity = _soft(corner - outside + 0.5)
    colour = np.broadcast_to(colour_of(rng), (size, size, 3)) + rng.normal(0, 2.5, (size, size, 1))
    colour = np.ascontiguousarray(colour, np.float32)
    ink = colour_of(rng)
    for line in range(int(rng.integers(1, 4))):
        scale = max(0.2, high / 90 * rng.uniform(0.6, 1.2))
        at = (round(size / 2 - wide * 0.42), round(size / 2 - high * 0.1 + (line - 1) * high * 0.3))
        colour[:] = colour + (ink - colour) * _written(rng, size, at, scale, 1)[..., None]
    if rng.random() < 0.4:
        frame = np.abs(outside - corner + max(1.5, 0.06 * high)) < 0.7
        colour[frame] = ink
    return Laid(np.asarray(colour, np.float32), opacity, rng.uniform(0.3, 1.5), any_way=False)


def words(rng: np.random.Generator, side: int) -> Laid:
    """Words or a sign, painted or sewn straight on the weave, through which it shows."""
    size = round(side * rng.uniform(0.4, 0.9))
    scale, thick = side / 320 * rng.uniform(0.8, 2.4), max(1, round(side / 320 * rng.uniform(1, 5)))
    opacity = _written(rng, size, (round(size * 0.05), size // 2), scale, thick)
    if rng.random() < 0.4:
        along, across = _axes(size)
        ring = size * rng.uniform(0.2, 0.45)
        opacity = np.maximum(opacity, _soft(thick / 2 - np.abs(np.hypot(along, across) - ring)))
    colour = np.broadcast_to(colour_of(rng), (size, size, 3)).astype(np.float32)
    return Laid(colour, opacity * np.float32(rng.uniform(0.6, 0.95)), 0.0, any_way=False)


def studs(rng: np.random.Generator, side: int) -> Laid:
    """A row or ring of buttons, beads, rivets or shells."""
    radius = max(1.5, side * rng.uniform(0.008, 0.035))
    count = int(rng.integers(1, 9))
    size = round(radius * 4 * count + 4 * radius)
    along, across = _axes(size)
    base = colour_of(rng) if rng.random() < 0.6 else np.array([190, 170, 120], np.float32)
    colour = np.broadcast_to(base, (size, size, 3)).astype(np.float32)
    opacity = np.zeros((size, size), np.float32)
    ring = rng.random() < 0.3
    for k in range(count):
        turn = 2 * np.pi * k / count
        reach = radius * 0.7 * count
        x, y = (reach * np.cos(turn), reach * np.sin(turn)) if ring else ((k - (count - 1) / 2) * radius * 3.6, 0.0)
        far = np.hypot(along - x, across - y)
        inside = _soft(radius - far)
        shine = np.exp(-((np.hypot(along - x + 0.35 * radius, across - y + 0.35 * radius) / (0.35 * radius)) ** 2))
        shade = base * (1 - 0.4 * (far / radius).clip(0, 1) ** 2)[..., None] + 90 * shine[..., None]
        colour += (shade - colour) * inside[..., None]
        opacity = np.maximum(opacity, inside)
    return Laid(colour.astype(np.float32), opacity, 0.5 * radius)


def _axes(size: int) -> tuple[F32, F32]:
    ys, xs = np.mgrid[:size, :size].astype(np.float32)
    return xs - np.float32(size / 2), ys - np.float32(size / 2)


def _soft(inside: NDArray[np.floating]) -> F32:
    """Opacity of a shape given by how many px inside it a place lies: an edge one px wide."""
    return np.asarray(np.clip(inside + 0.5, 0, 1), np.float32)


def _bent(rng: np.random.Generator, along: F32, size: int) -> F32:
    return np.asarray(
        size * rng.normal(0, 0.05) * np.sin(along * (2 * np.pi / size) * rng.uniform(0.3, 1.2)), np.float32
    )


def _fill(opacity: F32, colour: F32, corners: NDArray[np.floating], tone: F32) -> None:
    shape = np.zeros_like(opacity)
    cv2.fillPoly(shape, [np.round(corners * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
    colour += (tone - colour) * shape[..., None]
    np.maximum(opacity, shape, out=opacity)


def _written(rng: np.random.Generator, size: int, at: tuple[int, int], scale: float, thick: int) -> F32:
    """Opacity [size, size] of a few letters."""
    drawn = np.zeros((size, size), np.uint8)
    text = "".join(_LETTERS[k] for k in rng.integers(len(_LETTERS), size=int(rng.integers(2, 9))))
    cv2.putText(drawn, text, at, _FONTS[rng.integers(len(_FONTS))], scale, 255, thick, cv2.LINE_AA)
    return np.asarray(drawn, np.float32) / np.float32(255)
