"""Two or three crossing sets of strands: plain, basket, twill, satin, wicker, slat mats, and hexagonal weave."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.surface.fields import GAP, Bool, Edits, Fields
from training.surface.noise import F32, TABLE, WRAP, look_up, pick, strand_tile


@dataclass(frozen=True)
class StrandSet:
    """One set of parallel strands.

    pitch   px-free: in units of the piece's base pitch
    half    float32 [TABLE], half width of each strand, in its own pitch (0.5 touches the neighbour)
    places  float32 [K], jittered course of the cross coordinate, sampled over `span`
    round   1 for a round section, 0 for a flat one
    radius  height of the section, in base pitches
    swell   how much a strand widens where it lies on top
    uneven  how much its width changes along it
    stray   how far it wanders to the side, in pitches
    """

    pitch: float
    half: F32
    places: F32
    span: tuple[float, float]
    round: float
    radius: float
    swell: float
    uneven: float
    stray: float

    def place(self, cross: F32) -> F32:
        """The cross coordinate with the pitch jitter applied; strand k lies between k and k + 1."""
        low, high = self.span
        at = (cross - np.float32(low)) * np.float32((len(self.places) - 1) / (high - low))
        return np.asarray(self.places.take(np.clip(at, 0, len(self.places) - 1).astype(np.int32)), np.float32)


def section(across: F32, roundness: float) -> F32:
    """Height of a strand's section, 0..1, at -1..1 across it: a half circle, or flat with rounded edges."""
    square = np.minimum(across * across, 1)
    if roundness >= 1:
        return np.asarray(cv2.sqrt(1 - square), np.float32)
    flat = cv2.sqrt(1 - square * square * square)
    return np.asarray(flat if roundness <= 0 else flat * (1 - roundness) + cv2.sqrt(1 - square) * roundness, np.float32)


def _course(strands: StrandSet, index: NDArray[np.int32], along: F32) -> F32:
    return look_up(strand_tile(), along * np.float32(6), (index & WRAP).astype(np.float32))


def _ride(signs: F32, own: NDArray[np.int32], other: F32, transposed: bool) -> F32:
    """Height of a strand's centre line, -1..1, eased between the crossings on either side."""
    place = other - np.float32(0.5)
    first = np.floor(place)
    ease = place - first
    ease = ease * ease * (3 - 2 * ease)
    j = first.astype(np.int32)
    m, n = signs.shape
    # a power of two of repeats, so that `& WRAP` finds the place
    wide = signs.take(np.arange(TABLE) % m, 0).take(np.arange(TABLE) % n, 1)
    flat, own, j, k = wide.ravel(), own & WRAP, j & WRAP, (j + 1) & WRAP
    if transposed:
        here, there = flat.take(j * TABLE + own), flat.take(k * TABLE + own)
    else:
        here, there = flat.take(own * TABLE + j), flat.take(own * TABLE + k)
    return np.asarray(here + (there - here) * ease, np.float32)


def _edge(across: F32, gap: Bool | None, gone: Bool | None) -> Bool:
    present: Bool = np.abs(across) < 1
    if gap is not None:
        present &= ~gap
    if gone is not None:
        present &= ~gone
    return present


