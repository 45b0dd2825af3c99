"""Defects of the weave itself: broken and missing strands, gaps, holes, open edges, dents."""

from __future__ import annotations

import cv2
import numpy as np

from training.surface.defects_objects import region_of
from training.surface.edge import outward
from training.surface.fields import GAP, RIM, RIM_ID, Bool, Cut, Edit, Edits, Spread, Torn, Tube
from training.surface.marks import blob
from training.surface.noise import F32, TABLE, log_uniform
from training.surface.scene import Picture, Scene
from training.surface.site import Site, strand_run
from training.surface.tubes import bend, thread


def _lifted_end(rng: np.random.Generator, scene: Scene, site: Site, from_cut: float, colour: F32) -> Tube:
    """A cut strand's end, turned back or aside and off the surface. `from_cut` is its place along the strand."""
    n = scene.size
    outward_heading = site.heading + (np.pi if from_cut < 0 else 0)
    angle = outward_heading + (np.pi if rng.random() < 0.55 else 0) + rng.normal(0, 0.55)
    length = float(np.clip(site.pitch * rng.uniform(0.6, 2.2), 7, 0.25 * n))
    course = bend(rng, site.toward(from_cut), angle, length, rng.normal(0, 0.7), 8)
    lift = min(length * 0.5, 0.06 * n) * rng.uniform(0.3, 1)
    return thread(
        rng,
        course,
        max(0.8, site.half * rng.uniform(0.65, 0.9)),
        (0.2, lift),
        colour,
        taper=float(rng.uniform(0.5, 0.95)),
        gloss=scene.look.gloss,
        flat=rng.random() < 0.5,
        streaks=1.5 * scene.look.streak + 0.05,
    )


def _frayed(rng: np.random.Generator, scene: Scene, site: Site, from_cut: float, colour: F32) -> list[Tube]:
    """Fibres that stand out of a cut end, towards the other end."""
    fibres = []
    for _ in range(int(rng.integers(2, 6))):
        start = site.toward(from_cut, float(rng.uniform(-0.8, 0.8)) * site.half)
        angle = site.heading + (0 if from_cut < 0 else np.pi) + rng.normal(0, 0.5)
        length = float(np.clip(site.pitch * rng.uniform(0.2, 0.8), 4, 0.08 * scene.size))
        course = bend(rng, start, angle, length, rng.normal(0, 1), 5)
        fibres.append(thread(rng, course, rng.uniform(0.5, 1.1), (0.3, 2), colour, taper=0.5))
    return fibres


