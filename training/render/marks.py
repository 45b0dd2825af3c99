"""Defects of the colour, as edits of the mesh's vertices: stains and mould."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.render.arrays import Array, from_srgb, smoothstep, unit
from training.render.breakage import Place
from training.render.noise import wave3
from training.render.strand import Mesh


@dataclass(frozen=True)
class Mark:
    """The mesh after a colour defect, and the vertices it touched: touched [K, 3], each seen within `reach` metres."""

    mesh: Mesh
    touched: Array
    reach: float


KEPT = {"wet": (0.42, 0.36, 0.30), "coffee": (0.42, 0.27, 0.16), "tar": (0.10, 0.09, 0.085), "tide": (0.72, 0.60, 0.44)}
"""Of the light that a place gave back, what it still gives back under a liquid."""


def _strand_shift(group: Array) -> Array:
    """A number of about unit spread for each strand: how far a liquid crept along it."""
    return np.sin(group * 12.9898) * 1.3


def _blot(mesh: Mesh, centre: Array, radius: float, rng: np.random.Generator, ragged: float) -> Array:
    """Distance from the centre in radii, made ragged by noise and by strand: < 1 inside. [V]"""
    d = mesh.points - centre
    stretch = unit(rng.normal(size=3))
    along = d @ stretch
    squash = rng.uniform(0.35, 0.75)
    r = np.sqrt(np.maximum((d**2).sum(1) - along**2 * (1 - squash**2), 0)) / radius
    far = r > 3
    near = ~far
    noise = np.zeros(len(r))
    noise[near] = 0.7 * wave3(rng, mesh.points[near], radius * 1.3) + 0.3 * wave3(rng, mesh.points[near], radius * 0.35)
    return np.asarray(r + ragged * noise + 0.16 * _strand_shift(mesh.group) * (r < 3))


def stain(mesh: Mesh, place: Place, rng: np.random.Generator) -> Mark:
    """STAIN: something was spilled or rubbed in. Soft inside, darker at its tide line, creeping along the strands."""
    radius = max(place.pitch * rng.uniform(1.2, 4.5), place.pixel * 12)
    albedo = float(mesh.colour.mean())
    light_kinds, dark_kinds = ("wet", "coffee", "tar", "tide", "ink", "mud", "rust"), ("mud", "chalk", "chalk")
    kind = str(rng.choice(light_kinds if albedo > 0.09 else dark_kinds))
    blots = [(place.centre, radius)]
    blots += [
        (place.centre + rng.normal(size=3) * radius, radius * rng.uniform(0.08, 0.4)) for _ in range(rng.integers(0, 6))
    ]
    if rng.uniform() < 0.3:
        run_down = np.array([0, 0, -0.8 * radius])
        blots += [(place.centre + run_down * k, radius * (0.6 - 0.13 * k)) for k in range(1, 4)]
    soft = {"wet": 0.5, "coffee": 0.3, "tar": 0.22, "tide": 0.35, "ink": 0.3, "mud": 0.6, "rust": 0.7, "chalk": 0.6}[
        kind
    ]
    distance = np.min([_blot(mesh, c, r, rng, 0.22) for c, r in blots], 0)
    body = smoothstep((1 - distance) / soft)
    tide = np.exp(-(((distance - 0.9) / 0.12) ** 2))
    patchy = np.clip(0.8 + 0.25 * wave3(rng, mesh.points, radius * 0.5) * (body > 0), 0.25, 1.2)
    colour = mesh.colour
    if kind in ("mud", "chalk", "rust"):
        paint = {"mud": (0.36, 0.29, 0.22), "chalk": (0.80, 0.79, 0.75), "rust": (0.50, 0.24, 0.10)}[kind]
        cover = np.clip(body * patchy * rng.uniform(0.45, 0.85), 0, 0.92)[:, None]
        colour = colour * (1 - cover) + from_srgb(np.array(paint)) * cover
    else:
        inks = ((0.18, 0.25, 0.62), (0.55, 0.12, 0.16), (0.2, 0.42, 0.25))
        ink = inks[int(rng.integers(3))]
        keep = KEPT.get(kind, ink)
        strength = np.clip(body * patchy * rng.uniform(0.75, 1.0), 0, 1)[:, None]
        colour = colour * (1 - strength * (1 - np.array(keep)))
        if kind in ("coffee", "tide", "wet"):
            edge = np.clip(tide * patchy * {"coffee": 0.5, "tide": 0.6, "wet": 0.15}[kind], 0, 1)[:, None]
            colour = colour * (1 - edge * (1 - np.array(keep)))
    wet = {"wet": 0.22, "tar": 0.3, "ink": 0.08}.get(kind, 0.0) * body
    touched = mesh.points[(body > 0.12) | (tide > 0.4)]
    marked = replace(mesh, colour=colour, gloss=mesh.gloss + wet)
    return Mark(marked, touched if len(touched) else place.centre[None], max(place.pitch * 0.3, place.pixel * 2))


def mould(mesh: Mesh, place: Place, rng: np.random.Generator) -> Mark:
    """MOULD: colonies of different size in a loose cluster; the shader breaks their edges into furry speckles."""
    spread = max(place.pitch * rng.uniform(1.5, 5), place.pixel * 16)
    count = int(rng.integers(8, 40))
    near = np.flatnonzero(np.linalg.norm(mesh.points - place.centre, axis=1) < spread * 1.6)
    if len(near) == 0:
        return Mark(mesh, place.centre[None], place.pixel * 2)
    density = np.zeros(len(mesh.points))
    sub = mesh.points[near]
    weight = np.exp(-((np.linalg.norm(sub - place.centre, axis=1) / (spread * 0.7)) ** 2))
    for k in rng.choice(len(near), size=count, p=weight / weight.sum()):
        r = max(spread * rng.lognormal(-1.7, 0.55), place.pixel * 2.2)
        d = np.linalg.norm(sub - sub[k], axis=1) / r
        density[near] = np.maximum(density[near], np.clip(1.35 * (1 - d), 0, 1))
    haze = 0.5 * np.exp(-((np.linalg.norm(sub - place.centre, axis=1) / (spread * 0.8)) ** 2))
    density[near] = np.maximum(density[near], haze + 0.12 * wave3(rng, sub, spread * 0.3))
    density = np.clip(density, 0, 1)
    return Mark(
        replace(mesh, mould=np.maximum(mesh.mould, density)),
        mesh.points[density > 0.3],
        max(place.pitch * 0.3, place.pixel * 2),
    )


def uneven(mesh: Mesh, place: Place, rng: np.random.Generator) -> Mark:
    """COLOUR_UNEVEN: bleached on one side, strands of another dye batch, or dye taken in patches."""
    kind = str(rng.choice(["bleached", "batch", "patchy"]))
    size = float(np.ptp(mesh.points, axis=0).max())
    reach = max(place.pitch * rng.uniform(4, 9), place.pixel * 40, size * 0.12)
    d = mesh.points - place.centre
    r = np.linalg.norm(d, axis=1)
    if kind == "bleached":
        heading = unit(rng.normal(size=3))
        edge = smoothstep(0.42 + (d @ heading) / reach + 0.15 * wave3(rng, mesh.points, reach * 1.5))
        field = edge * smoothstep(3 - r / reach)
    elif kind == "batch":
        rows = np.unique(mesh.group[r < place.pitch * rng.uniform(1.2, 3.5)])
        rows = rows[rng.uniform(size=len(rows)) < 0.85]
        field = np.isin(mesh.group, rows) * np.exp(-((r / (reach * 3)) ** 4))
    else:
        field = smoothstep(0.5 + 0.9 * wave3(rng, mesh.points, reach * 0.8)) * np.exp(-((r / (reach * 1.6)) ** 2))
    luma = mesh.colour.mean(1, keepdims=True)
    pale = luma.mean() > 0.12 and rng.uniform() < 0.4
    if kind == "bleached":
        target = np.clip(mesh.colour * 0.35 + luma * 0.65, 0, 1) * rng.uniform(1.5, 2.0)
        target = np.clip(target, 0, 0.88)
    else:
        shade = rng.uniform(1.35, 1.7) if pale else rng.uniform(0.38, 0.62)
        hue = np.exp(rng.normal(size=3) * 0.14)
        target = np.clip(mesh.colour * shade * hue, 0.004, 0.88)
    k = (field * rng.uniform(0.75, 1.0))[:, None]
    touched = mesh.points[field > 0.3]
    marked = replace(mesh, colour=mesh.colour * (1 - k) + target * k)
    return Mark(marked, touched if len(touched) else place.centre[None], max(place.pitch * 0.5, place.pixel * 3))


MARKS = {"STAIN": stain, "MOULD": mould, "COLOUR_UNEVEN": uneven}