def crossed(
    u: F32, v: F32, sets: tuple[StrandSet, StrandSet], signs: NDArray[np.int8], wave: float, edits: Edits, fan: float
) -> Fields:
    """Weave upright strands (across u) with level ones (across v). u, v in base pitches, [H, W].

    `wave` is how far, in base pitches, a strand rises over a crossing and dips under it. On round pieces u is an angle
    and v the radius; `fan` is the radius at which upright strands have their nominal width (0: not round).
    """
    up, level = sets
    table = signs.astype(np.float32)
    cross_a, gap_a = edits.spread(0, up.place(u / np.float32(up.pitch)), v)
    cross_b, gap_b = edits.spread(1, level.place(v / np.float32(level.pitch)), u)
    i, j = np.floor(cross_a).astype(np.int32), np.floor(cross_b).astype(np.int32)
    ride_a, ride_b = _ride(table, i, cross_b, False), -_ride(table, j, cross_a, True)
    height, across, present = [], [], []
    for group, (strands, k, cross, along, ride, gap) in enumerate(
        ((up, i, cross_a, v, ride_a, gap_a), (level, j, cross_b, u, ride_b, gap_b))
    ):
        course = _course(strands, k, along)
        half = strands.half.take(k & WRAP) * (
            1 + np.float32(strands.swell) * ride + np.float32(strands.uneven) * course[..., 0]
        )
        if fan and group == 0:
            half = np.minimum(half * (np.float32(fan) / np.maximum(v, 0.5)), np.float32(0.5))
        off = cross - k - np.float32(0.5) + np.float32(strands.stray) * course[..., 1]
        s = np.asarray(off / half, np.float32)
        there = _edge(s, gap, edits.absent(group, k, along, s))
        h = np.asarray(wave * ride + strands.radius * section(s, strands.round), np.float32)
        np.copyto(h, np.float32(-9), where=~there)
        height.append(h)
        across.append(s)
        present.append(there)
    top = height[0] > height[1]
    strand = pick(top, i & WRAP, (j & WRAP) + TABLE)
    np.copyto(strand, GAP, where=~(present[0] | present[1]))
    floor = np.float32(-wave - 0.35)
    return Fields(
        height=np.maximum(pick(top, height[0], height[1]), floor),
        strand=strand,
        across=pick(top, across[0], across[1]),
        along=pick(top, v, u),
        cells=np.stack([i, j]),
    )


def hexagonal(u: F32, v: F32, sets: tuple[StrandSet, StrandSet, StrandSet], wave: float, edits: Edits) -> Fields:
    """Three sets at 60 degrees, each over the next and under the one after: open hexagons (anyam mata lima, kagome)."""
    height, across, place, along, present = [], [], [], [], []
    for k, strands in enumerate(sets):
        angle = np.pi / 3 * k
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        t = u * -s + v * c
        cross, gap = edits.spread(k, strands.place(np.asarray((u * c + v * s) / strands.pitch + 0.25, np.float32)), t)
        index = np.floor(cross).astype(np.int32)
        side = (cross - index - np.float32(0.5)) / strands.half.take(index & WRAP)
        across.append(side)
        place.append(index)
        along.append(t)
        present.append(_edge(side, gap, edits.absent(k, index, t, side)))
        height.append(np.float32(strands.radius) * section(side, strands.round))
    near = [np.maximum(1 - 0.45 * side * side, 0) for side in across]
    lifted = [
        np.where(present[k], height[k] + wave * (near[(k + 1) % 3] - near[(k + 2) % 3]), np.float32(-9))
        for k in range(3)
    ]
    stack = np.stack(lifted)
    # over-and-under is a rule of the sets, not of the heights: k covers k + 1 wherever both are there
    winner = np.full(u.shape, GAP, np.int32)
    for k in range(3):
        covered = present[(k + 2) % 3]  # the set that lies over set k
        winner = np.where(present[k] & ~covered, k, winner)
    winner = np.where((winner == GAP) & (stack.max(0) > -5), stack.argmax(0), winner).astype(np.int32)
    pick = np.maximum(winner, 0)[None]
    strand = np.take_along_axis(np.stack([(p & WRAP) + k * TABLE for k, p in enumerate(place)]), pick, 0)[0]
    return Fields(
        height=np.maximum(np.take_along_axis(stack, pick, 0)[0], np.float32(-wave - 0.35)).astype(np.float32),
        strand=np.where(winner < 0, GAP, strand).astype(np.int32),
        across=np.take_along_axis(np.stack(across), pick, 0)[0].astype(np.float32),
        along=np.take_along_axis(np.stack(along), pick, 0)[0].astype(np.float32),
        cells=np.stack([place[0], place[1]]),
    )
