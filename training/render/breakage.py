"""Defects of the structure, as edits of the strands: broken, missing, loose, holed, and ends that stick out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.render.arrays import Array, smoothstep, unit
from training.render.strand import Strand


@dataclass(frozen=True)
class Place:
    """Where a defect goes. centre [3]; out [3]: unit, the surface's side that the camera sees; strand: its number;
    pitch: metres between rows; pixel: metres a pixel covers here, so that a defect is large enough to be seen."""

    centre: Array
    out: Array
    strand: int
    pitch: float
    pixel: float


@dataclass(frozen=True)
class Edit:
    """The strands after a defect, and the places it touched: touched [K, 3], each seen within `reach` metres."""

    strands: list[Strand]
    touched: Array
    reach: float


KEPT = ("frame", "lining", "fitting")
"""Roles that no defect of the weave touches: rods, cloth and leather."""


def fray(end: Array, way: Array, out: Array, width: float, colour: Array, rng: np.random.Generator) -> list[Strand]:
    """Torn fibres at a strand's end."""
    fibres = []
    for _ in range(int(rng.integers(3, 7))):
        length = width * rng.uniform(0.5, 1.9)
        heading = unit(way + rng.normal(size=3) * 0.45 + out * rng.uniform(-0.1, 0.4))
        t = np.linspace(0, 1, 5)[:, None]
        bend = unit(rng.normal(size=3)) * length * 0.35
        start = end + unit(np.cross(way, out)) * width * rng.uniform(-0.4, 0.4)
        line = start - way * width * 0.3 + heading * length * t + bend * t**2
        thin = width * rng.uniform(0.08, 0.2) * np.linspace(1, 0.3, 5)
        tone = np.clip(colour * rng.uniform(0.9, 1.6), 0.004, 0.95)
        fibres.append(Strand(line, np.tile(out, (5, 1)), thin, thin, np.tile(tone, (5, 1)), "fibre", 90_000))
    return fibres


