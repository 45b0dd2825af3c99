"""Bags, boxes, hard good pieces and what is not woven: each has what its name promises."""

from __future__ import annotations

import numpy as np
import pytest

from training.render import solids, strap
from training.render.bag import bag
from training.render.body import Finishing, body, lining, turned
from training.render.box import box
from training.render.build import build
from training.render.debris import about
from training.render.form import Form, Give
from training.render.hand import HARD, Hand, draw_hand
from training.render.heaps import HEAPS
from training.render.looks import draw_look
from training.render.materials import MATERIALS, sizes
from training.render.strand import Strand, sweep

EVEN = Hand(0.03)
WALL = np.stack([np.full(12, 0.15), np.linspace(0, 0.25, 12)], 1)


def tote(give: Give | None = None) -> Form:
    return Form("bag", WALL, True, 4.0, 0.4, 0.0, (0.0, 0.0), 1, give)


def test_a_soft_bag_closes_towards_its_mouth_and_stands_on_the_same_foot() -> None:
    u = np.linspace(0, 0.95, 40)
    stiff, soft = (tote(g).surface(WALL, 4.0) for g in (None, Give(0.7, 0.0, 0.0, 0.0, 1)))
    assert np.allclose(stiff.point(u, np.zeros(40)), soft.point(u, np.zeros(40)))
    depth = [np.ptp(s.point(u, np.ones(40))[:, 1]) for s in (stiff, soft)]
    assert depth[1] < 0.4 * depth[0]


@pytest.mark.parametrize("style", strap.STYLES)
def test_handles_rise_above_or_hang_from_the_rim(style: str) -> None:
    form = tote()
    made = strap.straps(form, form.surface(WALL, 4.0), style, draw_look("rattan", np.random.default_rng(1)),
                        np.random.default_rng(2))  # fmt: skip
    if style == "none":
        assert made == []
        return
    points = np.concatenate([s.line for s in made])
    assert np.isfinite(points).all()
    if style in ("short", "hoop", "arch"):
        assert points[:, 2].max() > 0.25 + 0.05
    if style == "fallen":
        assert np.abs(points[:, 1]).max() > 0.15 * 0.4 + 0.04


def test_bags_stand_and_lie() -> None:
    look = draw_look("pandan", np.random.default_rng(3))
    pieces = [bag("bag", "plain", look, EVEN, np.random.default_rng(k)) for k in range(14)]
    assert {p.stance for p in pieces} == {"upright", "lying"}
    lying = next(p for p in pieces if p.stance == "lying")
    weave = np.concatenate([s.line for s in lying.strands if s.role == "weft"])
    assert np.ptp(weave[:, 2]) < np.ptp(weave[:, 1])


def test_a_lid_is_as_wide_as_its_box() -> None:
    look = draw_look("bamboo", np.random.default_rng(4))
    for seed in range(6):
        piece = box("box", "plain", look, EVEN, np.random.default_rng(seed))
        lid = [s for s in piece.strands if s.group >= 200_000]
        if lid:
            upper, lower = (np.ptp(np.concatenate([s.line for s in part if s.role == "rim"])[:, 1])
                            for part in (lid, [s for s in piece.strands if s.group < 200_000]))  # fmt: skip
            assert upper > 0.9 * lower
            return
    raise AssertionError("six boxes and no lid")


def test_lining_lies_inside_and_is_cloth() -> None:
    form = tote()
    made = body(
        form, "plain", draw_look("seagrass", np.random.default_rng(5)), EVEN, np.random.default_rng(6), Finishing()
    )
    cloth = lining(made.surface, 0.01, np.random.default_rng(7))
    assert {s.role for s in cloth} == {"lining"}
    reach = max(float(np.abs(s.line[:, 0]).max()) for s in made.strands if s.role == "weft")
    assert all(np.abs(s.line[:, 0]).max() < reach for s in cloth if s.width.mean() < 0.018)


def test_turning_moves_strands_as_one_body() -> None:
    strand = build(52, kind="mat", material="pandan", weave="plain").strands[0]
    (moved,) = turned([strand], np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 0.2]), 7)
    assert moved.group == strand.group + 7
    assert np.allclose(np.diff(strand.arc), np.diff(moved.arc))
    assert np.allclose(moved.normal[:, 2], -strand.normal[:, 2])


def test_materials_are_told_apart_by_their_strands() -> None:
    rng = np.random.default_rng(8)
    drawn = {m: [sizes(m, "plain", rng)[1] for _ in range(40)] for m in MATERIALS}
    width = {m: float(np.mean([s.width for s in drawn[m]])) for m in MATERIALS}
    assert width["mendong"] < 0.004 < width["seagrass"] < width["water_hyacinth"]
    assert all(s.plies == 2 for s in drawn["seagrass"])
    assert all(s.square >= 5 for m in ("pandan", "bamboo") for s in drawn[m])
    assert all(s.nodes > 0 for s in drawn["bamboo"])


@pytest.mark.parametrize("cause", ["pitch_jitter", "odd_strand", "node", "splice", "seam", "feet", "dyed"])
def test_a_hard_piece_has_what_makes_it_hard(cause: str) -> None:
    assert cause in HARD
    pieces = [build(60 + k, kind="basket", material="rattan", weave="plain", hard=[cause]) for k in range(3)]
    assert all(cause in p.causes for p in pieces)


def test_an_even_hand_has_no_oddities() -> None:
    hands = [draw_hand((), np.random.default_rng(k)) for k in range(50)]
    assert all(h.odd == 0 and not h.seam and not h.feet and h.jitter < 0.12 for h in hands)


@pytest.mark.parametrize("what", HEAPS)
def test_heaps_are_seeded_whole_and_not_woven(what: str) -> None:
    a, b = solids.build(9, shape=what), solids.build(9, shape=what)
    assert np.array_equal(a.mesh.points, b.mesh.points)
    assert np.isfinite(a.mesh.points).all()
    assert a.faces_up.mean() > 0.3
    assert a.shape == what


def test_clutter_lies_on_the_ground_round_the_piece() -> None:
    mesh = sweep(build(53, kind="placemat", material="pandan", weave="plain").strands)
    things: list[Strand] = about(mesh.points, mesh.colour, np.random.default_rng(10))
    assert things
    low = float(mesh.points[:, 2].min())
    assert all(s.line[:, 2].mean() > low - 0.01 for s in things)
    reach = np.abs(mesh.points[:, :2]).max()
    assert all(np.linalg.norm(s.line.mean(0)[:2]) > 0.5 * reach for s in things)
