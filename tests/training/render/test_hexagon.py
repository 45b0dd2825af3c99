"""Open hexagonal weave: three directions, no three strands in one place, over and under by turns."""

from __future__ import annotations

import numpy as np

from training.render.build import KINDS, build
from training.render.hexagon import TURN, lattice, on_ground
from training.render.looks import Family
from training.render.surface import Sheet
from training.render.weave import Region

SPLINT = Family(0.004, 0.001, 0.02, 4.0, ((0.4, 0.3, 0.2),))


def test_lines_run_in_three_directions_at_the_spacing() -> None:
    lines = lattice(0.4, 0.3, 0.02, 0.0, np.random.default_rng(1))
    for way in range(3):
        across = np.array([-np.sin(TURN * way), np.cos(TURN * way)])
        offsets = np.sort([float(np.mean(across[0] * s.x + across[1] * s.y)) for s in lines if s.way == way])
        assert len(offsets) > 10
        assert np.allclose(np.diff(offsets), 0.02)


def test_no_three_strands_cross_in_one_place() -> None:
    lines = lattice(0.3, 0.3, 0.02, 0.0, np.random.default_rng(2))
    middle = np.array([0.15, 0.15])
    normals = [np.array([-np.sin(TURN * w), np.cos(TURN * w)]) for w in range(3)]
    offsets = [
        np.unique([round(float(normals[w] @ (np.array([s.x[0], s.y[0]]) - middle)), 9) for s in lines if s.way == w])
        for w in range(3)
    ]
    # Unit normals of the three directions add up to nothing, so three lines meet where their offsets do.
    sums = offsets[0][:, None, None] + offsets[1][None, :, None] + offsets[2][None, None, :]
    assert np.abs(sums).min() > 0.009


def test_a_strand_lies_over_and_under_by_turns() -> None:
    for line in lattice(0.3, 0.3, 0.02, 0.0, np.random.default_rng(3)):
        signs = np.sign(line.h[np.abs(line.h) > 0.9])
        runs = np.flatnonzero(np.diff(signs))
        if len(runs) > 2:
            assert np.ptp(np.diff(runs)) <= 1


def test_a_flat_piece_ends_at_its_outline() -> None:
    inside = Region(0.15, 0.1, 2.0)
    strands = on_ground(Sheet(0.3, 0.2), inside, SPLINT, 0.0, 0.4, np.random.default_rng(4))
    assert len(strands) > 20
    assert all(inside(s.line[:, 0], s.line[:, 1]).mean() > 0.98 for s in strands)


def test_every_kind_can_be_worked_in_hexagons() -> None:
    for kind in KINDS:
        piece = build(51, kind=kind, material="bamboo", weave="hexagonal")
        assert piece.weave == "hexagonal"
        assert sum(s.role in ("weft", "stake") for s in piece.strands) > 20
