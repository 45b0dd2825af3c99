"""A week of one organisation in a few numbers: all that drift is judged from, and a few photos to look at.

A digest of a week that is over never changes: inspections, decisions and phones' verdicts count in the week in which
the server kept them.
"""

from __future__ import annotations

from pydantic import Field

from qc.standards.evidence import Frozen

FORMAT = 1
"""Digests of another format are made anew."""
PHOTOS = 3
"""Photos kept of each kind."""


class Mean(Frozen):
    """A measure over the pieces of a week, on its chart's scale."""

    of: int = Field(ge=1)
    mean: float
    sd: float = Field(ge=0, description="Of one piece.")


class Count(Frozen):
    """How many of how many."""

    found: int = Field(ge=0)
    of: int = Field(ge=1)


class PointWeek(Frozen):
    """What one model saw at one collection point in one week.

    Attributes:
        point: code of the collection point.
        model: name and version of the model that judged.
        inspections: all of them, retakes included.
        means: by key of a measure.
        counts: by key of a share; one of nothing is left out.
        photos: SHA-256 of judged photos: `typical` ones, those farthest `below.KEY` and `above.KEY` of a measure, and
            some that a share counts, by its key.
    """

    point: str
    model: str
    inspections: int = Field(ge=0)
    means: dict[str, Mean]
    counts: dict[str, Count]
    photos: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class WeekDigest(Frozen):
    """One week of an organisation."""

    week: str
    points: tuple[PointWeek, ...]

    def model(self) -> str | None:
        """The model that judged most of the week's inspections: the one in service. None in an empty week."""
        counts: dict[str, int] = {}
        for point in self.points:
            counts[point.model] = counts.get(point.model, 0) + point.inspections
        return max(sorted(counts), key=lambda name: counts[name]) if any(counts.values()) else None
