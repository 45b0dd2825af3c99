"""Measured against wanted: the standard's sizes, and pieces that are not of the wanted shape."""

from __future__ import annotations

import pytest

from qc.errors import BadRequest
from qc.measure import Measurement, SizeDecision, measure
from qc.measure.compare import check_sizes, height_by, wanted_by, wanted_from
from qc.measure.tolerance import Tolerance
from qc.standards.library import Library
from tests.measure.photos import PLAIN, photo_of


@pytest.fixture(scope="module")
def oblong() -> Measurement:
    return measure(photo_of(PLAIN))


def test_a_standard_gives_the_larger_of_share_and_mm() -> None:
    placemat = Library.load().named("placemat-pandan")
    assert wanted_by(placemat) == {"length": (450, 9), "width": (300, 6)}
    assert height_by(placemat) is None


def test_a_basket_has_a_height_with_the_doubt_of_its_tolerance() -> None:
    basket = Library.load().named("waste-basket-water-hyacinth")
    height = height_by(basket)
    assert height is not None
    assert height[0] == 300
    assert height[1] == pytest.approx(10 / 3**0.5)
    assert set(wanted_by(basket)) == {"top_diameter"}


def test_decisions_carry_what_they_rest_on(oblong: Measurement) -> None:
    checks = check_sizes(oblong, wanted_from((200, 150), Tolerance(0.03, relative=True)))
    assert [c.dimension for c in checks] == ["length", "width"]
    for check in checks:
        assert check.decision is SizeDecision.PASS
        assert check.deviation_mm == pytest.approx(check.value_mm - check.nominal_mm, abs=0.01)
        assert abs(check.deviation_mm) + check.u_mm <= check.tolerance_mm


def test_an_oblong_piece_is_no_round_one(oblong: Measurement) -> None:
    checks = check_sizes(oblong, wanted_from((175,), Tolerance(5)))
    assert [c.decision for c in checks] == [SizeDecision.FAIL, SizeDecision.FAIL]


def test_what_a_photo_from_above_cannot_show_is_refused(oblong: Measurement) -> None:
    with pytest.raises(BadRequest, match="from above"):
        check_sizes(oblong, {"handle_drop": (120, 5)})