def broken(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """STRAND_BROKEN: a cut strand, its ends displaced, lifted or frayed, the dark behind it showing."""
    rows = scene.weaving.is_rows
    least = 5.0 * scene.size / 320 / site.pitch
    half = 0.5 * max(least, rng.uniform(0.35, 1.5) * (0.7 if rows else 1.0))
    group = site.group + (1 if rows and rng.random() < 0.6 else 0)
    cuts = [Cut(group, site.index, site.along - half, site.along + half, float(rng.uniform(-0.3, 0.3)))]
    lifted = rng.random() < 0.8
    colour = np.clip(site.colour * np.float32(rng.uniform(0.9, 1.35)), 0.01, 0.9).astype(np.float32)
    tubes: list[Tube] = []
    for side in (-1.0, 1.0):
        if lifted and rng.random() < 0.8:
            tubes.append(_lifted_end(rng, scene, site, side * (half + 0.15), colour))
        if rng.random() < 0.6:
            tubes += _frayed(rng, scene, site, side * half * 0.95, colour)
    region = strand_run(scene, good, site, site.along - half - 0.1, site.along + half + 0.1, 2 + 0.3 * site.half)
    if tubes:
        region |= region_of(scene, tubes, 2.5)
    return Edit("STRAND_BROKEN", "lifted" if lifted and tubes else "cut", region, cuts=cuts, tubes=tubes)


def missing(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """STRAND_MISSING: a run of a strand absent, over some crossings or right across the tile."""
    n = scene.size
    whole = rng.random() < 0.2
    length = (
        2.5 * n / site.pitch
        if whole
        else float(np.clip(rng.uniform(2, 9), 8 * n / 320 / site.pitch, 0.6 * n / site.pitch))
    )
    rows = scene.weaving.is_rows
    group = site.group + (1 if rows and rng.random() < 0.55 else 0)
    cuts = [Cut(group, site.index, site.along - length / 2, site.along + length / 2, float(rng.uniform(-0.4, 0.4)))]
    narrow = site.half * 2 < 5
    if (narrow or rng.random() < 0.2) and not rows:
        cuts.append(
            Cut(group, site.index + 1, site.along - length / 2 * rng.uniform(0.4, 1), site.along + length / 2, 0.0)
        )
    spare = 2 + site.half * (0.3 if len(cuts) == 1 else 2.3)
    region = strand_run(scene, good, site, site.along - length / 2 - 0.4, site.along + length / 2 + 0.4, spare)
    return Edit("STRAND_MISSING", "whole" if whole else "run", region, cuts=cuts)


def loose(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """WEAVE_LOOSE: strands pushed apart, a lens-shaped gap between them."""
    weaving, n = scene.weaving, scene.size
    hidden = weaving.weave in ("wicker", "slat_mat")  # tight weavers hide what their stakes do
    group = 1 if hidden else site.group
    own = weaving.pitch[group]
    open_ = max(3.0 * n / 320 / (site.pitch * own), float(rng.uniform(0.3, 0.95)))
    reach = max(float(rng.uniform(0.9, 2.0)), 1.15 * open_)
    length = max(1.5 * open_, float(rng.uniform(1.0, 4.0)) * (own if own < 0.7 else 1))
    i, j = min(n - 1, max(0, round(site.y))), min(n - 1, max(0, round(site.x)))
    u, v = good.coordinates
    spreads = []
    if len(weaving.pitch) == 2:
        along = (float(v[i, j]), float(u[i, j]))
        cells = good.fields.cells[:, i, j]
        spreads.append(Spread(group, int(cells[group]) + int(rng.integers(0, 2)), along[group], length, open_, reach))
        if rng.random() < 0.4 and not hidden:
            other = 1 - group
            spreads.append(Spread(other, int(cells[other]), along[other], length, open_ * 0.7, reach))
    else:
        # strand numbers count both ways from 0, and a site knows them modulo TABLE
        signed = (site.index + TABLE // 2) % TABLE - TABLE // 2
        cell = int(good.fields.cells[1, i, j]) if weaving.is_rows else signed
        spreads.append(Spread(group, cell + int(rng.integers(0, 2)), site.along, length, open_, reach))
    how = "both" if len(spreads) == 2 else "one_way"
    edit = Edit("WEAVE_LOOSE", how, np.zeros((n, n), bool), spreads=spreads)
    edit.region = _parted(scene, good, edit)
    return edit


def _parted(scene: Scene, good: Picture, edit: Edit) -> Bool:
    """The gap where strands have come apart, and its lips; the neighbours crowded a little aside are no defect."""
    edits = Edits([edit])
    scene.weaving.lay(*good.coordinates, edits)
    gap = np.logical_or.reduce(edits.opened) & (good.fields.strand < RIM_ID)
    r = max(2, round(0.012 * scene.size))
    return cv2.dilate(gap.astype(np.uint8), np.ones((2 * r + 1, 2 * r + 1), np.uint8)) > 0


def hole(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """HOLE: torn or cut through, strand ends ragged at its border, loose yarn in it."""
    n = scene.size
    radius = max(log_uniform(rng, 0.014, 0.14) * n, 0.6 * min(site.half * 2, 0.07 * n))
    level = blob(rng, n, site.x, site.y, radius, rng.uniform(0.1, 0.35), log_uniform(rng, 0.5, 2.2))
    ragged = float(rng.uniform(0.05, 0.4))
    torn = Torn(level, ragged, int(rng.integers(1 << 30)))
    tubes: list[Tube] = []
    inner = np.argwhere((level > 0.9) & (level < 1.15) & (good.fields.strand != GAP))
    count = int(rng.integers(0, 9)) if len(inner) else 0
    for _ in range(count):
        y, x = inner[rng.integers(len(inner))]
        angle = np.arctan2(site.y - y, site.x - x) + rng.normal(0, 0.8)
        yarn = float(np.clip(site.half * rng.uniform(0.25, 0.9), 0.6, 5))
        course = bend(rng, (float(x), float(y)), angle, radius * rng.uniform(0.4, 1.5), rng.normal(0, 1.3), 7)
        tone = np.clip(good.albedo[y, x] * np.float32(rng.uniform(0.9, 1.4)), 0.01, 0.9)
        tubes.append(thread(rng, course, yarn, (0.2, rng.uniform(0, 3)), tone, taper=0.6))
    region = level < 1.3 + ragged
    if tubes:
        region |= region_of(scene, tubes, 2.5)
    deep = -np.clip((1 - level) * 4, 0, 1) * np.float32(min(6.0, 0.25 * radius))
    return Edit("HOLE", "torn" if count else "cut", region, torn=[torn], tubes=tubes, relief=deep.astype(np.float32))


def dented(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """SHAPE_DEFORMED: a local dent or bulge of stiff goods: shading bends and the pattern with it."""
    n = scene.size
    radius = log_uniform(rng, 0.09, 0.3) * n
    axis = np.arange(n, dtype=np.float32)
    stretch, heading = log_uniform(rng, 0.6, 2.2), rng.uniform(0, np.pi)
    c, s = np.float32(np.cos(heading)), np.float32(np.sin(heading))
    dx, dy = axis - np.float32(site.x), axis[:, None] - np.float32(site.y)
    p, q = (dx * c + dy * s) / np.float32(stretch), dy * c - dx * s
    away = np.sqrt(p * p + q * q) / np.float32(radius)
    crease = rng.random() < 0.4
    bell = np.where(away < 1, (1 - away * away) ** 2, 0).astype(np.float32)
    if crease:
        bell = bell * np.exp(-np.abs(q) / np.float32(0.3 * radius)).astype(np.float32)
    sign = -1 if rng.random() < 0.75 else 1
    deep = np.float32(sign * radius * rng.uniform(0.25, 0.6))
    pull = np.float32(sign * rng.uniform(0.15, 0.38)) * bell
    slide = rng.normal(0, 0.1 * radius, 2).astype(np.float32)
    warp = np.stack([pull * dx + bell * slide[0], pull * dy + bell * slide[1]]).astype(np.float32)
    return Edit(
        "SHAPE_DEFORMED",
        "crease" if crease else ("dent" if sign < 0 else "bulge"),
        bell > 0.05,
        relief=(deep * bell).astype(np.float32),
        warp=warp,
    )


def unravelled(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """EDGE_UNRAVEL: the rim open over a run, strands near it gone or splayed out beyond the edge."""
    edge, n = scene.edge, scene.size
    assert edge is not None
    i, j = min(n - 1, max(0, round(site.y))), min(n - 1, max(0, round(site.x)))
    run = float(edge.run[i, j])
    length = log_uniform(rng, 0.05, 0.22) * n
    deep = (edge.width if edge.rim is not None else 0) + scene.pitch * rng.uniform(0.2, 1.6)
    near = np.abs(edge.run - np.float32(run)) / np.float32(length)
    wobble = blob(rng, n, site.x, site.y, length, 0.25)
    level = np.maximum(near, edge.inside / np.float32(deep)) * (
        0.85 + 0.15 * wobble / np.maximum(near, 0.3).clip(0.3, 3)
    )
    level = np.where(edge.inside < 0, np.float32(9), level).astype(np.float32)
    groups = range(len(scene.weaving.pitch))
    ox, oy = outward(edge, site.x, site.y)
    out_angle = float(np.arctan2(oy, ox))
    alongs = [abs(np.sin(_heading(scene, g) - out_angle)) for g in groups]
    parallel = len(groups) - 1 if scene.camera.centre is not None else int(np.argmax(alongs))
    torn = [Torn(level, 0.15, int(rng.integers(1 << 30)), (parallel, RIM))]
    tubes: list[Tube] = []
    half = scene.weaving.half[0] * scene.pitch
    step = max(scene.pitch * 0.9, 5.0)
    places = np.arange(-0.8 * length, 0.8 * length, step)[:18]
    tx, ty = -oy, ox
    own = good.albedo[max(0, i - 6) : i + 7, max(0, j - 6) : j + 7].reshape(-1, 3)
    for place in places:
        if rng.random() < 0.25:
            continue
        inward = float(edge.inside[i, j]) - rng.uniform(0.1, 0.5) * deep
        start = (site.x + tx * place + ox * inward, site.y + ty * place + oy * inward)
        reach = deep * rng.uniform(0.5, 1.3) + rng.uniform(4, 0.07 * n)
        course = bend(rng, start, out_angle + rng.normal(0, 0.45), reach, rng.normal(0, 0.9), 8)
        tone = np.clip(own[rng.integers(len(own))] * np.float32(rng.uniform(0.9, 1.3)), 0.01, 0.9)
        tubes.append(
            thread(
                rng,
                course,
                float(np.clip(half * rng.uniform(0.6, 1), 0.7, 6)),
                (0.3, rng.uniform(1, 5)),
                tone,
                taper=0.6,
                flat=rng.random() < 0.4,
            )
        )
    region = level < 1.35
    if tubes:
        region |= region_of(scene, tubes, 2.5)
    return Edit("EDGE_UNRAVEL", "open", region, torn=torn, tubes=tubes)


def _heading(scene: Scene, group: int) -> float:
    return float(scene.camera.angle + scene.weaving.angle[group])


def near_edge(scene: Scene, rng: np.random.Generator) -> tuple[float, float] | None:
    """A point on the piece close to its edge and well inside the tile, or None."""
    assert scene.edge is not None
    n = scene.size
    m = n // 8
    inside = scene.edge.inside[m : n - m, m : n - m]
    found = np.argwhere((inside > 0) & (inside < scene.edge.width * 0.6 + 2))
    if len(found) == 0:
        return None
    y, x = found[rng.integers(len(found))]
    return float(x + m), float(y + m)
