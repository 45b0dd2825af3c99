"""Rows that lie side by side: coils with stitches, ropes, plaits, twined rows, knit columns."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.surface.fields import GAP, Edits, Fields
from training.surface.lattice import StrandSet
from training.surface.noise import F32, TABLE, WRAP, look_up, pick, strand_tile


@dataclass(frozen=True)
class Lobes:
    """How a row is built of lobes (stitches, plies, plait strands) along it.

    per_pitch  lobes a row pitch
    slant      how far a lobe leans along the row from one side of it to the other, in lobes
    plait      lobes of the two sides lean towards each other (a plait, a knit column)
    turn       every other row leans the other way (twined rows)
    fill       share of the row covered by lobes; the core shows between
    depth      how deep the valleys between lobes are, 0..1
    """

    per_pitch: float
    slant: float
    plait: bool
    turn: bool
    fill: float
    depth: float


def rows(u: F32, v: F32, strands: StrandSet, lobes: Lobes, edits: Edits, group: int = 0, rings: bool = False) -> Fields:
    """Rows across v, running along u. u, v in base pitches, [H, W].

    Edits reach whole rows as `group` and their lobes alone as `group` + 1. On round pieces (`rings`) u is each row's
    own arc length, which jumps from row to row.
    """
    arc = np.asarray(u * v / (np.floor(v) + np.float32(0.5)), np.float32) if rings else u
    cross, gap = edits.spread(group, strands.place(v / np.float32(strands.pitch)), arc)
    row = np.floor(cross).astype(np.int32)
    known = row & WRAP
    course = look_up(strand_tile(), u * np.float32(4), known.astype(np.float32))
    half = strands.half.take(known) * (1 + np.float32(strands.uneven) * course[..., 0])
    s = np.asarray((cross - row - np.float32(0.5) + np.float32(strands.stray) * course[..., 1]) / half, np.float32)

    offset = (known * np.float32(0.381966)) % 1
    lean = s * np.float32(lobes.slant)
    if lobes.plait:
        lean = np.abs(s) * np.float32(lobes.slant) + np.float32(0.5) * (s > 0)
    elif lobes.turn:
        lean = np.where(row % 2 == 0, lean, -lean)
    q = u * np.float32(lobes.per_pitch) + lean + offset + np.float32(0.12) * course[..., 1]
    lobe = np.floor(q)
    side = (q - lobe) * 2 - 1
    number = lobe.astype(np.int32)

    body = cv2.sqrt(np.maximum(1 - s * s, 0))
    if lobes.plait:
        x = np.abs(s) * 2 - 1
        body = cv2.sqrt(np.maximum(1 - np.float32(0.85) * x * x, 0))
    covered = np.abs(side) < np.float32(lobes.fill)
    fat = cv2.sqrt(np.maximum(1 - (side / np.float32(lobes.fill)) ** 2, 0))
    gone = edits.absent(group, row, u, s)
    lost = edits.absent(group + 1, row, u, s)
    if lost is not None:
        covered &= ~lost
    height = (
        np.float32(strands.radius) * body * np.where(covered, 1 - np.float32(lobes.depth) * (1 - fat), np.float32(0.62))
    )
    present = np.abs(s) < 1
    if gap is not None:
        present &= ~gap
    if gone is not None:
        present &= ~gone
    stitch = (number * 7 + row * 131 + (s > 0) * (311 if lobes.plait else 0)) & WRAP
    strand = pick(covered, (stitch + TABLE).astype(np.int32), known)
    np.copyto(strand, GAP, where=~present)
    return Fields(
        height=np.where(present, height, np.float32(-0.4 * strands.radius)).astype(np.float32),
        strand=strand,
        across=np.where(covered, side / np.float32(lobes.fill), s).astype(np.float32),
        along=np.where(covered, s * 1.2, u).astype(np.float32),
        cells=np.stack([number, row]),
    )
