"""What makers put on good pieces: it shows, it stays on the piece, it is nobody's defect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.model.preprocess import PreprocessSpec
from training.dataset import Pieces
from training.sample import Sample
from training.surface.assembled import TRIMMINGS, assemble

SIZE = 160
HDRI = Path(__file__).resolve().parents[3] / "datasets" / "hdri"


@pytest.fixture(scope="module")
def weave() -> NDArray[np.uint8]:
    ys, xs = np.mgrid[:SIZE, :SIZE]
    checks = ((xs // 8 + ys // 8) % 2 * 60 + 120).astype(np.uint8)
    return np.repeat(checks[..., None], 3, -1)


def region(margin: int) -> NDArray[np.int32]:
    alpha = np.zeros((SIZE, SIZE), np.int32)
    alpha[margin : SIZE - margin, margin : SIZE - margin] = 255
    return alpha


@pytest.mark.parametrize("name", TRIMMINGS)
def test_each_trimming_is_a_shape_with_a_colour(name: str) -> None:
    for seed in range(12):
        laid = TRIMMINGS[name](np.random.default_rng(seed), 120)
        assert laid.colour.shape == (*laid.opacity.shape, 3)
        assert np.isfinite(laid.colour).all()
        assert 0 <= laid.opacity.min() <= laid.opacity.max() <= 1
        assert laid.opacity.max() > 0.5, "there is something to see"
        assert (laid.opacity < 0.01).mean() > 0.1, "and something beside it"


@pytest.mark.parametrize("seed", range(20))
def test_it_shows_on_the_piece_and_nowhere_far_from_it(weave: NDArray[np.uint8], seed: int) -> None:
    alpha = region(40)
    out = assemble(np.random.default_rng(seed), weave, alpha, weave[:, ::-1])
    changed = np.abs(out.astype(int) - weave).max(-1) > 12
    assert out.dtype == np.uint8
    assert changed[alpha > 0].any()
    far = np.ones((SIZE, SIZE), bool)
    far[24 : SIZE - 24, 24 : SIZE - 24] = False
    assert not changed[far].any()


def test_the_same_draw_gives_the_same_picture_and_the_given_one_stays(weave: NDArray[np.uint8]) -> None:
    before = weave.copy()
    one, two = (assemble(np.random.default_rng(5), weave, region(10), weave) for _ in range(2))
    assert np.array_equal(one, two)
    assert np.array_equal(weave, before)


def test_too_little_of_a_piece_bears_nothing(weave: NDArray[np.uint8]) -> None:
    assert assemble(np.random.default_rng(1), weave, region(70), None) is weave


def test_a_piece_fills_the_window_and_none_other_gives_a_panel(weave: NDArray[np.uint8]) -> None:
    out = assemble(np.random.default_rng(2), weave, region(0), None)
    assert not np.array_equal(out, weave)


def test_a_good_piece_with_trimmings_stays_good(weave: NDArray[np.uint8]) -> None:
    meta = {"id": "a", "source": "surface", "woven": 1, "kind": None, "material": None, "state": "good"}
    samples = [Sample(weave, None, np.zeros((SIZE, SIZE), np.uint16), meta)]
    spec = PreprocessSpec(size=SIZE)
    plain, joined = (Pieces(samples, HDRI, spec, 6, seed=3, joined=share) for share in (0.0, 1.0))
    assert any(not np.array_equal(plain[k][0], joined[k][0]) for k in range(6))
    for k in range(6):
        _, target = joined[k]
        assert target["woven"] == 1
        assert target["defect"] == 0
        assert not target["defects"].any()
