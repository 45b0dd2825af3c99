"""The evaluation's report as a page: names of sets, photos and labels stand in it as text."""

from __future__ import annotations

import numpy as np

from tests.markup import HOSTILE, Markup
from training.evaluation.curves import Scores
from training.evaluation.report import Page, causes, curves, scorer_table


def page(name: str) -> Markup:
    """Everything that a page can hold, with one name for all that is named by a folder."""
    made = Page(name, name)
    scorer_table(made, {name: {"value": 0.5, "ci95": (0.4, 0.6), "n": 3}})
    curves(made, [Scores(name, np.array([0.1, 0.2, 0.4]), np.array([0.3, 0.8]))], (0.5, 0.9))
    made.confusion([name], [name], np.ones((1, 1), np.int64))
    causes(made, {name: {"false_alarms_by_cause": {name: {"share": 0.1, "n": 9}}}})
    made.pictures([("data:image/jpeg;base64,", name)])
    return Markup(made.html())


def test_names_stay_text() -> None:
    plain, hostile = page("a set of photos"), page(HOSTILE)
    assert hostile.elements == plain.elements
    spaced = HOSTILE.replace("_", " ")
    assert sum(spaced in words for words in hostile.words) == sum("a set of photos" in words for words in plain.words)
