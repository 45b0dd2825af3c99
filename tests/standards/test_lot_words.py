"""What is said and drawn of a plan: the words name it, and the picture is that of the very lot."""

from __future__ import annotations

import re
from typing import Any, get_args
from xml.etree import ElementTree

import pytest

from qc.standards.aql_tables import Inspection
from qc.standards.lot_words import Said, chance_words, lot_words, nearest_share, promises, why
from qc.standards.oc_picture import curve_points, oc_svg
from qc.standards.operating_characteristic import acceptance_probability, share_accepted_with
from qc.standards.sampling import DefectClass, judge_lot, plan_lot
from qc.standards.standard import Acceptance

AQLS = Acceptance(edition="ISO 2859-1:1999", level="II", critical=0, major=2.5, minor=4.0)
BIG, SMALL = plan_lot(3105, AQLS), plan_lot(5, AQLS)


def test_every_sentence_has_both_languages_and_the_same_places() -> None:
    words = lot_words()
    assert set(words.sentences) == set(get_args(Said))
    assert set(words.classes) == set(get_args(DefectClass))
    assert set(words.inspections) == set(get_args(Inspection))


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_reason_names_the_whole_plan(language: Any) -> None:
    found: list[DefectClass | None] = ["major" if k < 8 else None for k in range(125)]
    decision = judge_lot(BIG, found)
    said = {r.defect_class: why(r, BIG, language) for r in decision.classes}
    for part in ("8", "125", "ISO 2859-1:1999", "II", "K", "normal"):
        assert re.search(rf"\b{re.escape(part)}\b", said["major"]), part
    assert ("2,5" if language == "id" else "2.5") in said["major"]
    assert "AQL" not in said["critical"]  # AQL 0 is no AQL
    assert len({text.split("(")[0] for text in said.values()}) == 3


def test_promises_are_the_probabilities_of_that_lot() -> None:
    warning, critical, major, _ = promises(BIG, "en")
    assert "2.5 / 4" in warning
    assert "no share that may be defective" in warning
    share = nearest_share(0.025, 3105)
    assert share == 78 / 3105
    chance = acceptance_probability(125, 7, share, 3105)
    assert f"78 of 3105 pieces defective (2.5\u00a0%) passes with probability {round(100 * chance)}\u00a0%" in major
    assert critical.startswith("Critical:")


def test_a_lot_that_is_inspected_whole_promises_no_chance() -> None:
    _, critical, major, minor = promises(SMALL, "en")
    assert "every piece is inspected" in critical
    assert "every piece is inspected" in major
    assert "passes with probability" in minor  # minor is counted on the first 3 of 5


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0, "0"), (0.0001, "< 0.1"), (0.004, "0.4"), (0.5, "50"), (0.9995, "> 99.9"), (1, "100")],
)
def test_a_chance_is_never_a_flat_nothing_or_certainty_unless_it_is(probability: float, said: str) -> None:
    assert chance_words(probability, "en").replace("\u00a0", " ") == f"{said} %"


@pytest.mark.parametrize(("n", "ac", "size"), [(125, 7, 3105), (20, 1, 60), (5, 0, 5), (2, 0, 3)])
def test_the_share_at_which_lots_are_mostly_rejected_is_the_first(n: int, ac: int, size: int) -> None:
    bad = round(share_accepted_with(n, ac, 0.1, size) * size)
    assert acceptance_probability(n, ac, bad / size, size) <= 0.1
    assert bad == 0 or acceptance_probability(n, ac, (bad - 1) / size, size) > 0.1


@pytest.mark.parametrize("plan", [BIG, SMALL, plan_lot(60, AQLS), plan_lot(1, AQLS)], ids=lambda p: p.lot_size)
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_picture_is_svg_with_a_curve_a_class_and_every_word(plan: Any, language: Any) -> None:
    picture = ElementTree.fromstring(oc_svg(plan, language))
    texts = "".join(picture.itertext()).replace("\n", " ")
    name = "{http://www.w3.org/2000/svg}"
    assert len([p for p in picture.iter(f"{name}path") if p.get("stroke-width") == "2.5"]) == 6  # curve and legend
    for sentence in promises(plan, language):
        assert sentence in texts
    height = float(picture.get("height", 0))
    assert all(float(t.get("y", 0)) < height for t in picture.iter(f"{name}text"))


def test_a_curve_begins_at_certainty_and_never_rises() -> None:
    for rule in BIG.classes:
        points = curve_points(rule, BIG)
        assert points[0] == (0, 1)
        assert points[-1] == (1, 0)
        chances = [chance for _, chance in points]
        assert chances == sorted(chances, reverse=True)
        assert len(points) < 300
