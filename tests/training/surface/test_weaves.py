"""The interlacing patterns keep what makes each weave that weave."""

import numpy as np
import pytest

from training.surface.weaves import PATTERNS, basket, herringbone, plain, satin, twill


def test_plain_weave_alternates_in_both_directions() -> None:
    signs = np.tile(plain(), (4, 4))
    assert (signs[1:] == -signs[:-1]).all()
    assert (signs[:, 1:] == -signs[:, :-1]).all()


def test_basket_weave_is_plain_weave_of_pairs() -> None:
    assert (basket(2)[::2, ::2] == plain()).all()
    assert (basket(2)[0] == basket(2)[1]).all()


@pytest.mark.parametrize(("over", "under"), [(2, 2), (1, 3), (3, 1)])
def test_twill_moves_one_strand_a_row(over: int, under: int) -> None:
    signs = twill(over, under)
    assert (signs[:, 0] > 0).sum() == over
    assert (np.roll(signs[:, 0], -1) == signs[:, 1]).all()


def test_satin_crossings_never_touch() -> None:
    over = np.tile(satin(5, 2) > 0, (2, 2))
    assert over[:5, :5].sum() == 5
    assert not (over[1:] & over[:-1]).any()
    assert not (over[:, 1:] & over[:, :-1]).any()


def test_herringbone_turns_its_diagonal_back() -> None:
    signs = herringbone(2, 2, 4)
    assert (signs[:4] == signs[7:3:-1]).all()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_strand_is_bound_in(name: str) -> None:
    for signs in PATTERNS[name]:
        assert set(np.unique(signs)) == {-1, 1}
        for line in (*signs, *signs.T):
            assert abs(int(line.sum())) < len(line), f"a strand of {name} floats for ever"
