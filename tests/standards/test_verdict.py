"""What a standard makes of evidence: grades, doubts, hand checks."""

from __future__ import annotations

from typing import Any

import pytest

from qc.errors import BadStandard
from qc.standards.defect_rules import Band
from qc.standards.evidence import Detection, View
from qc.standards.verdict import Verdict, apply
from tests.standards.pieces import (
    BASKET,
    GENERAL,
    GOOD_CHECKS,
    basket,
    changed,
    checks,
    evidence,
    photo,
    saw,
    with_rule,
)


def judged(*detections: Detection, **changes: Any) -> Verdict:
    """A basket with detections in its first side view, good hand checks."""
    return apply(BASKET, basket({"side_1": detections}, **changes), GOOD_CHECKS)


def rules(verdict: Verdict) -> list[str]:
    return [reason.rule for reason in verdict.reasons]


def test_a_clean_piece_with_good_checks_is_exported() -> None:
    verdict = judged()
    assert (verdict.status, verdict.grade, verdict.rule) == ("graded", "A", "grade.export")
    assert verdict.reasons == ()
    assert (verdict.standard, verdict.standard_version, verdict.model) == (BASKET.name, 1, "test-1.0.0")
    assert BASKET.exports(verdict.grade)
    assert BASKET.logs


def test_one_minor_fault_is_still_exported_and_said() -> None:
    verdict = judged(saw("COLOUR_UNEVEN"))
    assert verdict.grade == "A"
    assert rules(verdict) == ["defect.found"]


def test_minor_faults_of_looks_are_for_the_local_market() -> None:
    assert judged(saw("COLOUR_UNEVEN"), saw("COLOUR_UNEVEN", x=300)).grade == "B"


def test_a_fault_of_shade_is_for_the_local_market_though_major() -> None:
    assert judged(saw("COLOUR_OFF_SAMPLE")).grade == "B"


@pytest.mark.parametrize("code", ["STRAND_BROKEN", "STRAND_MISSING", "HOLE", "EDGE_UNRAVEL"])
def test_a_structural_fault_goes_back_to_be_mended_and_names_place_and_rule(code: str) -> None:
    found = saw(code)
    verdict = judged(found)
    assert (verdict.status, verdict.grade, verdict.rule) == ("graded", "rework", "grade.rework")
    (reason,) = verdict.reasons
    assert (reason.rule, reason.code, reason.severity) == ("defect.found", code, "major")
    assert (reason.view, reason.box) == ("side_1", found.box)
    assert reason.photo == photo("side_1").sha256
    assert reason.params == {"probability": 0.95, "act": 0.7}


def test_a_worse_fault_counts_among_the_milder_ones() -> None:
    odd = [{"id": "odd", "grade": "A", "max_minor": 0, "max_major": 5}, {"id": "last", "grade": "reject"}]
    standard = changed(GENERAL, grades=odd)
    for code in ("COLOUR_UNEVEN", "HOLE", "MOULD"):
        assert apply(standard, evidence(photo(None, [saw(code)])), {}).grade == "reject"


def test_mould_is_rejected_and_a_sharp_point_goes_back_to_be_removed() -> None:
    assert judged(saw("MOULD")).grade == "reject"
    assert apply(BASKET, basket(), checks(sharp_points="fail")).grade == "rework"
    assert apply(BASKET, basket(), checks(insects="fail")).grade == "reject"


def test_loose_ends_are_one_fault_unless_many_or_long() -> None:
    short = [saw("END_PROTRUDING", length=0.02, x=50 * k) for k in range(5)]  # 6 mm of a 300 mm basket
    assert judged(*short).grade == "A"
    six = judged(*short, saw("END_PROTRUDING", x=900))
    assert six.grade == "rework"
    assert set(rules(six)) == {"defect.over_count"}
    assert six.reasons[0].params["count"] == 6
    assert judged(*short, *(saw("END_PROTRUDING", x=900 + k) for k in range(9))).grade == "rework"
    long = judged(saw("END_PROTRUDING", length=0.05))  # 15 mm
    assert long.grade == "rework"
    assert long.reasons[0].params == {"probability": 0.95, "act": 0.7, "length": 15.0, "limit": 10.0, "unit": "mm"}


def test_what_is_tolerated_is_no_fault() -> None:
    assert judged(*(saw("END_PROTRUDING", length=0.01, x=50 * k) for k in range(9))).reasons == ()  # 3 mm


