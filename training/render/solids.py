"""Things that are not woven, of the same natural stuff: bowls, vases, cups, boards, boxes, fruit, stones, culms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.render.arrays import Array, from_srgb, unit
from training.render.heaps import HEAPS, heap
from training.render.looks import Look
from training.render.noise import wave3
from training.render.strand import Mesh, Strand, sweep
from training.render.surface import Revolved

SHAPES = ("bowl", "vase", "cup", "plate", "box", "board", "fruit", "stone", "culm", "spoon", "pouch", "jar")
DEEP = ("vase", "jar", "cup", "box")
HEAP_SHARE = 0.42
"""Of what is not woven comes from training.render.heaps, where the look-alikes are."""
STUFFS = ("wood", "wood", "ceramic", "painted", "coconut", "stone", "leather", "bamboo", "terracotta")


@dataclass(frozen=True)
class Solid:
    """A thing without a weave. points and normals [N, 3] are places for a close-up; span is its size in metres."""

    mesh: Mesh
    look: Look
    shape: str
    stuff: str
    span: float
    normals: Array

    @property
    def faces_up(self) -> Array:
        """Which vertices a close-up may look at, [V] bool: none from below, and none inside a dark jar."""
        up = self.normals[:, 2] > -0.25
        if self.shape not in DEEP:
            return np.asarray(up)
        outward = (self.normals[:, :2] * self.mesh.points[:, :2]).sum(1) > 0
        return np.asarray(up & outward)


def build(seed: int, shape: str | None = None, stuff: str | None = None) -> Solid:
    """The thing that `seed` stands for."""
    rng = np.random.default_rng([seed, 1])
    drawn = str(rng.choice(HEAPS if rng.uniform() < HEAP_SHARE else SHAPES)), str(rng.choice(STUFFS))
    shape = shape or drawn[0]
    if shape in HEAPS:
        mesh, rough, fibrous = heap(shape, rng)
        return _solid(mesh, shape, shape, rough, fibrous, rng)
    stuff = stuff or {"fruit": "fruit", "stone": "stone", "culm": "bamboo", "pouch": "leather", "spoon": "wood"}.get(
        shape, drawn[1]
    )
    if shape in ("board", "box") and stuff == "coconut":
        stuff = "wood"
    points, quads = _form(shape, rng)
    if shape == "culm":
        points = points[:, [2, 1, 0]] * [1, 1, -1]
    colour, rough = _paint(stuff, points, rng)
    count = len(points)
    axis = 2 if shape in ("vase", "cup", "jar", "fruit") else 0
    grain = points[:, [axis, (axis + 1) % 3, (axis + 2) % 3]] + rng.uniform(0, 9, 3)
    mesh = Mesh(
        points, quads, np.clip(colour, 0.004, 0.95), grain, np.zeros(count, int), np.zeros(count), np.zeros(count)
    )
    if shape == "spoon":
        mesh = _with_handle(mesh, rng)
    return _solid(mesh, shape, stuff, rough, stuff in ("wood", "bamboo", "coconut"), rng)


def _solid(mesh: Mesh, shape: str, stuff: str, rough: float, fibrous: bool, rng: np.random.Generator) -> Solid:
    look = Look(
        material=stuff,
        finish="natural",
        tones=((0.5, 0.5, 0.5),),
        weft_cycle=(0,),
        stake_cycle=(0,),
        spread=0.0,
        mottle=0.0,
        roughness=rough,
        grain=0.25 if fibrous else 0.06,
        grain_stretch=float(rng.uniform(6, 30)),
        bump=float(rng.uniform(0.02, 0.3)),
    )
    return Solid(mesh, look, shape, stuff, float(np.ptp(mesh.points, axis=0).max()), _normals(mesh))


def _form(shape: str, rng: np.random.Generator) -> tuple[Array, Array]:
    """Points and quads of a turned or superelliptic body; a hollow one has its wall's thickness."""
    u = rng.uniform
    exponent, aspect, r = 2.0, 1.0, u(0.06, 0.15)
    t = np.linspace(0, 1, 60)
    thick = u(0.004, 0.012)
    hollow = True
    if shape in ("bowl", "plate", "spoon"):
        h = r * {"bowl": u(0.4, 0.9), "plate": u(0.08, 0.2), "spoon": u(0.2, 0.35)}[shape]
        power = u(1.5, 3.2)
        outer = np.stack([r * t, h * t**power], 1)
        aspect = u(0.6, 0.8) if shape == "spoon" else 1.0
    elif shape in ("vase", "jar"):
        h = r * u(1.6, 3.2)
        body = (
            0.5
            + 0.5 * np.sin(np.pi * np.clip(t * u(0.8, 1.1) + u(0.0, 0.25), 0, 1))
            - 0.25 * np.clip(t - 0.75, 0, 1) * u(0, 3)
        )
        outer = np.concatenate(
            [np.stack([np.linspace(0, body[0] * r, 12), np.zeros(12)], 1), np.stack([r * body, h * t], 1)]
        )
    elif shape in ("cup", "box"):
        h = r * u(0.5, 1.6)
        flare = u(0.85, 1.0)
        outer = np.concatenate(
            [
                np.stack([np.linspace(0, r * flare, 14), np.zeros(14)], 1),
                np.stack([r * (flare + (1 - flare) * t), h * t], 1),
            ]
        )
        if shape == "box":
            exponent, aspect = u(5, 10), u(0.5, 1.0)
    elif shape == "board":
        hollow = False
        h = u(0.008, 0.02)
        k = h * 0.3
        outer = np.array(
            [
                [0.0, 0],
                [r * 0.5, 0],
                [r - k, 0],
                [r, k],
                [r, h - k],
                [r - k, h],
                [r * 0.75, h],
                [r * 0.5, h],
                [r * 0.25, h],
                [0, h],
            ]
        )
        exponent, aspect = float(rng.choice([2.0, u(6, 20)])), u(0.45, 1.0)
    elif shape == "culm":
        hollow = False
        length, rr = r * u(2.5, 5), r * u(0.2, 0.45)
        z = np.linspace(0, length, 140)
        node = np.exp(-(((np.mod(z / length * u(1.5, 3.5) + 0.3, 1) - 0.5) / 0.02) ** 2))
        outer = np.concatenate([[[0, 0]], np.stack([rr * (1 + 0.09 * node), z], 1), [[0, length]]])
    else:
        hollow = False
        a = np.linspace(-np.pi / 2, np.pi / 2, 80)
        squash = u(0.7, 1.1) if shape == "fruit" else u(0.35, 0.7)
        dent = (0.18 if shape == "fruit" else 0.0) * np.exp(-(((a - np.pi / 2) / 0.35) ** 2))
        outer = np.stack([r * np.maximum(np.cos(a), 0.0), r * squash * (np.sin(a) - dent)], 1)
        aspect = u(0.6, 1.0)
        if shape == "pouch":
            exponent = u(2.5, 5)
    if hollow:
        inner = outer[::-1].copy()
        inner[:, 0] = np.maximum(inner[:, 0] - thick, 0)
        inner[:, 1] = np.maximum(inner[:, 1], thick)
        lip = np.array([[outer[-1, 0] - thick * 0.5, outer[-1, 1] + thick * 0.35]])
        outer = np.concatenate([outer, lip, inner])
    outer = _dense(outer, 260)
    surface = Revolved(outer, exponent, aspect, float(u(0.0, 0.01)), (0.0, 0.0), int(rng.integers(2**31)))
    n = 240
    uu, vv = np.meshgrid(np.arange(n) / n, np.linspace(0, 1, len(outer)), indexing="ij")
    points = surface.point(uu, vv)
    if shape in ("stone", "fruit", "pouch"):
        flat = points.reshape(-1, 3)
        swell = wave3(rng, flat, r * 1.2) * (0.07 if shape != "fruit" else 0.015)
        points = (flat * (1 + swell[:, None])).reshape(points.shape)
    m = len(outer)
    i, j = np.meshgrid(np.arange(n), np.arange(m - 1), indexing="ij")
    after = (i + 1) % n
    quads = np.stack([i * m + j, after * m + j, after * m + j + 1, i * m + j + 1], -1).reshape(-1, 4).astype(np.int32)
    return points.reshape(-1, 3), quads


