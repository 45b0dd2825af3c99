"""What is held out is held out: by piece, by whole weaves and lights, and with defects that can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.held_out import pieces
from training.sample import CHANNELS, Sample
from training.splits import KEPT_OUT, shifted, split_of

HDRI = Path(__file__).resolve().parents[2] / "datasets" / "hdri"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("surfaces")


def held(split: str, kept: Path) -> list[Sample]:
    return pieces(split, (), HDRI, 100, 96, kept)  # type: ignore[arg-type]


def test_the_shifted_split_shows_only_what_training_never_meets(kept: Path) -> None:
    found = held("shift", kept)
    assert len(found) > 20
    assert all(shifted(s) for s in found)
    assert any(s.meta["weave"] in KEPT_OUT["weave"] for s in found)
    assert not any(shifted(s) for split in ("val", "test") for s in held(split, kept))


def test_splits_share_no_piece(kept: Path) -> None:
    names = [{str(s.meta["twin"] or s.meta["id"]) for s in held(split, kept)} for split in ("val", "test", "shift")]
    assert len(set.union(*names)) == sum(map(len, names))


def test_good_pieces_come_a_second_time_with_a_defect_that_shows(kept: Path) -> None:
    found = held("val", kept)
    spoilt = {str(s.meta["twin"]): s for s in found if s.meta["source"] == "composite"}
    good = {str(s.meta["id"]): s for s in found if s.meta["state"] == "good" and s.meta["woven"]}
    assert len(spoilt) > len(good) / 2
    codes = set()
    for twin, sample in spoilt.items():
        assert sample.mask.any()
        assert (sample.rgb != good[twin].rgb).any()
        codes |= {d["code"] for d in sample.meta["defects"]}
    assert len(codes & set(CHANNELS)) >= 8


def test_a_kept_out_light_or_material_wins_over_the_hash_of_the_piece() -> None:
    plain = Sample(None, None, None, {"id": "a", "weave": "plain", "material": "rattan", "light": "studio"})  # type: ignore[arg-type]
    assert split_of(plain) in ("train", "val", "test")
    for field, values in KEPT_OUT.items():
        for value in values:
            sample = Sample(plain.rgb, None, plain.mask, {**plain.meta, field: value})
            assert split_of(sample) == split_of(sample, "train") == "shift"
