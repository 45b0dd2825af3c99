"""Which picture an epoch learns follows from its number alone, however often the run was stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qc.errors import BadInput
from training.promotion.drawn import Wanted
from training.promotion.fine_tune import order
from training.promotion.pool import NEVER, Pool, due, wanted_version
from training.promotion.source import Half, Slots


def picture(value: int) -> tuple[list[Half], Wanted]:
    shapes = ((24, 24, 24), (40, 12, 12), (112, 6, 6), (320, 3, 3))
    cells = np.full((12, 12), value, np.uint16)
    wanted = Wanted(
        value % 2 == 0, 1.0, value, -1, 1, cells, cells, value, cells.astype(np.uint8), cells.astype(np.uint8)
    )
    return [np.full(shape, value, np.float16) for shape in shapes], wanted


def test_every_slot_is_drawn_anew_in_its_turn_and_learnt_as_it_was_last_drawn() -> None:
    latest = [0] * 10
    for epoch in range(9):
        for slot in due(10, epoch, every=4):
            latest[slot] = epoch
        assert latest == [wanted_version(slot, epoch, every=4) for slot in range(10)]
    assert min(latest) > 4
    assert due(10, 0, every=4) == []


def test_a_slot_is_kept_on_disk_and_taken_over_whole(tmp_path: Path) -> None:
    pool, staging = Pool(tmp_path / "pool", 4, 96), Pool(tmp_path / "staging", 1, 96)
    assert [pool.version(k) for k in range(4)] == [NEVER] * 4
    for slot in range(4):
        pool.put(slot, 0, *picture(slot))
    staging.put(0, 3, *picture(8))
    pool.take(staging, [(0, 2)])
    again = Pool(tmp_path / "pool", 4, 96)
    assert [again.version(k) for k in range(4)] == [0, 0, 3, 0]
    features, wanted = again.batch(np.array([2, 0]))
    assert [w.kind for w in wanted] == [0, 8]
    assert [float(f[1].mean()) for f in features] == [8.0] * 4
    assert wanted[1].made
    assert int(wanted[1].shown.max()) == 8
    with pytest.raises(BadInput, match="remove the folder"):
        Pool(tmp_path / "pool", 5, 96)


def test_a_picture_that_was_being_written_when_the_run_was_killed_counts_as_never_drawn(tmp_path: Path) -> None:
    pool = Pool(tmp_path, 2, 96)
    pool.put(0, 0, *picture(1))
    features, wanted = picture(2)
    with pytest.raises(ValueError, match="broadcast"):
        pool.put(0, 1, [*features[:3], np.zeros((1, 2, 2), np.float16)], wanted)
    assert Pool(tmp_path, 2, 96).version(0) == NEVER


def test_batches_hold_both_kinds_in_proportion_and_each_slot_once() -> None:
    batches = order(Slots(made=60, photos=40), 10, np.random.default_rng(0))
    assert len(batches) == 10
    assert sorted(np.concatenate(batches).tolist()) == list(range(100))
    assert {int((b < 60).sum()) for b in batches} == {6}
