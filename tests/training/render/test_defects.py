"""Defects change the piece where they say, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from training.render.arrays import Array
from training.render.breakage import Place, split
from training.render.build import build
from training.render.camera import Camera
from training.render.marks import MARKS
from training.render.piece import Piece
from training.render.recipe import DEFECTS, Recipe
from training.render.spoil import APART, STRUCTURE, find_place, spoil
from training.render.strand import Mesh, Strand, sweep
from training.sample import CHANNELS


@dataclass
class Bench:
    """A piece under a camera, and places for defects on it."""

    piece: Piece
    mesh: Mesh
    camera: Camera

    def place(self, code: str, seed: int = 5) -> Place:
        rng = np.random.default_rng(seed)
        found = find_place(self.piece.strands, self.mesh.points, self.piece.pitch, code, self.camera, 320, [], rng)
        assert found is not None
        return found


@pytest.fixture(scope="module", params=["plain", "coiled"])
def bench(request: pytest.FixtureRequest) -> Bench:
    piece = build(41, kind="placemat", material="rattan", weave=request.param)
    mesh = sweep(piece.strands)
    return Bench(piece, mesh, Camera.looking(np.array([0.05, -0.1, 0.7]), np.zeros(3), 0.7))


def far_points(strands: list[Strand], centre: Array, radius: float) -> set[tuple[float, ...]]:
    points = np.concatenate([s.line for s in strands])
    far = points[np.linalg.norm(points - centre, axis=1) > radius]
    return {tuple(p) for p in far.round(7).tolist()}


def test_every_channel_that_is_rendered_is_one_of_the_model() -> None:
    assert set(DEFECTS) == set(STRUCTURE) | set(MARKS)
    assert set(DEFECTS) <= set(CHANNELS)


@pytest.mark.parametrize("code", ["STRAND_BROKEN", "WEAVE_LOOSE", "HOLE", "END_PROTRUDING"])
def test_an_edit_touches_only_its_surroundings(bench: Bench, code: str) -> None:
    place = bench.place(code)
    before = bench.piece.strands
    edit = STRUCTURE[code](before, place, np.random.default_rng(6))
    reach = np.linalg.norm(edit.touched - place.centre, axis=1).max()
    assert 0 < reach < 0.2
    untouched = [s for s in edit.strands if any(s is old for old in before)]
    assert len(untouched) > 0.3 * len(before)
    changed = [s for s in edit.strands if all(s is not old for old in before)]
    assert changed, "something must change"


def test_a_hole_is_empty_and_a_hole_only(bench: Bench) -> None:
    place = bench.place("HOLE")
    edit = STRUCTURE["HOLE"](bench.piece.strands, place, np.random.default_rng(7))

    def near(strands: list[Strand], radius: float) -> int:
        points = np.concatenate([s.line for s in strands if s.role != "fibre"])
        return int((np.linalg.norm(points - place.centre, axis=1) < radius).sum())

    radius = bench.piece.pitch * 0.6
    assert near(bench.piece.strands, radius) > 0
    assert near(edit.strands, radius) == 0
    assert near(edit.strands, 1.0) > 0.5 * near(bench.piece.strands, 1.0)


def test_a_missing_strand_takes_length_away(bench: Bench) -> None:
    place = bench.place("STRAND_MISSING")
    edit = STRUCTURE["STRAND_MISSING"](bench.piece.strands, place, np.random.default_rng(8))

    def length(strands: list[Strand]) -> float:
        return sum(float(s.arc[-1]) for s in strands)

    assert length(edit.strands) < length(bench.piece.strands) - bench.piece.pitch


def test_a_protruding_end_leaves_the_weave_by_more_than_a_strands_width(bench: Bench) -> None:
    place = bench.place("END_PROTRUDING")
    edit = STRUCTURE["END_PROTRUDING"](bench.piece.strands, place, np.random.default_rng(9))
    added = edit.strands[len(bench.piece.strands) :]
    assert added
    width = float(bench.piece.strands[place.strand].width.mean())
    for end in (s for s in added if s.group >= 91_000):
        assert np.linalg.norm(end.line[-1] - end.line[0]) > width
        assert ((end.line - end.line[0]) @ place.out).max() > width


def test_a_loose_weave_leaves_a_gap_between_rows() -> None:
    piece = build(43, kind="placemat", material="rattan", weave="coiled")
    mesh = sweep(piece.strands)
    bench = Bench(piece, mesh, Camera.looking(np.array([0.0, 0, 0.7]), np.zeros(3), 0.7))
    place = bench.place("WEAVE_LOOSE")
    assert piece.strands[place.strand].role == "coil"
    edit = STRUCTURE["WEAVE_LOOSE"](piece.strands, place, np.random.default_rng(10))

    def nearest(strands: list[Strand]) -> float:
        points = np.concatenate([s.line for s in strands if s.role == "coil"])
        return float(np.linalg.norm(points - place.centre, axis=1).min())

    assert nearest(edit.strands) > nearest(piece.strands) + 0.3 * piece.pitch


def test_an_unravelled_edge_opens_at_the_rim() -> None:
    piece = build(44, kind="tray", material="rattan", weave="plain")
    mesh = sweep(piece.strands)
    bench = Bench(piece, mesh, Camera.looking(np.array([0.1, -0.6, 0.5]), mesh.points.mean(0), 0.8))
    place = bench.place("EDGE_UNRAVEL")
    assert piece.strands[place.strand].role in ("rim", "lash")
    edit = STRUCTURE["EDGE_UNRAVEL"](piece.strands, place, np.random.default_rng(13))
    moved = [s for s in edit.strands if all(s is not old for old in piece.strands)]
    assert {s.role for s in moved} & {"rim", "lash"}
    assert np.linalg.norm(edit.touched - place.centre, axis=1).max() < 0.2


@pytest.mark.parametrize("kind", ["basket", "mat"])
def test_a_deformed_piece_keeps_its_strands_and_stays_above_ground(kind: str) -> None:
    piece = build(45, kind=kind, material="bamboo", weave="plain")
    mesh = sweep(piece.strands)
    bench = Bench(piece, mesh, Camera.looking(np.array([0.2, -0.9, 0.6]), mesh.points.mean(0), 0.8))
    place = bench.place("SHAPE_DEFORMED")
    for seed in range(4):
        edit = STRUCTURE["SHAPE_DEFORMED"](piece.strands, place, np.random.default_rng(seed))
        assert [len(s) for s in edit.strands] == [len(s) for s in piece.strands]
        step = np.concatenate([a.line - b.line for a, b in zip(edit.strands, piece.strands, strict=True)])
        assert np.linalg.norm(step, axis=1).max() > 0.01
        low = min(float(s.line[:, 2].min()) for s in piece.strands)
        assert min(float(s.line[:, 2].min()) for s in edit.strands) >= low - 1e-9


@pytest.mark.parametrize("code", ["INSECT_DAMAGE", "FOREIGN_MATTER"])
def test_intruders_are_added_on_the_side_that_the_camera_sees(bench: Bench, code: str) -> None:
    place = bench.place(code)
    edit = STRUCTURE[code](bench.piece.strands, place, np.random.default_rng(14))
    added = edit.strands[len(bench.piece.strands) :]
    assert added
    assert all(s is old for s, old in zip(edit.strands, bench.piece.strands, strict=False))
    height = np.array([(s.line.mean(0) - place.centre) @ place.out for s in added])
    assert np.median(height) > -2 * bench.piece.pitch


def test_no_defect_of_the_weave_cuts_lining_or_leather() -> None:
    piece = build(46, kind="placemat", material="bamboo", weave="plain")
    strands = [replace(s, role="lining") if k % 7 == 0 else s for k, s in enumerate(piece.strands)]
    bench = Bench(
        replace(piece, strands=strands), sweep(strands), Camera.looking(np.array([0, -0.1, 0.7]), np.zeros(3), 0.7)
    )
    for code in ("HOLE", "WEAVE_LOOSE", "EDGE_UNRAVEL"):
        if (place := bench.place(code)) is not None:
            edit = STRUCTURE[code](strands, place, np.random.default_rng(15))
            kept = [s for s in strands if s.role == "lining"]
            assert all(any(s is k for s in edit.strands) for k in kept)


@pytest.mark.parametrize("code", sorted(MARKS))
def test_a_mark_colours_only_what_it_says(bench: Bench, code: str) -> None:
    place = bench.place(code)
    mark = MARKS[code](bench.mesh, place, np.random.default_rng(11))
    assert np.array_equal(mark.mesh.points, bench.mesh.points)
    changed = (mark.mesh.colour != bench.mesh.colour).any(1) | (mark.mesh.mould > 0.3)
    assert 0 < changed.sum() < 0.7 * len(changed)
    assert np.linalg.norm(mark.touched - place.centre, axis=1).min() < 3 * bench.piece.pitch
    assert (mark.mesh.mould > 0).any() == (code == "MOULD")


def test_defects_of_one_piece_keep_apart(bench: Bench) -> None:
    first = bench.camera.project(bench.place("HOLE").centre[None])[0, :2]
    rng = np.random.default_rng(12)
    for _ in range(5):
        second = find_place(
            bench.piece.strands, bench.mesh.points, bench.piece.pitch, "STAIN", bench.camera, 320, [first], rng
        )
        assert second is not None
        assert np.linalg.norm(bench.camera.project(second.centre[None])[0, :2] - first) > APART


def test_spoiling_is_seeded_and_leaves_the_good_piece_alone(bench: Bench) -> None:
    recipe = Recipe(41, True, ("HOLE", "STAIN"))
    kept = [s.line.copy() for s in bench.piece.strands]
    a, b = (spoil(bench.piece, bench.mesh, recipe, bench.camera, 96) for _ in range(2))
    assert np.array_equal(a.mesh.points, b.mesh.points)
    assert [code for code, _ in a.regions] == ["HOLE", "STAIN"]
    assert all(0 < where.sum() < where.size for _, where in a.regions)
    assert all(np.array_equal(s.line, k) for s, k in zip(bench.piece.strands, kept, strict=True))


def test_split_gives_what_is_left_of_open_and_closed_strands() -> None:
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    hoop = Strand(np.stack([np.cos(a), np.sin(a), 0 * a], 1), np.tile([0.0, 0, 1], (20, 1)), np.ones(20), np.ones(20),
                  np.ones((20, 3)), "rim", 0, closed=True)  # fmt: skip
    gone = np.zeros(20, bool)
    gone[5:8] = True
    (rest,) = split(hoop, gone)
    assert len(rest) == 17
    assert not rest.closed
    assert [len(p) for p in split(hoop.opened_at(0), np.r_[gone, False])] == [5, 13]
