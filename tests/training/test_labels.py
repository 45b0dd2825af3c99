"""Pixels become cells: what shows in a cell, what is too doubtful to learn from, what is unknown."""

from __future__ import annotations

import numpy as np

from training.labels import KINDS, UNKNOWN, target
from training.sample import CHANNELS

STAIN, HOLE = CHANNELS.index("STAIN"), CHANNELS.index("HOLE")


def masked(*squares: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((64, 64), np.int32)
    for channel, y, x, side in squares:
        mask[y : y + side, x : x + side] |= 1 << channel
    return mask


FULL = np.full((64, 64), 255, np.int32)


def test_a_cell_shows_a_defect_from_an_eighth_of_its_area() -> None:
    t = target(True, "basket", "bamboo", masked((STAIN, 8, 16, 8)), FULL)
    assert np.argwhere(t.defects).tolist() == [[STAIN, 1, 2]]
    assert t.defect == 1
    t = target(True, "basket", "bamboo", masked((STAIN, 8, 16, 2)), FULL)  # 4 of 64 pixels: half of an eighth
    assert t.defects.sum() == 0
    assert t.defect == 0


def test_cells_around_a_defect_and_cells_barely_touched_are_not_learnt_from() -> None:
    t = target(True, None, None, masked((HOLE, 24, 24, 8), (STAIN, 56, 56, 2)), FULL)
    assert t.certain[3, 3] == 1
    assert t.certain[2:5, 2:5].sum() == 1
    assert t.certain[7, 7] == 0
    assert t.certain[0, 0] == 1


def test_two_defects_in_one_cell_are_both_told() -> None:
    t = target(True, None, None, masked((HOLE, 8, 8, 8), (STAIN, 8, 8, 8)), FULL)
    assert t.defects[:, 1, 1].nonzero()[0].tolist() == sorted([HOLE, STAIN])


def test_labels_that_the_model_does_not_know_are_unknown_and_no_error() -> None:
    t = target(True, "lamp", None, masked(), FULL)
    assert (t.kind, t.material) == (UNKNOWN, UNKNOWN)
    assert target(True, KINDS[2], "bamboo", masked(), FULL).kind == 2


def test_what_is_not_woven_has_no_piece() -> None:
    assert target(False, None, None, masked(), FULL).piece.sum() == 0
    half = FULL.copy()
    half[:, 32:] = 0
    assert target(True, None, None, masked(), half).piece.mean() == 0.5
