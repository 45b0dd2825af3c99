"""What the weaving lays at each pixel: who is on top, where nothing is, what cuts and gaps do."""

import numpy as np

from training.surface.fields import GAP, Cut, Edit, Edits, Fields, Spread
from training.surface.geometry import strand_set
from training.surface.lattice import StrandSet, crossed, hexagonal
from training.surface.noise import F32, TABLE
from training.surface.rows import Lobes, rows
from training.surface.weaves import plain


def _grid(pitches: int = 6, per_pitch: int = 10) -> tuple[F32, F32]:
    axis = (np.arange(pitches * per_pitch, dtype=np.float32) + 0.5) / per_pitch
    u, v = np.meshgrid(axis, axis)
    return np.asarray(u, np.float32), np.asarray(v, np.float32)


def _set(half: float = 0.45, seed: int = 0) -> StrandSet:
    return strand_set(np.random.default_rng(seed), 20, 1.0, half, 0.0, (1.0, 0.3))


def _edit(cuts: list[Cut] | None = None, spreads: list[Spread] | None = None) -> Edits:
    return Edits([Edit("STRAND_MISSING", "", np.zeros((60, 60), bool), cuts=cuts or [], spreads=spreads or [])])


def _plain(edits: Edits | None = None) -> Fields:
    u, v = _grid()
    return crossed(u, v, (_set(), _set(seed=1)), plain(), 0.2, edits or Edits(), 0.0)


def test_a_plain_weave_shows_each_set_on_top_at_every_other_crossing() -> None:
    centres = _plain().strand[5::10, 5::10] // TABLE
    assert (centres[1:] != centres[:-1]).all()
    assert (centres[:, 1:] != centres[:, :-1]).all()


def test_the_strand_on_top_is_higher_at_a_crossing_than_beside_it() -> None:
    height = _plain().height
    assert height[5, 5] > height[5, 9]
    assert height[5, 5] > height[9, 5]


def test_narrow_strands_leave_gaps_between_them() -> None:
    u, v = _grid()
    open_weave = crossed(u, v, (_set(0.2), _set(0.2)), plain(), 0.2, Edits(), 0.0)
    assert 0.2 < float((open_weave.strand == GAP).mean()) < 0.5
    assert float((_plain().strand == GAP).mean()) < 0.05


def test_a_cut_takes_only_its_own_strand_over_its_own_run() -> None:
    before, after = _plain(), _plain(_edit(cuts=[Cut(0, 2, 1.0, 4.0)]))
    mine = before.strand == 2
    run = (before.along > 1) & (before.along < 4)
    assert not (after.strand[mine & run] == 2).any()
    changed = before.strand != after.strand
    assert (changed == (mine & run)).all()


def test_strands_pushed_apart_open_a_gap_and_lose_nothing() -> None:
    before, after = _plain(), _plain(_edit(spreads=[Spread(0, 3, 3.0, 1.0, 0.4, 1.5)]))
    opened = (after.strand != before.strand) & ((after.strand == GAP) | (after.strand >= TABLE))
    assert opened[28:32, 28:32].any()
    assert set(np.unique(after.strand)) >= {0, 1, 2, 3, 4, 5}


def test_hexagonal_weave_leaves_open_hexagons_and_uses_three_directions() -> None:
    u, v = _grid()
    fields = hexagonal(u, v, (_set(0.25), _set(0.25, 1), _set(0.25, 2)), 0.1, Edits())
    assert set(np.unique(fields.strand[fields.strand >= 0] // TABLE)) == {0, 1, 2}
    assert 0.1 < float((fields.strand == GAP).mean()) < 0.5


def test_a_row_without_its_lobes_shows_the_core() -> None:
    u, v = _grid()
    lobes = Lobes(1.0, 0.5, False, False, 1.0, 0.5)
    whole = rows(u, v, _set(0.5), lobes, Edits())
    bare = rows(u, v, _set(0.5), lobes, _edit(cuts=[Cut(1, 2, 1.0, 4.0)]))
    inside = (whole.cells[1] == 2) & (u > 1.0) & (u < 4.0) & (whole.strand >= 0)
    assert (whole.strand[inside] >= TABLE).all()
    assert (bare.strand[inside] == 2).all()
    assert bare.height[inside].mean() < whole.height[inside].mean()