def test_area_is_added_over_the_defects_of_one_photo() -> None:
    one = judged(saw("COLOUR_UNEVEN", area=0.10))
    two = judged(saw("COLOUR_UNEVEN", area=0.10), saw("COLOUR_UNEVEN", area=0.10, x=300))
    assert one.reasons[0].severity == "minor"
    assert {(r.rule, r.severity) for r in two.reasons} == {("defect.over_area", "major")}


def test_a_fault_seen_from_two_sides_is_one_unless_views_are_disjoint() -> None:
    seen: dict[View, list[Detection]] = {"side_1": [saw("COLOUR_UNEVEN")], "side_2": [saw("COLOUR_UNEVEN")]}
    assert apply(BASKET, basket(seen), GOOD_CHECKS).grade == "A"
    apart = changed(BASKET, views={"required": BASKET.views.required, "disjoint": True})
    assert apply(apart, basket(seen), GOOD_CHECKS).grade == "B"


def test_a_closeup_shows_again_what_a_view_shows_and_says_nothing_of_size() -> None:
    apart = changed(BASKET, views={"required": BASKET.views.required, "disjoint": True})
    seen = basket({"side_1": [saw("STAIN")]})
    close = photo("closeup", [saw("STAIN", length=0.6, area=0.3)])
    assert apply(apart, evidence(*seen.photos, close), GOOD_CHECKS).grade == "A"


def test_the_same_photo_twice_counts_once() -> None:
    once = photo("side_1", [saw("COLOUR_UNEVEN")])
    others = [p for p in basket().photos if p.view != "side_1"]
    assert apply(BASKET, evidence(once, once, *others), GOOD_CHECKS).grade == "A"


@pytest.mark.parametrize(
    ("probability", "status", "grade"),
    [(0.29, "graded", "A"), (0.30, "referred", None), (0.69, "referred", None), (0.70, "graded", "rework")],
)
def test_between_the_bands_a_person_looks(probability: float, status: str, grade: str | None) -> None:
    verdict = judged(saw("HOLE", probability))
    assert (verdict.status, verdict.grade) == (status, grade)
    if status == "referred":
        assert (verdict.best, verdict.worst) == ("A", "rework")
        assert rules(verdict) == ["doubt.defect"]


def test_a_doubt_that_changes_nothing_refers_nothing() -> None:
    assert judged(saw("COLOUR_UNEVEN", 0.5)).status == "graded"
    assert judged(saw("HOLE"), saw("STRAND_BROKEN", 0.5)).grade == "rework"
    assert judged(saw("HOLE"), saw("MOULD", 0.5)).grade == "rework"  # good mould check: the hand cleared the doubt
    assert apply(BASKET, basket({"top": [saw("HOLE"), saw("MOULD", 0.5)]}), {}).status == "referred"


def test_a_passed_hand_check_clears_a_doubt_but_no_certainty() -> None:
    assert judged(saw("MOULD", 0.5)).grade == "A"
    assert judged(saw("INSECT_DAMAGE", 0.5)).grade == "A"  # the insects check answers for it too
    assert judged(saw("MOULD", 0.9)).grade == "reject"
    waived = apply(BASKET, basket({"top": [saw("MOULD", 0.5)]}), checks(mould={"waived": "no lamp"}))
    assert waived.status == "referred"


def test_a_code_on_hold_is_never_graded_for_export() -> None:
    verdict = judged(saw("BLACK_SPOT"))
    assert (verdict.status, verdict.best, verdict.worst) == ("referred", "A", "reject")
    assert rules(verdict) == ["doubt.hold"]


def test_a_photo_that_looks_defective_as_a_whole_is_referred() -> None:
    verdict = judged(defect_probability=0.9)
    assert verdict.status == "referred"
    assert set(rules(verdict)) == {"doubt.whole_photo"}
    bands = {"default": BASKET.bands.default, "woven": BASKET.bands.woven, "defect": None}
    assert apply(changed(BASKET, bands=bands), basket(defect_probability=0.9), GOOD_CHECKS).grade == "A"


def test_a_models_own_bands_replace_the_defaults_and_are_recorded() -> None:
    seen = basket({"top": [saw("HOLE", 0.5)]})
    bands = {"HOLE": Band(refer=0.2, act=0.4)}
    verdict = apply(BASKET, seen, GOOD_CHECKS, bands)
    assert (verdict.grade, verdict.bands) == ("rework", bands)
    assert verdict.reasons[0].params == {"probability": 0.5, "act": 0.4}
    own = with_rule(BASKET, "HOLE", band={"refer": 0.6, "act": 0.9})
    assert apply(own, seen, GOOD_CHECKS, bands).grade == "A"


