"""Curves and tables: each against a case that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.curves import (
    Scores,
    SizeClass,
    auroc,
    confusion,
    precision_recall,
    recall_by_size,
    reliability,
    roc,
    smallest_promised,
    what_if,
)

FOUR = Scores("four", np.array([0.1, 0.6]), np.array([0.4, 0.9]))


def test_auroc_counts_pairs_and_halves_ties() -> None:
    assert auroc(FOUR.good, FOUR.bad) == 0.75
    assert auroc(np.array([0.5]), np.array([0.5])) == 0.5
    assert np.isnan(auroc(np.array([]), np.array([0.5])))


def test_the_area_under_the_roc_curve_is_the_auroc() -> None:
    rng = np.random.default_rng(3)
    scores = Scores("many", rng.normal(0, 1, 300).round(1), rng.normal(1, 1, 200).round(1))
    alarms, recall = roc(scores)
    assert (alarms[0], recall[0], alarms[-1], recall[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(recall, alarms) == pytest.approx(auroc(scores.good, scores.bad))


def test_precision_at_full_recall_is_the_share_of_defective_photos() -> None:
    recall, precision = precision_recall(FOUR)
    assert (recall[-1], precision[-1]) == (1, 0.5)
    assert (recall[0], precision[0]) == (0.5, 1)


def test_calibrated_scores_have_no_error_and_sure_wrong_ones_the_greatest() -> None:
    calibrated = Scores("calibrated", np.full(70, 0.35), np.full(35, 0.35))
    *_, error = reliability(calibrated)
    assert error == pytest.approx(abs(0.35 - 1 / 3))
    *_, error = reliability(Scores("wrong", np.ones(5), np.zeros(5)))
    assert error == 1


def test_what_a_threshold_costs_is_counted_on_the_right_side() -> None:
    (cost,) = what_if(FOUR, refer=(0.5,), act=(0.7,))
    assert (cost.escapes, cost.false_rejects, cost.referred) == (0.5, 0, 0.5)
    (cost,) = what_if(FOUR, refer=(0.4,), act=(0.6,))  # at a threshold counts as above it, as in a verdict
    assert (cost.escapes, cost.false_rejects, cost.referred) == (0, 0.5, 0)
    assert not what_if(FOUR, refer=(0.9,), act=(0.5,))


def test_recall_by_size_leaves_empty_classes_out() -> None:
    assert recall_by_size([4, 5, 20], [True, False, True], (0, 8, 16, 32)) == [
        SizeClass(0, 8, 0.5, 2),
        SizeClass(16, 32, 1.0, 1),
    ]


def test_a_size_is_promised_only_if_all_larger_ones_are_found() -> None:
    small, middle, large = (SizeClass(low, 2 * low, recall, 50) for low, recall in ((8, 0.9), (16, 0.9), (32, 0.95)))
    assert smallest_promised([small, middle, large]) == 8
    assert smallest_promised([small, SizeClass(16, 32, 0.5, 50), large]) == 32
    assert smallest_promised([small, middle, SizeClass(32, 64, 0.2, 50)]) is None


def test_a_size_seen_on_few_defects_is_not_promised() -> None:
    assert smallest_promised([SizeClass(8, 16, 1.0, 3), SizeClass(16, 32, 0.9, 40)]) == 16


def test_confusion_counts_unsure_and_answers_that_nobody_asked_for() -> None:
    columns, counts = confusion(["mat", "mat", "bag"], ["mat", None, "hat"], ("mat", "bag"))
    assert columns == ["mat", "bag", "hat", "unsure"]
    assert counts.tolist() == [[1, 0, 0, 1], [0, 0, 1, 0]]
