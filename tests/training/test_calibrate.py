"""Calibrated probabilities mean what they say, and more evidence never lowers one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.samples import checked
from training.calibrate import Answers, calibrate, expected_error, fit_platt, fit_temperature, peaks
from training.labels import KINDS, MATERIALS, target
from training.sample import CHANNELS


def test_platt_finds_the_slope_and_offset_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, 4000)
    right = rng.random(4000) < 1 / (1 + np.exp(-(0.6 * logits - 1)))
    fit = fit_platt(logits, right)
    assert fit.a == pytest.approx(0.6, abs=0.06)
    assert fit.b == pytest.approx(-1, abs=0.15)


def test_a_probability_never_falls_as_the_logit_rises_even_where_the_labels_are_backwards() -> None:
    logits = np.linspace(-4, 4, 200)
    assert fit_platt(logits, logits < 0).a > 0


@pytest.mark.parametrize("right", [np.ones(40, bool), np.zeros(40, bool)])
def test_one_sided_labels_give_no_certainty(right: np.ndarray) -> None:
    fit = fit_platt(np.random.default_rng(1).normal(0, 1, 40), right)
    assert 0.005 < 1 / (1 + np.exp(-fit.b)) < 0.995


def test_an_overconfident_softmax_gets_a_temperature_above_one() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 1, (3000, 4))
    wanted = np.array([rng.choice(4, p=np.exp(t) / np.exp(t).sum()) for t in truth])
    assert fit_temperature((truth * 3).astype(np.float32), wanted) == pytest.approx(3, rel=0.15)


def test_the_calibration_error_is_the_distance_of_probability_and_frequency() -> None:
    right = np.arange(1000) % 10 < 7
    assert expected_error(np.full(1000, 0.7, np.float32), right) == pytest.approx(0, abs=1e-6)
    assert expected_error(np.full(1000, 0.9, np.float32), right) == pytest.approx(0.2, abs=1e-6)


def said(count: int = 60) -> Answers:
    """A network that is right about stains two times out of three, and cries wolf at times."""
    rng = np.random.default_rng(3)
    samples = [checked(n, "STAIN" if n % 2 else None, woven=n % 5 > 0) for n in range(count)]
    targets = []
    for s in samples:
        assert s.alpha is not None
        meta = s.meta
        mask, alpha = s.mask.astype(np.int32), s.alpha.astype(np.int32)
        targets.append(target(bool(meta["woven"]), meta["kind"], meta["material"], mask, alpha))
    defects = rng.normal(-6, 1, (count, len(CHANNELS), 8, 8)).astype(np.float32)
    truth = np.array([t.defect for t in targets])
    for k, t in enumerate(targets):
        if t.defect and rng.random() < 0.67:
            defects[k] += 7 * t.defects
    woven = np.array([t.woven for t in targets])
    return Answers(
        samples, targets,
        woven=(woven * 4 - 2 + rng.normal(0, 2, count)).astype(np.float32),
        defect=(truth * 2 - 1 + rng.normal(0, 1.5, count)).astype(np.float32),
        kind=rng.normal(0, 1, (count, len(KINDS))).astype(np.float32),
        material=rng.normal(0, 1, (count, len(MATERIALS))).astype(np.float32),
        defects=defects, piece=np.zeros((count, 8, 8), np.float32), embedding=np.ones((count, 2), np.float32),
    )  # fmt: skip


def test_a_whole_calibration_names_every_channel_and_keeps_every_slope_positive() -> None:
    calibration = calibrate(said(), fitted_on="made-val")
    assert set(calibration.channels) == set(CHANNELS)
    assert all(p.a > 0 for p in (*calibration.channels.values(), calibration.woven))
    assert calibration.defect.head > 0


def test_a_peak_on_a_defect_is_right_and_one_elsewhere_is_wrong() -> None:
    answer = said()
    places, right = peaks(answer)["STAIN"]
    high = [r for x, r in zip(places, right, strict=True) if x > -1]
    low = [r for x, r in zip(places, right, strict=True) if x < -4]
    assert high
    assert np.mean(high) > 0.9
    assert not low or np.mean(low) < 0.5