def test_a_code_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(BadStandard, match="'WORMHOLE', wanted one of"):
        judged(saw("WORMHOLE"))
    with pytest.raises(BadStandard, match="WORMHOLE"):
        apply(BASKET, basket(), GOOD_CHECKS, {"WORMHOLE": Band(refer=0, act=1)})


def test_another_kind_or_material_is_referred_by_the_vote_of_whole_views() -> None:
    verdict = judged(kind="bag")
    assert (verdict.status, verdict.worst) == ("referred", "reject")
    assert verdict.reasons[0].params == {"kind": "bag", "wanted_kinds": ("basket",)}
    assert rules(judged(material="rattan")) == ["doubt.material"]
    assert judged(kind=None, material=None).grade == "A"
    close = photo("closeup", kind="mat", kind_probability=1.0)
    assert apply(BASKET, evidence(*basket(kind=None).photos, close), GOOD_CHECKS).grade == "A"
    faint = [photo(view, kind="bag", kind_probability=0.3) for view in ("top", "inside", "base")]
    assert apply(BASKET, evidence(*faint, photo("side_1"), photo("side_2")), GOOD_CHECKS).grade == "A"
    one_of_five = [*basket().photos[1:], photo("top", kind="bag")]
    assert apply(BASKET, evidence(*one_of_five), GOOD_CHECKS).grade == "A"


def test_a_piece_unlike_the_training_set_is_referred_even_when_it_looks_bad() -> None:
    assert rules(judged(novelty=2.1)) == ["doubt.unlike_training"] * 5
    assert judged(saw("MOULD"), novelty=2.1).status == "referred"


def test_checks_neither_recorded_nor_waived_are_waited_for() -> None:
    verdict = apply(BASKET, basket(), {})
    assert (verdict.status, verdict.grade, verdict.best) == ("awaiting_checks", None, "A")
    assert verdict.checks_missing == ("base_flat", "insects", "moisture_pct", "mould", "odour", "sharp_points")
    assert [r.params["check"] for r in verdict.reasons if r.rule == "check.missing"]
    waived = apply(BASKET, basket(), checks(moisture_pct={"waived": "meter broken"}))
    assert (waived.grade, waived.checks_missing) == ("A", ())
    assert waived.reasons[0].params == {"check": "moisture_pct", "why": "meter broken"}


def test_a_piece_that_photos_send_back_waits_for_no_check() -> None:
    verdict = apply(BASKET, basket({"top": [saw("HOLE")]}), {})
    assert (verdict.status, verdict.grade) == ("graded", "rework")
    assert verdict.checks_missing != ()


@pytest.mark.parametrize(
    ("value", "grade", "rule"),
    [
        (12, "A", None), (12.1, "A", "check.warning"), (14, "A", "check.warning"), (14.1, "rework", "check.too_high"),
        ({"value": 13, "uncertainty": 2}, None, "doubt.check"),
        ({"value": 17, "uncertainty": 2}, "rework", "check.too_high"),
    ],
)  # fmt: skip
def test_moisture_has_a_limit_a_warning_and_a_guard_band(value: Any, grade: str | None, rule: str | None) -> None:
    verdict = apply(BASKET, basket(), checks(moisture_pct=value))
    assert verdict.grade == grade
    assert rules(verdict) == ([rule] if rule else [])


@pytest.mark.parametrize(("height", "grade"), [(290, "A"), (289, "B"), (310, "A"), (311, "B")])
def test_a_size_is_held_against_nominal_and_tolerance(height: float, grade: str) -> None:
    assert apply(BASKET, basket(), checks(height_mm=height)).grade == grade


def test_a_check_of_an_older_standard_is_passed_over() -> None:
    assert apply(GENERAL, basket(), GOOD_CHECKS).grade == "A"


def test_photos_alone_grade_under_a_standard_without_checks_and_never_log() -> None:
    verdict = apply(GENERAL, evidence(photo(None)), {})
    assert (verdict.status, verdict.grade) == ("graded", "A")
    assert not GENERAL.logs


def test_reasons_come_worst_first() -> None:
    verdict = judged(saw("COLOUR_UNEVEN"), saw("HOLE"), saw("MOULD"))
    assert [r.severity for r in verdict.reasons] == ["critical", "major", "minor"]
