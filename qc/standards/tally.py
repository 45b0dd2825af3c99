"""Counting faults: from detections in several views to the numbers that grade rules look at.

Over a piece, the count and the area of a code are the maximum over views: a hole shows from two sides and is one hole.
Where a standard says that its views are disjoint they add up; close-ups show again what another view shows, so they
never add. A length is that of the longest defect. In views of a part (close-up, corner, handle) sizes against the
piece are unknown: defects there are counted, but neither tolerated nor made worse for their size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qc.standards.defect_rules import CodeRule
from qc.standards.evidence import Detection, PhotoEvidence
from qc.standards.photo_rules import CLOSE_VIEWS
from qc.standards.vocabulary import Severity, at_least

COUNTED: tuple[Severity, ...] = ("minor", "major", "critical")


@dataclass(frozen=True)
class Sighting:
    """A detection that a standard minds, in its photo."""

    photo: PhotoEvidence
    detection: Detection
    longest_mm: float | None
    """The piece's longest nominal size, null where the standard gives none."""

    @property
    def measurable(self) -> bool:
        """Whether the defect's size against the piece means anything in this view."""
        return self.photo.view not in CLOSE_VIEWS

    def sizes(self) -> dict[str, float]:
        """The defect's size by the names that limits use; empty in a view of a part."""
        if not self.measurable:
            return {}
        sizes = {"length_share": self.detection.length_share, "area_share": self.detection.area_share}
        if self.longest_mm is not None:
            sizes["length_mm"] = self.detection.length_share * self.longest_mm
        return sizes

    def tolerated(self, rule: CodeRule) -> bool:
        """Whether it is within every size that the standard does not mind."""
        sizes = self.sizes()
        return bool(rule.tolerated) and all(
            name in sizes and sizes[name] <= most for name, most in rule.tolerated.items()
        )


@dataclass(frozen=True)
class Excess:
    """A limit that is exceeded: its name as in Limits, what was found, what is allowed."""

    limit: str
    found: float
    allowed: float


@dataclass(frozen=True)
class CodeTally:
    """One code over the whole piece."""

    severities: tuple[Severity, ...]
    """Of each sighting, in the order given."""
    excesses: tuple[Excess | None, ...]
    """Why a sighting is worse than the code's ordinary severity."""
    counts: Mapping[Severity, int]
    """Faults of at least that severity, for minor, major, critical; and `hold`."""


@dataclass
class Tally:
    """Faults of a piece over all codes, by what grade rules count. A worse fault counts among the milder too."""

    minor: int = 0
    major: int = 0
    critical: int = 0
    structural_major: int = 0
    mendable_major: int = 0
    unfixable: int = 0
    hold: int = 0

    def add(self, rule: CodeRule, counts: Mapping[Severity, int]) -> None:
        """Add one code's faults."""
        self.minor += counts["minor"]
        self.major += counts["major"]
        self.critical += counts["critical"]
        self.structural_major += counts["major"] * rule.structural
        self.mendable_major += counts["major"] * (rule.disposition == "rework")
        self.unfixable += counts["minor"] * rule.unfixable
        self.hold += counts["hold"]


def tally_code(rule: CodeRule, sightings: Sequence[Sighting], failed_checks: int, disjoint: bool) -> CodeTally:
    """Faults of one code, from photos and from the hand checks that failed for it.

    A check that failed and a photo that shows it mean the same fault, so the larger of both numbers counts.
    """
    everywhere = _excess_of_piece(rule, sightings, disjoint)
    excesses = tuple(everywhere or _excess_of_length(rule, s) for s in sightings)
    severities = tuple(rule.severity if excess is None else rule.beyond for excess in excesses)
    counts: dict[Severity, int] = {}
    for rung in (*COUNTED, "hold"):
        here = [_counts_as(severity, rung) for severity in severities]
        number = int(_over_views(zip(sightings, map(float, here), strict=True), disjoint))
        number = max(number, failed_checks if _counts_as(rule.severity, rung) else 0)
        counts[rung] = min(number, 1) if rule.once else number
    return CodeTally(severities, excesses, counts)


def _counts_as(severity: Severity, rung: Severity) -> bool:
    return severity == "hold" if rung == "hold" else at_least(severity, rung)


def _excess_of_piece(rule: CodeRule, sightings: Sequence[Sighting], disjoint: bool) -> Excess | None:
    if "count" in rule.limits:
        count = _over_views(((s, 1.0) for s in sightings), disjoint)
        if count > rule.limits["count"]:
            return Excess("count", count, rule.limits["count"])
    if "area_share" in rule.limits:
        area = _over_views(((s, s.detection.area_share) for s in sightings if s.measurable), disjoint)
        if area > rule.limits["area_share"]:
            return Excess("area_share", area, rule.limits["area_share"])
    return None


def _excess_of_length(rule: CodeRule, sighting: Sighting) -> Excess | None:
    sizes = sighting.sizes()
    for limit in ("length_mm", "length_share"):
        if limit in rule.limits and sizes.get(limit, 0) > rule.limits[limit]:
            return Excess(limit, sizes[limit], rule.limits[limit])
    return None


def _over_views(values: Iterable[tuple[Sighting, float]], disjoint: bool) -> float:
    """A photo's sum; the largest photo of each view; then the largest view, or the sum of disjoint ones."""
    photos: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for sighting, value in values:
        photos[sighting.photo.view or "", sighting.photo.sha256].append(value)
    views: defaultdict[str, float] = defaultdict(float)
    for (view, _), of_photo in photos.items():
        # sorted before summing: a sum of floats depends on its order, and the order of detections must not matter
        views[view] = max(views[view], sum(sorted(of_photo)))
    if not disjoint:
        return max(views.values(), default=0.0)
    apart = sum(sorted(value for view, value in views.items() if view not in CLOSE_VIEWS))
    return max([apart, *(value for view, value in views.items() if view in CLOSE_VIEWS)])
