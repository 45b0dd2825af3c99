"""What is charted, a week and a collection point: figures of what comes in, and of what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, log, log2
from typing import Literal, get_args

from qc.standards.taxonomy import taxonomy
from qc.standards.vocabulary import Grade

Group = Literal["input", "output"]
DEFECT = "defect."
GRADE = "grade."


@dataclass(frozen=True)
class Measure:
    """A figure that every piece has: the mean over its photos.

    Attributes:
        key: its name, for programs.
        group: whether it tells of what comes in or of what is said.
        scale: on what scale it is averaged: sharpness by its logarithm, since it varies over orders of magnitude.
        finest: least standard deviation of one piece that is reckoned with.
        least: smallest change of a weekly mean that matters to anybody; limits are never narrower. Both on the scale.
        digits: how many a reader is shown.
    """

    key: str
    group: Group
    scale: Literal["linear", "log", "log2"]
    finest: float
    least: float
    digits: int

    def scaled(self, value: float) -> float:
        """From the figure to the scale."""
        if self.scale == "linear":
            return value
        return log(value + 1) if self.scale == "log" else log2(value)

    def shown(self, scaled: float) -> float:
        """From the scale back to the figure."""
        if self.scale == "linear":
            return scaled
        return exp(scaled) - 1 if self.scale == "log" else 2.0**scaled


@dataclass(frozen=True)
class Share:
    """How many of a week's inspections, pieces or decisions are so."""

    key: str
    group: Group


Chart = Measure | Share

MEASURES = (
    Measure("exposure", "input", "linear", finest=0.02, least=0.02, digits=3),
    Measure("sharpness", "input", "log", finest=0.1, least=0.1, digits=0),
    Measure("novelty", "input", "linear", finest=0.05, least=0.05, digits=2),
    Measure("megapixels", "input", "log2", finest=0.1, least=0.1, digits=2),
)
_SHARES: tuple[Share, ...] = (
    Share("not_woven", "input"),  # inspections with a photo that shows nothing woven
    Share("material_unsure", "input"),  # of no photo could the material be named
    Share("retake", "output"),
    Share("referred", "output"),
    Share("awaiting_checks", "output"),
    Share("overruled", "output"),  # of inspections that were decided on
    Share("phone_disagreed", "output"),  # of phones' verdicts
)


@cache
def charts() -> tuple[Chart, ...]:
    """All charts of a collection point, the set that one probability of a false alarm is stated for.

    A defect has one where the model looks for it; others are found by hand.
    """
    return (
        *MEASURES,
        *_SHARES,
        *(Share(f"{GRADE}{grade}", "output") for grade in get_args(Grade)),
        *(Share(f"{DEFECT}{code}", "output") for code in taxonomy().model_codes()),
    )


@cache
def chart_called(key: str) -> Chart | None:
    """The chart of that key, if there is one."""
    return next((chart for chart in charts() if chart.key == key), None)
