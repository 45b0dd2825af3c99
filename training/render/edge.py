"""Defects of the edge and of the whole shape: a rim that comes undone, dents, a lean, a buckled mat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.render.arrays import Array, smoothstep, unit
from training.render.breakage import KEPT, Edit, Place, displaced, fray, split
from training.render.strand import Strand


def unravelled(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """EDGE_UNRAVEL: over a stretch the lashing is cut, the rim stands off, and the last rows open."""
    cloud = np.concatenate([s.line for s in strands])
    half = max(place.pitch * rng.uniform(2.5, 6.0), place.pixel * 12)
    edge = strands[place.strand]
    i = int(np.argmin(np.linalg.norm(edge.line - place.centre, axis=1)))
    flat = np.ptp(cloud[:, 2]) < 0.12 * np.ptp(cloud[:, 0])
    # Away from the piece, in its surface: up at the rim of a vessel, outward at the border of a mat.
    away = unit((place.centre - cloud.mean(0)) * [1, 1, 0]) if flat else np.array([0, 0, 1.0])
    away = unit(away - edge.tangent[i] * (away @ edge.tangent[i]))
    push = away * half * rng.uniform(0.12, 0.4) + place.out * half * rng.uniform(0.05, 0.35)
    out: list[Strand] = []
    touched: list[Array] = [place.centre[None]]
    cut = rng.uniform() < 0.6
    for s in strands:
        d = np.linalg.norm(s.line - place.centre, axis=1)
        if s.role in KEPT or d.min() > half:
            out.append(s)
            continue
        near = smoothstep(1 - d / half)
        if s.role == "lash" or (s.role == "rim" and cut and s.role == edge.role and rng.uniform() < 0.5):
            f = s.resampled(max(0.002, float(s.width.mean()) / 2))
            gone = np.linalg.norm(f.line - place.centre, axis=1) < half * rng.uniform(0.5, 0.8)
            touched.append(f.line[gone])
            for part in split(f, gone):
                for at_end in (False, True):
                    tip = -1 if at_end else 0
                    if np.linalg.norm(part.line[tip] - place.centre) < half * 1.1:
                        lift = push * rng.uniform(0.4, 1.3) + unit(rng.normal(size=3)) * half * 0.2
                        part = displaced(part, at_end, half * rng.uniform(0.5, 1.0), lift)
                        way = part.tangent[tip] * (1 if at_end else -1)
                        out += (
                            loose := fray(part.line[tip], way, place.out, float(part.width[tip]), part.colour[tip], rng)
                        )
                        touched += [part.line[np.linalg.norm(part.line - place.centre, axis=1) < half * 1.6]]
                        touched += [fibre.line for fibre in loose]
                out.append(part)
            continue
        share = {"rim": 1.0, "weft": 0.55, "coil": 0.7, "stitch": 0.4, "stake": 0.25}.get(s.role, 0.2)
        moved = replace(s, line=s.line + push * (share * rng.uniform(0.6, 1.2) * near)[:, None])
        touched += [s.line[near > 0.15], moved.line[near > 0.15]]
        out.append(moved)
    return Edit(out, np.concatenate(touched), max(float(edge.width.mean()), place.pixel * 2))


def deformed(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """SHAPE_DEFORMED: a dent, a lean, a mouth pressed flat, or a flat piece that buckles."""
    cloud = np.concatenate([s.line for s in strands])
    low, size = cloud.min(0), np.ptp(cloud, axis=0)
    flat = size[2] < 0.12 * size[0]
    # A shallow tray has no wall to dent, and its base would be pushed into the ground.
    dents = 0.0 if abs(place.out[2]) > 0.7 or size[2] < 0.4 * size[0] else 0.55
    kind = "buckle" if flat else str(rng.choice(["dent", "lean", "pressed"], p=[dents, 0.25, 0.75 - dents]))
    heading = rng.uniform(0, 2 * np.pi)
    side = np.array([np.cos(heading), np.sin(heading), 0])
    reach = float(size[:2].min() if not flat else size[:2].max()) * rng.uniform(0.25, 0.45)
    amount = {"dent": rng.uniform(0.14, 0.28), "lean": rng.uniform(0.16, 0.34), "pressed": rng.uniform(0.18, 0.4),
              "buckle": rng.uniform(0.09, 0.17)}[kind]  # fmt: skip
    middle = (low + size / 2) * [1, 1, 0]
    across = rng.uniform() < 0.5

    def shift(p: Array) -> Array:
        k = np.clip((p[:, 2] - low[2]) / max(float(size[2]), 1e-6), 0, 1)
        if kind == "dent":
            d = np.linalg.norm(p - place.centre, axis=1)
            return np.asarray(-place.out * (amount * size[:2].max() * np.exp(-((d / reach) ** 2)))[:, None])
        if kind == "lean":
            return np.asarray(side * (amount * size[2] * k**1.3)[:, None])
        if kind == "pressed":
            offset = ((p - middle) @ side)[:, None] * side
            return np.asarray(-offset * (amount * smoothstep(k))[:, None])
        along = (p - place.centre) @ (side if across else np.array([-side[1], side[0], 0]))
        wave = np.exp(-((along / (reach * 0.4)) ** 2))
        return np.asarray(np.array([0, 0, 1.0]) * (amount * size.max() * wave)[:, None])

    out, touched = [], []
    least = amount * 0.18 * float(size.max())
    for s in strands:
        step = shift(s.line)
        line = s.line + step
        line[:, 2] = np.maximum(line[:, 2], np.minimum(s.line[:, 2], low[2] + 0.5 * float(s.thickness.mean())))
        out.append(replace(s, line=line))
        far = np.linalg.norm(step, axis=1) > least
        touched += [s.line[far], s.line[far] + step[far]]
    return Edit(out, np.concatenate([place.centre[None], *touched]), float(size.max()) / 30)