def split(s: Strand, gone: Array) -> list[Strand]:
    """The parts of a strand that are left where `gone` [n] is False; parts of fewer than three points go too."""
    if s.closed and gone.any() and not gone.all():
        first = int(np.flatnonzero(gone)[0])
        gone = np.r_[gone[first:], gone[: first + 1]]
        s = s.opened_at(first)
    edges = np.flatnonzero(np.diff(np.r_[True, gone, True].astype(int)))
    return [s.part(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 3]


def displaced(s: Strand, at_end: bool, length: float, lift: Array) -> Strand:
    """The strand with its last (or first) `length` metres bent away by `lift` [3] at the very end."""
    arc = s.arc
    rest = (arc[-1] - arc) if at_end else arc
    k = np.clip(1 - rest / max(length, 1e-6), 0, 1)[:, None] ** 2
    return replace(s, line=s.line + lift * k)


def _fine(s: Strand) -> Strand:
    step = max(0.0012, float(s.width.mean()) / 2.5)
    return s if len(s) > 1 and s.arc[-1] / len(s) < step else s.resampled(step)


def _company(strands: list[Strand], place: Place, reach: float) -> list[int]:
    """Numbers of the strands that count as the one at the place: its group, within `reach` of the centre."""
    group = strands[place.strand].group
    return [k for k, s in enumerate(strands)
            if s.group == group and np.linalg.norm(s.line - place.centre, axis=1).min() < reach]  # fmt: skip


def broken(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """STRAND_BROKEN: the strand is cut, its ends bent away and frayed."""
    chosen = strands[place.strand]
    width = float(chosen.width.mean())
    gap = max(width * rng.uniform(0.5, 2.6), place.pixel * 5)
    numbers = _company(strands, place, width * 1.6 + gap)
    if len(numbers) > 1 and rng.uniform() < 0.3:
        numbers = [place.strand]
    out_strands = [s for k, s in enumerate(strands) if k not in numbers]
    touched = []
    for k in numbers:
        s = _fine(strands[k])
        gone = np.linalg.norm(s.line - place.centre, axis=1) < gap / 2 * rng.uniform(0.8, 1.25)
        if not gone.any():
            gone[np.argmin(np.linalg.norm(s.line - place.centre, axis=1))] = True
        touched.append(s.line[gone])
        for part in split(s, gone):
            near_end = bool(np.linalg.norm(part.line[-1] - place.centre) < np.linalg.norm(part.line[0] - place.centre))
            tip = -1 if near_end else 0
            if np.linalg.norm(part.line[tip] - place.centre) > gap * 1.5 + width:
                out_strands.append(part)
                continue
            bend = max(width * rng.uniform(2, 6), place.pixel * 8)
            lift = place.out * max(width, place.pixel * 3) * rng.uniform(0.1, 1.8)
            lift = lift + part.side[tip] * width * rng.normal() * 0.9
            moved = displaced(part, near_end, bend, lift)
            touched.append(moved.line[np.linalg.norm(moved.line - part.line, axis=1) > width * 0.08])
            out_strands.append(moved)
            way = moved.tangent[tip] * (1 if near_end else -1)
            if rng.uniform() < 0.8:
                fibres = fray(moved.line[tip], way, place.out, float(part.width[tip]), part.colour[tip], rng)
                out_strands += fibres
                touched.append(np.concatenate([f.line for f in fibres]))
    return Edit(out_strands, np.concatenate(touched), max(width, place.pixel * 2))


def missing(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """STRAND_MISSING: the strand is absent over a stretch, its ends tucked under; in coiled work it is stitches."""
    chosen = strands[place.strand]
    width = float(chosen.width.mean())
    if chosen.role == "stitch":
        reach = max(place.pitch * rng.uniform(1.0, 2.6), place.pixel * 10)
        gone_numbers = {
            k
            for k, s in enumerate(strands)
            if s.role == "stitch" and np.linalg.norm(s.line.mean(0) - place.centre) < reach
        }
        return Edit([s for k, s in enumerate(strands) if k not in gone_numbers],
                    np.concatenate([strands[k].line for k in sorted(gone_numbers)]), width)  # fmt: skip
    half = max(place.pitch * rng.uniform(2, 8), place.pixel * 10) if rng.uniform() < 0.75 else 10.0
    numbers = _company(strands, place, half)
    out_strands = [s for k, s in enumerate(strands) if k not in numbers]
    touched = []
    for k in numbers:
        s = strands[k].resampled(max(0.003, width / 2))
        gone = np.linalg.norm(s.line - place.centre, axis=1) < half
        touched.append(s.line[gone])
        for part in split(s, gone):
            for at_end in (False, True):
                tip = -1 if at_end else 0
                if np.linalg.norm(part.line[tip] - place.centre) < half + width * 2:
                    part = displaced(part, at_end, width * 3, -place.out * float(part.thickness[tip]) * 0.8)
            out_strands.append(part)
    return Edit(out_strands, np.concatenate(touched), width * 0.8)


def loose(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """WEAVE_LOOSE: neighbouring strands are pushed apart and sag, leaving a gap at the centre."""
    chosen = strands[place.strand]
    i = int(np.argmin(np.linalg.norm(chosen.line - place.centre, axis=1)))
    along, across = chosen.tangent[i], chosen.side[i]
    opening = max(place.pitch * rng.uniform(0.55, 1.3), place.pixel * 4)
    length = max(place.pitch * rng.uniform(1.8, 4.5), place.pixel * 9)
    depth = opening * rng.uniform(1.6, 2.6)
    out_strands, touched = [], []
    sides: dict[int, float] = {}
    for s in strands:
        d = s.line - place.centre
        x, y, z = d @ along, d @ across, d @ place.out
        near = np.exp(-((x / length) ** 2) - (y / depth) ** 2 - (z / (4 * place.pitch)) ** 2)
        stitch = s.role == "stitch"
        parallel = stitch or abs(float(s.tangent[np.argmax(near)] @ along)) > 0.6
        if near.max() < 0.02 or not parallel or s.role in KEPT:
            out_strands.append(s)
            continue
        if s.group not in sides:
            k = int(np.argmax(near))
            sides[s.group] = 1.0 if y[k] + place.pitch * 0.1 * rng.normal() >= 0 else -1.0
        push = sides[s.group] * opening * near
        sag = place.out * (rng.uniform(-0.2, 0.7) * float(s.thickness.mean()))
        moved = replace(s, line=s.line + across * push[:, None] + sag * near[:, None])
        hit = near > 0.25
        touched += [s.line[hit], moved.line[hit]]
        out_strands.append(moved)
    return Edit(out_strands, np.concatenate(touched) if touched else place.centre[None], float(chosen.width.mean()))


def hole(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """HOLE: every strand is cut inside an irregular outline; ends are torn, bent and frayed."""
    radius = max(place.pitch * rng.uniform(1.0, 2.6), place.pixel * 8)
    helper = np.array([0, 0, 1.0]) if abs(place.out[2]) < 0.9 else np.array([1.0, 0, 0])
    ex = unit(np.cross(helper, place.out))
    ey = np.cross(place.out, ex)
    waves = [(k, rng.normal() * 0.22 / k**0.5, rng.uniform(0, 6.3)) for k in range(2, 6)]
    out_strands, touched = [], []
    for s in strands:
        if s.role in KEPT or np.linalg.norm(s.line - place.centre, axis=1).min() > radius * 1.8:
            out_strands.append(s)
            continue
        f = _fine(s)
        d = f.line - place.centre
        x, y = d @ ex, d @ ey
        a = np.arctan2(y, x)
        limit = radius * rng.uniform(0.75, 1.2) * (1 + sum(w * np.cos(k * a + p) for k, w, p in waves))
        gone = (np.hypot(x, y) < limit) & (np.abs(d @ place.out) < radius + place.pitch)
        if not gone.any():
            out_strands.append(s)
            continue
        touched.append(f.line[gone])
        for part in split(f, gone):
            width = float(part.width.mean())
            for at_end in (False, True):
                tip = -1 if at_end else 0
                gap = np.linalg.norm(f.line[gone] - part.line[tip], axis=1).min()
                if gap > max(width, 0.004):
                    continue
                lift = place.out * width * rng.normal() * 0.7 + part.side[tip] * width * rng.normal() * 0.5
                before = part
                part = displaced(part, at_end, min(width * rng.uniform(1.5, 4), radius), lift)
                touched.append(part.line[np.linalg.norm(part.line - before.line, axis=1) > width * 0.1])
                way = part.tangent[tip] * (1 if at_end else -1)
                if rng.uniform() < 0.5:
                    fibres = fray(part.line[tip], way, place.out, width, part.colour[tip], rng)
                    out_strands += fibres
                    touched.append(np.concatenate([b.line for b in fibres]))
            out_strands.append(part)
    return Edit(out_strands, np.concatenate(touched) if touched else place.centre[None], place.pitch * 0.4)


def protruding(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """END_PROTRUDING: one to three stem ends stick out by more than a strand's width."""
    chosen = strands[place.strand]
    i = int(np.argmin(np.linalg.norm(chosen.line - place.centre, axis=1)))
    width = float(max(min(chosen.width.mean(), 0.009), place.pixel * 2.4))
    added: list[Strand] = []
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        length = min(max(width * rng.uniform(2.0, 6), place.pixel * 10), place.pixel * 80)
        flat = unit(chosen.tangent[i] * rng.normal() + chosen.side[i] * rng.normal())
        way = unit(place.out * rng.uniform(0.35, 1.1) + flat * rng.uniform(0.3, 1.2))
        t = np.linspace(0, 1, 9)[:, None]
        start = place.centre + chosen.side[i] * width * rng.normal() * 0.8 - place.out * width * 0.5
        bend = (unit(rng.normal(size=3)) - np.array([0, 0, 0.5])) * length * rng.uniform(0.0, 0.45)
        line = start + way * length * t + bend * t**2
        short = 1.5 * width - float(((line - start) @ place.out).max())
        line = line + place.out * max(short, 0) * t
        taper = (1 - 0.5 * smoothstep(t[:, 0])) * width * rng.uniform(0.45, 0.95)
        colour = np.clip(
            chosen.colour[i]
            * rng.choice([rng.uniform(0.55, 0.8), rng.uniform(1.15, 1.7)])
            * np.linspace(1, 1.15, 9)[:, None],
            0.004,
            0.95,
        )
        thick = np.minimum(taper, np.maximum(chosen.thickness.mean(), 0.0012))
        # The flat side faces away from the piece, as a cut splint end does.
        side = unit(np.cross(way, place.out))
        end = Strand(
            line,
            np.tile(unit(np.cross(side, way)), (9, 1)),
            taper,
            thick,
            colour,
            "fibre",
            91_000 + len(added),
            chosen.square,
        )
        added.append(end)
        if rng.uniform() < 0.4:
            added += fray(line[-1], unit(line[-1] - line[-2]), place.out, width * 0.5, colour[-1], rng)
    return Edit(strands + added, np.concatenate([s.line for s in added]), width)
