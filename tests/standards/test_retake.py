"""When photos must be taken again, and what is left open then."""

from __future__ import annotations

from typing import Any

import pytest

from qc.standards.verdict import apply
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
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"woven": 0.1}, "retake.no_woven_piece"),
        ({"width": 640, "height": 480}, "retake.photo_too_small"),
        ({"quality": {"exposure": 0.05}}, "retake.too_dark"),
        ({"quality": {"exposure": 0.97}}, "retake.too_bright"),
        ({"quality": {"clipped_share": 0.5}}, "retake.clipped"),
        ({"quality": {"sharpness": 4.0}}, "retake.blurred"),
        ({"quality": {"pieces": 3}}, "retake.several_pieces"),
        ({"quality": {"piece_found": False, "piece_share": 0.0, "pieces": 0}}, "retake.piece_not_found"),
        ({"quality": {"piece_share": 0.01}}, "retake.piece_too_small"),
        ({"quality": {"piece_share": 0.99}}, "retake.piece_cut_off"),
    ],
)
def test_an_unfit_photo_is_taken_again_and_never_graded(changes: dict[str, Any], rule: str) -> None:
    photos = list(basket({"base": [saw("HOLE")]}).photos)
    photos[0] = photo("top", **changes)
    verdict = apply(BASKET, evidence(*photos), GOOD_CHECKS)
    assert (verdict.status, verdict.grade, verdict.best, verdict.worst) == ("retake", None, None, None)
    assert [(r.rule, r.view) for r in verdict.reasons] == [(rule, "top")]


def test_a_missing_view_is_named() -> None:
    verdict = apply(BASKET, evidence(*(p for p in basket().photos if p.view not in ("base", "inside"))), GOOD_CHECKS)
    assert [(r.rule, r.view) for r in verdict.reasons] == [
        ("retake.view_missing", "inside"), ("retake.view_missing", "base"),
    ]  # fmt: skip


def test_framing_is_not_asked_of_a_closeup_nor_weave_of_a_label() -> None:
    close = photo("closeup", quality={"piece_share": 1.0, "pieces": 2})
    label = photo("label", [saw("HOLE")], woven=0.01, novelty=9.0, defect_probability=0.9)
    assert apply(BASKET, evidence(*basket().photos, close, label), GOOD_CHECKS).grade == "A"


def test_a_photo_of_something_else_is_a_retake_under_every_standard() -> None:
    verdict = apply(GENERAL, evidence(photo(None, [saw("HOLE")], woven=0.05)), {})
    assert (verdict.status, verdict.grade) == ("retake", None)


def test_an_uncertain_weave_is_looked_at() -> None:
    verdict = apply(GENERAL, evidence(photo(None, woven=0.45)), {})
    assert (verdict.status, verdict.reasons[0].rule) == ("referred", "doubt.woven")


def test_a_small_close_photo_is_judged_by_the_general_standard() -> None:
    close = photo(None, width=242, height=242, quality={"piece_share": 1.0, "sharpness": 40.0, "pieces": 3})
    assert apply(GENERAL, evidence(close), {}).status == "graded"


def test_a_closer_photo_is_asked_for_where_small_defects_matter() -> None:
    asks = changed(BASKET, photo={**BASKET.photo.model_dump(), "smallest_defect_mm": 5.0})
    # 0.4 of 1600 x 1200 px is a square of 876 px for 300 mm, so 12 px are 4.1 mm and 20 px are 6.8 mm
    assert apply(asks, basket(), GOOD_CHECKS).grade == "A"
    far = apply(asks, basket(quality={"smallest_defect_px": 20.0}), GOOD_CHECKS)
    assert far.reasons[0].rule == "retake.too_far"
    assert far.reasons[0].params["promised_mm"] == pytest.approx(6.85, abs=0.01)


def open_codes(**given: Any) -> dict[str, str]:
    return {item.code: item.why for item in apply(BASKET, basket(), checks(**given)).not_assessable}


def test_a_photo_alone_never_says_free_of_mould_insects_metal() -> None:
    left = {item.code: item.why for item in apply(GENERAL, evidence(photo(None)), {}).not_assessable}
    for code in ("MOULD", "INSECT_LIVE", "INSECT_DAMAGE", "METAL_CONTAM", "MOISTURE_HIGH", "ODOUR", "SHARP_POINT"):
        assert left[code] == "needs_instrument"
    assert left["STRAND_CRACKED"] == "not_looked_for"
    assert "HOLE" not in left


def test_a_recorded_check_closes_a_question_and_a_waived_one_leaves_it_open() -> None:
    assert open_codes(mould=None, insects=None)["MOULD"] == "needs_instrument"
    recorded = open_codes()
    assert not {"MOULD", "INSECT_LIVE", "INSECT_DAMAGE", "BLACK_SPOT", "MOISTURE_HIGH"} & recorded.keys()
    assert open_codes(moisture_pct={"waived": "no meter"})["MOISTURE_HIGH"] == "waived"
    assert open_codes(odour="fail").keys() == recorded.keys()


def test_one_of_two_dimensions_does_not_settle_the_size() -> None:
    assert open_codes(height_mm=300)["SIZE_OUT"] == "needs_instrument"
    assert "SIZE_OUT" not in open_codes(height_mm=300, top_diameter_mm=260)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"quality": {"sharpness": 1.0}}, "blurred"),
        ({"width": 200}, "too_small"),
        ({"woven": 0.0}, "unusable_photo"),
    ],
)
def test_a_retake_says_why_nothing_was_assessed(changes: dict[str, Any], why: str) -> None:
    left = {i.code: i.why for i in apply(BASKET, basket(**changes), GOOD_CHECKS).not_assessable}
    assert left["HOLE"] == why
    missing = {i.code: i.why for i in apply(BASKET, evidence(photo("top")), GOOD_CHECKS).not_assessable}
    assert missing["HOLE"] == "view_missing"