def _dense(profile: Array, n: int) -> Array:
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    t = np.linspace(0, arc[-1], n)
    return np.stack([np.interp(t, arc, profile[:, 0]), np.interp(t, arc, profile[:, 1])], 1)


def _paint(stuff: str, p: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """Linear colours [V, 3] and the roughness of a stuff."""
    u = rng.uniform
    span = float(np.ptp(p, axis=0).max())
    slow, fine = wave3(rng, p, span * 0.5), wave3(rng, p, span * 0.06)
    if stuff == "wood":
        tone = np.array(
            [(0.60, 0.40, 0.24), (0.42, 0.26, 0.15), (0.78, 0.62, 0.42), (0.30, 0.18, 0.11), (0.85, 0.72, 0.54)][
                rng.integers(5)
            ]
        )
        axis = int(rng.integers(3))
        q = p / span * np.where(np.arange(3) == axis, 0.12, 1.0)
        d = np.linalg.norm(q - rng.normal(size=3) * 0.4, axis=1) + 0.03 * wave3(rng, q, 0.3)
        rings = np.abs(np.sin(np.pi * d * u(9, 26))) ** u(0.6, 1.5)
        shade = 1 - u(0.2, 0.5) * (1 - rings) + 0.06 * wave3(rng, q, 0.03)
        return from_srgb(np.clip(tone, 0, 1)) * shade[:, None], float(u(0.25, 0.7))
    if stuff in ("ceramic", "painted", "terracotta"):
        tone = np.array(
            [
                (0.9, 0.89, 0.86),
                (0.5, 0.62, 0.66),
                (0.25, 0.3, 0.34),
                (0.75, 0.66, 0.55),
                (0.35, 0.45, 0.36),
                (0.12, 0.12, 0.13),
            ][rng.integers(6)]
        )
        if stuff == "terracotta":
            tone = np.array([0.70, 0.38, 0.24])
        colour = from_srgb(tone) * (1 + 0.08 * slow + 0.03 * fine)[:, None]
        speck = wave3(rng, p, span * 0.025) > u(2.0, 2.8)
        colour = np.where(speck[:, None], colour * 0.4, colour)
        if stuff == "painted":
            second = from_srgb(rng.uniform(0.05, 0.9, 3))
            a = np.arctan2(p[:, 1], p[:, 0])
            n, m = int(rng.integers(6, 40)), u(8, 40)
            kind = rng.integers(3)
            stripes = np.sin(p[:, 2] / span * m * 2 * np.pi) > 0.1
            columns = np.sin(a * n) > 0
            on = stripes if kind == 0 else (stripes ^ columns if kind == 1 else columns)
            colour = np.where(on[:, None], second, colour)
        return colour, float(u(0.6, 0.9) if stuff == "terracotta" else u(0.08, 0.5))
    if stuff == "coconut":
        q = p * np.array([1, 1, 0.15])
        shade = 1 + 0.25 * wave3(rng, q, span * 0.02) + 0.2 * slow
        return from_srgb(np.array([0.36, 0.22, 0.13])) * np.clip(shade, 0.3, 2)[:, None], float(u(0.15, 0.5))
    if stuff == "stone":
        shade = 1 + 0.2 * slow + 0.16 * fine + 0.12 * wave3(rng, p, span * 0.02)
        return from_srgb(np.full(3, u(0.3, 0.75)) + rng.normal(size=3) * 0.03) * np.clip(shade, 0.2, 2)[:, None], float(
            u(0.5, 0.95)
        )
    if stuff == "leather":
        tone = np.array([(0.45, 0.27, 0.15), (0.2, 0.12, 0.09), (0.62, 0.42, 0.25), (0.5, 0.1, 0.1)][rng.integers(4)])
        return from_srgb(tone) * np.clip(1 + 0.15 * slow + 0.12 * fine, 0.3, 2)[:, None], float(u(0.35, 0.65))
    if stuff == "bamboo":
        tone = np.array([(0.83, 0.72, 0.45), (0.55, 0.6, 0.3), (0.66, 0.5, 0.28)][rng.integers(3)])
        q = p * np.array([0.1, 1, 1])
        return from_srgb(tone) * np.clip(1 + 0.12 * slow + 0.14 * wave3(rng, q, span * 0.02), 0.3, 2)[:, None], float(
            u(0.25, 0.5)
        )
    tone = np.array(
        [(0.85, 0.45, 0.1), (0.75, 0.12, 0.1), (0.45, 0.6, 0.15), (0.85, 0.75, 0.2), (0.42, 0.2, 0.3)][rng.integers(5)]
    )
    blush = from_srgb(np.clip(tone * [1.1, 0.6, 0.5], 0, 1))
    k = np.clip(0.4 + 0.3 * slow, 0, 1)[:, None]
    return (from_srgb(tone) * (1 - k) + blush * k) * (1 + 0.06 * fine)[:, None], float(u(0.25, 0.55))


def _with_handle(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    p = mesh.points
    edge = p[np.argmax(p[:, 0])]
    length = float(np.ptp(p[:, 0])) * rng.uniform(1.2, 2.2)
    t = np.linspace(0, 1, 60)
    line = edge + np.stack([length * (t - 0.08), np.zeros(60), 0.03 * length * np.sin(2.5 * t)], 1)
    width = np.ptp(p[:, 1]) * (0.14 + 0.1 * t)
    tone = mesh.colour.mean(0) * (1 + 0.15 * np.sin(t * 17)[:, None])
    rod = sweep([Strand(line, np.tile([0.0, 0, 1], (60, 1)), width, width * 0.5, tone, "frame", 0, 2.4)])
    return mesh.joined(rod)


def _normals(mesh: Mesh) -> Array:
    """Vertex normals [V, 3] from the quads."""
    a, b, c, d = (mesh.points[mesh.quads[:, k]] for k in range(4))
    face = np.cross(c - a, d - b)
    out = np.zeros_like(mesh.points)
    for k in range(4):
        np.add.at(out, mesh.quads[:, k], face)
    return unit(out)
