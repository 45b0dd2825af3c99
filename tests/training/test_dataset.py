"""No piece is on both sides of a split; a draw is a function of its seed; held-out pictures stay as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from qc.model.preprocess import PreprocessSpec
from tests.training.samples import checked
from training.dataset import Pieces, fingerprint
from training.splits import split_of

HDRI = Path(__file__).resolve().parents[2] / "datasets" / "hdri"
SPEC = PreprocessSpec(size=64)


def test_a_piece_its_twin_and_its_views_stay_together() -> None:
    variants = [(None, "whole"), ("STAIN", "whole"), ("HOLE", "closeup")]
    splits = [{split_of(checked(n, code, view=view)) for code, view in variants} for n in range(300)]
    assert all(len(s) == 1 for s in splits)
    share = {name: sum(name in s for s in splits) / 300 for name in ("train", "val", "test")}
    assert 0.68 < share["train"] < 0.84
    assert 0.06 < share["val"] < 0.18
    assert 0.06 < share["test"] < 0.18


def test_a_draw_depends_on_seed_epoch_and_index_alone() -> None:
    samples = [checked(n, "STAIN" if n % 2 else None) for n in range(6)]
    one, other = (Pieces(samples, HDRI, SPEC, length=20, empty=0.2, seed=3) for _ in range(2))
    torch.testing.assert_close(one[7][0], other[7][0])
    assert not torch.equal(one[7][0], one[8][0])
    other.epoch = 1
    assert not torch.equal(one[7][0], other[7][0])


def test_some_draws_show_nothing_woven() -> None:
    data = Pieces([checked(0), checked(1, "HOLE")], HDRI, SPEC, length=60, empty=0.5, seed=1)
    woven = np.array([float(data[k][1]["woven"]) for k in range(60)])
    assert 0.25 < 1 - woven.mean() < 0.75


def test_held_out_pictures_are_not_augmented() -> None:
    sample = checked(4, "STAIN")
    opaque = type(sample)(sample.rgb, None, sample.mask, sample.meta)
    image, target = Pieces([opaque], HDRI, SPEC, length=None)[0]
    pixels = (image.numpy().transpose(1, 2, 0) * 127.5 + 127.5).round().astype(np.uint8)
    assert np.array_equal(pixels, sample.rgb)
    assert float(target["defect"]) == 1


def test_the_fingerprint_changes_with_a_pixel_or_a_label() -> None:
    one, other = checked(0, "STAIN"), checked(0, "HOLE")
    assert fingerprint([one]) == fingerprint([checked(0, "STAIN")])
    assert fingerprint([one]) != fingerprint([other])
    assert fingerprint([one, other]) != fingerprint([other, one])
