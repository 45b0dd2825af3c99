"""Woven geometry: seeded, alternating, of the right number, and on the surface."""

from __future__ import annotations

import numpy as np
import pytest

from training.render.arrays import Array
from training.render.build import KINDS, WEAVES, build
from training.render.coil import spiral
from training.render.looks import Family, draw_look
from training.render.materials import MATERIALS, WEAVES_OF
from training.render.plait import plaited
from training.render.strand import Mesh, Strand, corners, sweep
from training.render.surface import Revolved, Sheet, normal
from training.render.weave import Region, Weave, heights, on_region, on_surface, weft_over

PLAIN = Family(0.006, 0.002, 0.01, 4.0, ((0.4, 0.3, 0.2),))


def cylinder(radius: float = 0.1, height: float = 0.1) -> Revolved:
    k = np.linspace(0, 1, 12)
    return Revolved(np.stack([np.full(12, radius), height * k], 1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weave", WEAVES)
def test_the_same_seed_gives_the_same_piece(kind: str, weave: str) -> None:
    a, b = (sweep(build(11, kind=kind, material="rattan", weave=weave).strands) for _ in range(2))
    assert np.array_equal(a.points, b.points)
    assert np.array_equal(a.colour, b.colour)
    other = sweep(build(12, kind=kind, material="rattan", weave=weave).strands)
    assert other.points.shape != a.points.shape or not np.allclose(other.points, a.points)


@pytest.mark.parametrize("material", MATERIALS)
def test_every_material_is_worked_in_its_own_weaves(material: str) -> None:
    for number, weave in enumerate(WEAVES_OF[material]):
        piece = build(20 + number, material=material, weave=weave)
        mesh = sweep(piece.strands)
        assert (piece.material, piece.weave) == (material, weave)
        assert np.isfinite(mesh.points).all()
        assert mesh.quads.min() >= 0
        assert mesh.quads.max() < len(mesh.points)
        assert (mesh.colour > 0).all()
        assert (mesh.colour < 1).all()
        assert np.ptp(mesh.points, axis=0).max() < 1.5, "no piece is larger than a metre and a half"


def test_nobody_coils_bamboo_splints() -> None:
    with pytest.raises(ValueError, match="bamboo is not worked coiled"):
        build(1, material="bamboo", weave="coiled")


def test_plain_weave_alternates_along_and_across() -> None:
    i, j = np.meshgrid(np.arange(8), np.arange(8))
    over = weft_over("plain", i, j)
    assert (over[:, 1:] != over[:, :-1]).all()
    assert (over[1:] != over[:-1]).all()


def test_twill_shifts_by_one_from_row_to_row() -> None:
    i, j = np.meshgrid(np.arange(16), np.arange(16))
    for pattern, share in (("twill22", 0.5), ("twill31", 0.75)):
        over = weft_over(pattern, i, j)  # type: ignore[arg-type]
        assert over.mean() == share
        assert np.array_equal(over[1:, :-1], over[:-1, 1:])


def test_heights_reach_the_top_where_over_and_the_bottom_where_under() -> None:
    over = np.array([True, False, False, True])
    at_crossings = heights(np.arange(4) + 0.5, over)
    assert np.allclose(at_crossings, [1, -1, -1, 1])
    assert np.abs(heights(np.linspace(0, 4, 99), over)).max() <= 1


def test_stakes_and_wefts_never_lie_in_one_another_at_a_crossing() -> None:
    surface = cylinder()
    strands = on_surface(
        surface, Weave("plain", PLAIN, PLAIN, 0.0, 0.5, overlap=0.0, seam=0.0), 12, 6, np.random.default_rng(1)
    )
    stakes, wefts = ([s for s in strands if s.role == role] for role in ("stake", "weft"))
    assert (len(stakes), len(wefts)) == (12, 6)
    sides = np.zeros((12, 6))
    for i, stake in enumerate(stakes):
        for j, weft in enumerate(wefts):
            gap = np.linalg.norm((stake.line[:, None] - weft.line[None])[..., :2], axis=2) + 10 * np.abs(
                stake.line[:, None, 2] - weft.line[None, :, 2]
            )
            a, b = np.unravel_index(np.argmin(gap), gap.shape)
            depth = np.hypot(*weft.line[b, :2]) - np.hypot(*stake.line[a, :2])
            assert abs(depth) > 0.8 * PLAIN.thickness
            sides[i, j] = np.sign(depth)
    assert (sides[1:] != sides[:-1]).all()
    assert (sides[:, 1:] != sides[:, :-1]).all()


def test_a_flat_weave_ends_at_its_outline() -> None:
    sheet = Sheet(0.3, 0.2)
    inside = Region(0.15, 0.10, 2.0)
    strands = on_region(sheet, Weave("plain", PLAIN, PLAIN), inside, 0.3, np.random.default_rng(2))
    assert len(strands) > 30
    assert all(inside(s.line[:, 0], s.line[:, 1]).all() for s in strands)


def test_normals_of_a_wall_look_outward() -> None:
    u, v = np.meshgrid(np.linspace(0, 0.9, 7), np.linspace(0.1, 0.9, 5))
    n = normal(cylinder(), u, v)
    outward = cylinder().point(u, v) * [1, 1, 0] / 0.1
    assert ((n * outward).sum(-1) > 0.99).all()


def test_a_coil_winds_once_for_every_pitch() -> None:
    k = np.linspace(0, 1, 30)
    disc = Revolved(np.stack([0.002 + 0.098 * k, np.zeros(30)], 1))
    core = Family(0.01, 0.008, 0.01, 2.0, ((0.4, 0.3, 0.2),))
    line, turns = spiral(disc, core, 0.0, np.random.default_rng(3))
    assert turns == pytest.approx(9.8, abs=0.1)
    swept = np.unwrap(np.arctan2(line.line[:, 1], line.line[:, 0]))
    assert (swept[-1] - swept[0]) / (2 * np.pi) == pytest.approx(turns - 0.85, abs=0.1)
    assert (np.diff(np.hypot(line.line[:, 0], line.line[:, 1])) > -1e-4).all()


def test_plies_of_a_braid_stay_within_the_cord_and_change_places() -> None:
    line = np.stack([np.linspace(0, 0.2, 60), np.zeros(60), np.zeros(60)], 1)
    cord = Strand(
        line, np.tile([0.0, 0, 1], (60, 1)), np.full(60, 0.02), np.full(60, 0.01), np.full((60, 3), 0.3), "weft", 0
    )
    plies = plaited(cord, 3, np.random.default_rng(4))
    assert len(plies) == 3
    across = np.stack([p.line[:, 1] for p in plies])
    assert np.abs(across).max() < 0.01
    assert len(set(np.argmax(across, 0).tolist())) == 3, "each ply is once at the edge"
    assert {p.group for p in plies} == {0}


def test_looks_vary_widely() -> None:
    finishes = {draw_look("rattan", np.random.default_rng(k)).finish for k in range(120)}
    assert {"natural", "white", "black", "dyed_rows"} <= finishes


def test_a_part_keeps_the_grain_of_the_whole() -> None:
    s = build(31, kind="mat", weave="plain").strands[0]
    cut = sweep([s.part(2, len(s))])
    whole = sweep([s])
    n = corners(s)
    assert np.allclose(cut.grain[n : 2 * n, 0], whole.grain[3 * n : 4 * n, 0])


def test_what_a_strand_looks_like_does_not_depend_on_its_place_in_the_list() -> None:
    strands = build(32, kind="placemat", weave="plain").strands[:6]
    forth, back = sweep(strands), sweep(strands[::-1])

    def rows(mesh: Mesh) -> Array:
        return np.sort(np.concatenate([mesh.points, mesh.grain, mesh.colour], 1).round(9), axis=0)

    assert np.array_equal(rows(forth), rows(back))
