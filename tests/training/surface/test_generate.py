"""The samples that training sees: the same for a seed, honestly labelled, each code within reach."""

import json
import time
from collections import Counter

import cv2
import numpy as np
import pytest

from training.sample import CHANNELS, Sample
from training.surface import pair, surface
from training.surface.generate import MAKERS
from training.surface.irregular import CAUSES
from training.surface.visible import LEAST_AREA, LEAST_DELTA_E

SEEDS = range(900, 936)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [surface(seed, 192) for seed in SEEDS]


def test_a_seed_gives_the_same_sample_again(samples: list[Sample]) -> None:
    for seed, first in zip(list(SEEDS)[:6], samples[:6], strict=True):
        again = surface(seed, 192)
        assert np.array_equal(first.rgb, again.rgb)
        assert np.array_equal(first.mask, again.mask)
        assert first.meta == again.meta


def test_shapes_and_types(samples: list[Sample]) -> None:
    for sample in samples:
        assert sample.rgb.shape == (192, 192, 3)
        assert sample.rgb.dtype == np.uint8
        assert sample.mask.shape == (192, 192)
        assert sample.mask.dtype == np.uint16
        assert (sample.alpha is None) == (sample.meta["view"] == "closeup")
        assert int(sample.mask.max()) < 1 << len(CHANNELS)


def test_about_half_are_good_and_good_means_an_empty_mask(samples: list[Sample]) -> None:
    states = Counter(s.meta["state"] for s in samples)
    assert 0.25 < states["good"] / len(samples) < 0.75
    for sample in samples:
        assert sample.mask.any() == (sample.meta["state"] == "defective")


def test_meta_is_json_and_tells_what_the_mask_shows(samples: list[Sample]) -> None:
    for sample in samples:
        meta = json.loads(json.dumps(sample.meta))
        assert (meta["source"], meta["woven"], meta["kind"]) == ("surface", 1, None)
        assert meta["view"] in {"closeup", "partial"}
        assert set(meta["causes"]) <= set(CAUSES)
        for defect in meta["defects"]:
            bit = np.uint16(1 << CHANNELS.index(defect["code"]))
            shown = (sample.mask & bit) > 0
            assert int(shown.sum()) == defect["area_px"] >= LEAST_AREA
            assert defect["visibility"] >= LEAST_DELTA_E
            x0, y0, x1, y1 = defect["box"]
            assert shown[y0:y1, x0:x1].sum() == shown.sum()


def test_half_of_the_good_pieces_are_hard() -> None:
    causes = [surface(seed, 96).meta for seed in range(60)]
    good = [m["causes"] for m in causes if m["state"] == "good"]
    assert sum(len(c) >= 1 for c in good) >= 0.5 * len(good)


@pytest.mark.parametrize("code", CHANNELS)
def test_each_code_is_made_and_mostly_seen(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.surface.generate._planned", lambda seed, force: [code])
    found = [surface(seed, 192).meta["defects"] for seed in range(40, 52)]
    assert {d["code"] for defects in found for d in defects} == {code}
    assert sum(bool(defects) for defects in found) >= 6


def test_every_channel_has_a_maker() -> None:
    assert tuple(MAKERS) == CHANNELS


@pytest.mark.parametrize("seed", range(5))
def test_twins_differ_at_the_defect_and_nowhere_far_from_it(seed: int) -> None:
    good, bad = pair(seed, 256)
    assert good.meta["state"] == "good"
    assert not good.mask.any()
    assert bad.mask.any()
    assert bad.meta["twin"] == good.meta["id"]
    assert good.meta["weave"] == bad.meta["weave"]
    change = np.abs(good.rgb.astype(int) - bad.rgb.astype(int)).max(-1)
    reach = 2 * int(max(12, 1.5 * good.meta["pitch_px"])) + 1
    near = cv2.dilate((bad.mask > 0).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    assert change[bad.mask > 0].mean() > 4
    far = change[~near]
    assert (far > 24).mean() < 0.002 if far.size else True


def test_print_the_time_a_tile_takes(capsys: pytest.CaptureFixture[str]) -> None:
    surface(1)
    start = time.process_time()
    for seed in range(8):
        surface(seed)
    with capsys.disabled():
        print(f"\n  surface(seed, 320): {(time.process_time() - start) / 8 * 1000:.0f} ms of CPU a tile")
