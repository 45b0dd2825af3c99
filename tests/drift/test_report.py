"""The drift report as a page: what people wrote stands in it as text."""

from __future__ import annotations

from qc.drift.digest import WeekDigest
from qc.drift.judge import judge
from qc.drift.report import Subject, report
from qc.drift.weeks import IsoWeek
from tests.drift.simulated import World
from tests.drift.test_judge import LATER
from tests.markup import HOSTILE, Markup

WEEKS = 16


def page(organisation: str, point: str, model: str) -> Markup:
    """A page with a chart out of control, and photos of it, at a point of this name."""
    world = World(points=1, shift={"exposure": -3.0}, from_week=WEEKS - 1)
    digests: list[WeekDigest] = []
    for week in world.weeks(WEEKS, seed=1):
        named = {"point": point, "model": model, "photos": {"typical": ("a" * 64,), "below.exposure": ("b" * 64,)}}
        digests.append(week.model_copy(update={"points": tuple(x.model_copy(update=named) for x in week.points)}))
    year, _, number = digests[-1].week.partition("-W")
    last = IsoWeek(int(year), int(number))
    lines = judge(digests, model, last, bands_from=LATER)
    return Markup("".join(report(Subject(organisation, last, model), lines, digests, lambda name: None)))


def test_names_of_an_organisation_a_point_and_a_model_stay_text() -> None:
    plain = page("Weavers", "BTL-1", "made-1.0.0")
    written = [f"{HOSTILE} {n}" for n in range(3)]
    hostile = page(*written)
    assert ("img", "alt", "title") in plain.elements, "the page shows photos, so that their words are looked at too"
    assert hostile.elements == plain.elements
    assert [text for text in written if not hostile.shows(text)] == []
