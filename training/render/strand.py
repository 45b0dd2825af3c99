"""A strand: a centre line with a width, a thickness and a colour along it; and the mesh swept from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.render.arrays import Array, unit


@dataclass(frozen=True)
class Strand:
    """One strip, stem or ply of a woven piece. Lengths in metres, colours in linear light.

    line       [n, 3] centre line
    normal     [n, 3] which way the flat side looks; outward of the piece
    width      [n] across the strand, in the surface
    thickness  [n] across the strand, out of the surface
    colour     [n, 3]
    role       stake | weft | base | coil | stitch | rim | lash | frame | fibre
    group      strands of one group are one strand to a weaver (plies of one braid)
    square     exponent of the cross-section: 2 is round, 5 a flat strip
    closed     the end meets the start
    start      arc length of the first point on the strand this one was cut from, so that its grain stays where it was
    """

    line: Array
    normal: Array
    width: Array
    thickness: Array
    colour: Array
    role: str
    group: int
    square: float = 2.0
    closed: bool = False
    start: float = 0.0

    def __len__(self) -> int:
        return len(self.line)

    @property
    def tangent(self) -> Array:
        """[n, 3], unit."""
        if self.closed:
            return unit(np.roll(self.line, -1, 0) - np.roll(self.line, 1, 0))
        return unit(np.gradient(self.line, axis=0))

    @property
    def side(self) -> Array:
        """[n, 3], unit: in the surface, across the strand."""
        return unit(np.cross(self.tangent, self.normal))

    @property
    def arc(self) -> Array:
        """[n], length from the start."""
        return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.line, axis=0), axis=1))])

    def part(self, start: int, stop: int) -> Strand:
        """The open strand of points start..stop (exclusive)."""
        s = slice(start, stop)
        return replace(
            self, line=self.line[s], normal=self.normal[s], width=self.width[s], thickness=self.thickness[s],
            colour=self.colour[s], closed=False,
            start=self.start + float(self.arc[start]),
        )  # fmt: skip

    def opened_at(self, index: int) -> Strand:
        """A closed strand cut open so that it starts and ends at `index`; an open one as it is."""
        if not self.closed:
            return self
        order = np.r_[np.arange(index, len(self)), np.arange(0, index + 1)]
        return replace(
            self, line=self.line[order], normal=self.normal[order], width=self.width[order],
            thickness=self.thickness[order], colour=self.colour[order], closed=False,
        )  # fmt: skip

    def resampled(self, step: float) -> Strand:
        """The same strand with points about `step` apart."""
        s = self.opened_at(0) if self.closed else self
        arc = s.arc
        n = max(4, int(np.ceil(arc[-1] / step)))
        t = np.linspace(0, arc[-1], n)

        def at(a: Array) -> Array:
            if a.ndim == 1:
                return np.interp(t, arc, a)
            return np.stack([np.interp(t, arc, a[:, k]) for k in range(a.shape[1])], 1)

        return replace(
            s, line=at(s.line), normal=unit(at(s.normal)), width=at(s.width), thickness=at(s.thickness),
            colour=at(s.colour), closed=False,
        )  # fmt: skip


@dataclass(frozen=True)
class Mesh:
    """What is rendered: quads with colours.

    points [V, 3]; quads int32 [Q, 4]; colour [V, 3] linear; grain [V, 3] coordinates for fibre texture (along, across,
    through); group [V] the strand's group; mould [V] 0..1 density of mould; gloss [V] taken off the roughness (wet)
    """

    points: Array
    quads: Array
    colour: Array
    grain: Array
    group: Array
    mould: Array
    gloss: Array

    def joined(self, other: Mesh) -> Mesh:
        """Both meshes as one."""
        quads = np.concatenate([self.quads, other.quads + len(self.points)]).astype(np.int32)
        mine, theirs = vars(self), vars(other)
        rest = {k: np.concatenate([mine[k], theirs[k]]) for k in mine if k != "quads"}
        return Mesh(quads=quads, **rest)


SECTION, FINE_SECTION, FINE = 8, 6, 0.0055
"""Corners of a cross-section, and of a round strand's that is finer than FINE metres."""


def corners(strand: Strand) -> int:
    """How many corners the cross-section of a strand's mesh has."""
    return FINE_SECTION if strand.square < 3 and strand.width.mean() < FINE else SECTION


def sweep(strands: list[Strand]) -> Mesh:
    """One mesh of all strands. Ends are closed by a last ring that shrinks to nearly a point.

    What a strand looks like depends on the strand alone, never on its place in the list: a piece with a defect and its
    twin without are alike wherever the defect is not.
    """
    points, quads, colours, grains, groups = [], [], [], [], []
    base = 0
    for s in strands:
        if len(s) < 2:
            continue
        sides = corners(s)
        angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
        cos, sin = np.cos(angle), np.sin(angle)
        side = s.side
        up = unit(np.cross(side, s.tangent))
        x = np.sign(cos) * np.abs(cos) ** (2 / s.square) / 2
        y = np.sign(sin) * np.abs(sin) ** (2 / s.square) / 2
        w, t = s.width.copy(), s.thickness.copy()
        ring = s.line[:, None] + side[:, None] * (w[:, None] * x)[..., None] + up[:, None] * (t[:, None] * y)[..., None]
        colour, arc = s.colour, s.arc + s.start
        if not s.closed:
            ring = np.concatenate(
                [ring[:1] * 0.02 + s.line[:1, None] * 0.98, ring, ring[-1:] * 0.02 + s.line[-1:, None] * 0.98]
            )
            colour = np.concatenate([colour[:1], colour, colour[-1:]])
            arc = np.concatenate([arc[:1], arc, arc[-1:]])
        n = len(ring)
        rows = np.arange(n if s.closed else n - 1)
        nxt = (rows + 1) % n
        k = np.arange(sides)
        k2 = (k + 1) % sides
        quad = np.stack(np.broadcast_arrays(rows[:, None] * sides + k, rows[:, None] * sides + k2,
                                            nxt[:, None] * sides + k2, nxt[:, None] * sides + k), -1)  # fmt: skip
        points.append(ring.reshape(-1, 3))
        quads.append(quad.reshape(-1, 4) + base)
        colours.append(np.repeat(colour, sides, 0))
        shift = (s.group * 0.754877666) % 1 * 40
        across = np.broadcast_to(np.stack([x * s.width.mean() * 2, y * s.width.mean() * 2], -1)[None], (n, sides, 2))
        grain = np.concatenate([np.repeat(arc[:, None, None], sides, 1), across], -1)
        grains.append((grain + shift).reshape(-1, 3))
        groups.append(np.full(n * sides, s.group))
        base += n * sides
    p = np.concatenate(points)
    return Mesh(p, np.concatenate(quads).astype(np.int32), np.concatenate(colours), np.concatenate(grains),
                np.concatenate(groups), np.zeros(len(p)), np.zeros(len(p)))  # fmt: skip
