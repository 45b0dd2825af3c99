"""The gates that look at codes: what they let through, what they stop, and what they then ask for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from training.promotion.code_gates import (
    labels_believed,
    no_code_forgotten,
    no_code_worse,
    none_worse_on_its_own,
)
from training.promotion.compare import LEAST
from training.promotion.gates import Policy
from training.promotion.outcomes import ANY, Judged, Outcome
from training.sample import CHANNELS

OTHERS = frozenset(CHANNELS) - {"HOLE"}
"""Codes of which the small scenes here hold nothing."""


def pictures(
    code: str, there: bool, found: Sequence[bool], scores: Sequence[float] | None = None
) -> tuple[Outcome, ...]:
    """A picture a piece; scores as sure as what is found where not given."""
    sure = [0.9 if f else 0.1 for f in found] if scores is None else scores
    return tuple(
        Outcome(f"{code}-{there}-{k}", code, there, f, s) for k, (f, s) in enumerate(zip(found, sure, strict=True))
    )


def holes(found: Sequence[bool], alarms: Sequence[bool]) -> Judged:
    return Judged(pictures("HOLE", True, found) + pictures("HOLE", False, alarms))


ALL, NONE = [True] * 30, [False] * 30
GOOD = holes(ALL, NONE)


def test_what_is_as_good_as_what_serves_passes() -> None:
    gate = no_code_worse(GOOD, GOOD, OTHERS)
    assert gate.open
    assert "none of 2 figures worse" in gate.got
    assert no_code_forgotten(GOOD, GOOD, Policy()).open
    assert none_worse_on_its_own(GOOD, GOOD).open


def test_a_code_that_is_found_less_stops_and_the_gate_says_by_how_much() -> None:
    falls = holes([k > 12 for k in range(30)], NONE)
    for gate in (no_code_worse(GOOD, falls, OTHERS), none_worse_on_its_own(GOOD, falls)):
        assert not gate.open
        assert "HOLE recall 1.000 -> 0.567 (-0.6" in gate.got
        assert "n = 30" in gate.got
        assert "no recall lower" in gate.wanted


def test_more_false_alarms_stop_unless_they_bought_recall_and_good_pieces_as_a_whole_never_pay() -> None:
    alarms = [k < 12 for k in range(30)]
    assert "HOLE false alarms 0.000 -> 0.400" in no_code_worse(GOOD, holes(ALL, alarms), OTHERS).got
    blind = holes(NONE, NONE)
    assert no_code_worse(blind, holes(ALL, alarms), OTHERS).open
    any_before, any_after = (Judged(pictures(ANY, False, found)) for found in (NONE, alarms))
    whole = no_code_worse(blind + any_before, holes(ALL, alarms) + any_after, OTHERS)
    assert not whole.open
    assert "any defect false alarms 0.000 -> 0.400" in whole.got


def test_six_of_twelve_lost_is_the_first_loss_that_chance_does_not_give() -> None:
    def chance(discordant: int) -> float:
        """Two-sided exact sign test, all one way."""
        return float(2 * 0.5**discordant)

    lost = next(k for k in range(1, 30) if chance(k) <= 0.05)
    assert lost / LEAST == 0.5
    before, after = (holes([k >= n for k in range(LEAST)], [False] * LEAST) for n in (0, lost))
    assert not no_code_worse(before, after, OTHERS).open


def test_a_code_with_too_few_pieces_waits_for_a_signature() -> None:
    few = holes([True] * (LEAST - 1), NONE)
    gate = no_code_worse(few, few, OTHERS)
    assert not gate.open
    assert f"not enough pieces to judge ({LEAST} that show it and {LEAST} that do not): " in gate.got
    assert f"HOLE {LEAST - 1} and 30" in gate.got
    assert "--accept-unjudged HOLE" in gate.wanted
    signed = no_code_worse(few, few, OTHERS | {"HOLE"})
    assert signed.open
    assert signed.figures["unjudged"]["HOLE"] == (LEAST - 1, 30)
    assert "HOLE" in signed.figures["signed"]
    nothing = no_code_worse(GOOD, GOOD, OTHERS - {"STAIN"})
    assert not nothing.open
    assert "STAIN 0 and 0" in nothing.got
    assert nothing.wanted.endswith("--accept-unjudged STAIN")


def test_a_signature_for_too_few_pieces_does_not_cover_a_loss_that_shows() -> None:
    falls = holes([k > 12 for k in range(30)], NONE)
    assert not no_code_worse(GOOD, falls, frozenset(CHANNELS)).open


def test_a_code_that_is_seldom_found_cannot_be_forgotten_unseen() -> None:
    """Of 40 pictures 6 reach the threshold; the network forgets the code, and recall falls within its interval."""
    rng = np.random.default_rng(3)
    there, absent = rng.uniform(0.3, 0.85, 40), rng.uniform(0.0, 0.4, 60)
    there[:3] = 0.95
    before = Judged(
        pictures("HOLE", True, (there > 0.86).tolist(), there.tolist())
        + pictures("HOLE", False, [False] * 60, absent.tolist())
    )
    forgotten = rng.uniform(0.0, 0.4, 40)
    after = Judged(
        pictures("HOLE", True, [False] * 40, forgotten.tolist())
        + pictures("HOLE", False, [False] * 60, absent.tolist())
    )
    assert no_code_worse(before, after, OTHERS).open, "its recall was too low to fall by much"
    gate = no_code_forgotten(before, after, Policy())
    assert not gate.open
    assert gate.got.startswith("HOLE AUROC 0.9")
    assert "by more than 0.05" in gate.wanted
    slight = Judged(tuple(o for o in before.outcomes if not o.there) + pictures("HOLE", True, NONE, [0.35] * 30))
    alike = Judged(tuple(o for o in before.outcomes if not o.there) + pictures("HOLE", True, NONE, [0.34] * 30))
    assert no_code_forgotten(slight, alike, Policy()).open, "less than the policy minds"


def labelled(right: float, count: int = 40) -> tuple[Outcome, ...]:
    """Photos as the bundle in service sees them, by labels of which so many are right."""
    rng = np.random.default_rng(7)
    flipped = rng.random(2 * count) > right
    truth = np.arange(2 * count) < count
    scores = np.where(truth, rng.uniform(0.3, 1.0, 2 * count), rng.uniform(0.0, 0.6, 2 * count))
    return tuple(
        Outcome(f"piece-{k}", "STAIN", bool(t != f), False, float(s))
        for k, (t, f, s) in enumerate(zip(truth, flipped, scores, strict=True))
    )


def test_labels_that_say_the_opposite_stop_until_somebody_who_looked_signs() -> None:
    gate = labels_believed(labelled(right=0.0))
    assert not gate.open
    assert gate.got.startswith("STAIN: labels contradict the model in service, AUROC 0.13 (")
    assert "qc-train snapshot check" in gate.wanted
    assert "--accept-labels STAIN" in gate.wanted
    assert not labels_believed(labelled(right=0.0), frozenset({"HOLE"})).open, "somebody signed for another code"
    signed = labels_believed(labelled(right=0.0), frozenset({"STAIN", "HOLE"}))
    assert signed.open
    assert signed.figures["signed"] == ["STAIN"]
    assert signed.figures["opposite"] == ["STAIN"]


@pytest.mark.parametrize("right", [0.7, 0.9, 1.0])
def test_labels_with_faults_and_those_of_a_code_unknown_so_far_are_believed(right: float) -> None:
    assert labels_believed(labelled(right)).open
    blind = tuple(Outcome(o.unit, o.code, o.there, o.found, 0.05) for o in labelled(right))
    gate = labels_believed(blind)
    assert gate.open
    assert gate.figures["codes"]["STAIN"]["auroc"] == pytest.approx(0.5)
    assert labels_believed(labelled(0.0)[: LEAST - 1]).open, "labels of one kind alone contradict nothing"
