"""From faults to grades: the best and the worst grade that a piece may get, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qc.standards.checks import Outcome
from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence
from qc.standards.explain import certain_reasons, doubt_reasons
from qc.standards.photo_rules import OFF_THE_PIECE
from qc.standards.reasons import Parameter, Reason
from qc.standards.standard import ExportStandard, GradeRule
from qc.standards.tally import Sighting, Tally, tally_code
from qc.standards.taxonomy import taxonomy

WOVEN, WHOLE_PHOTO = "woven", "defect"
"""Keys of `bands` beside defect codes: of a photo's `woven` and of its `defect_probability`."""


@dataclass(frozen=True)
class Grading:
    """Which grades are possible, by which rules, and the reasons."""

    best: GradeRule
    worst: GradeRule
    reasons: list[Reason]


def grade_piece(
    standard: ExportStandard,
    evidence: Evidence,
    outcomes: Mapping[str, Outcome],
    bands: dict[str, Band],
) -> Grading:
    """Which grades a piece may get for its defects and failed checks. The photos are fit to judge."""
    longest, disjoint = standard.product.longest_mm, standard.views.disjoint
    sightings: dict[str, list[Sighting]] = {}
    for photo in evidence.photos:
        if photo.view not in OFF_THE_PIECE:
            for detection in photo.detections:
                sightings.setdefault(detection.code, []).append(Sighting(photo, detection, longest))
    failed, doubtful, cleared = _from_checks(standard, outcomes)
    certain, possible = Tally(), Tally()
    reasons: list[Reason] = []
    rules = standard.rules
    for code in sorted({*sightings, *failed, *doubtful}):
        taxonomy().defect(code)  # a code the model names and nobody knows is an error, not a defect to pass over
        rule = rules[code]
        if not rule.minded:
            continue
        band = rule.band or bands.get(code, standard.bands.default)
        minded = [s for s in sightings.get(code, ()) if not s.tolerated(rule)]
        sure = [s for s in minded if s.detection.probability >= band.act]
        unsure = [s for s in minded if band.refer <= s.detection.probability < band.act and code not in cleared]
        found = tally_code(rule, sure, failed.get(code, 0), disjoint)
        suspected = tally_code(rule, [*sure, *unsure], failed.get(code, 0) + doubtful.get(code, 0), disjoint)
        certain.add(rule, found.counts)
        possible.add(rule, suspected.counts)
        reasons += certain_reasons(rule, sure, found.excesses, band)
        reasons += doubt_reasons(rule, unsure, suspected.severities[len(sure) :], band)
    whole = bands.get(WHOLE_PHOTO, standard.bands.defect) if standard.bands.defect else None
    if whole is not None:
        suspicious = [p for p in evidence.photos if p.view not in OFF_THE_PIECE and p.defect_probability >= whole.refer]
        if suspicious:
            _suspect_unknown_major(possible)
        for photo in suspicious:
            params: dict[str, Parameter] = {"probability": photo.defect_probability, "refer": whole.refer}
            reasons.append(Reason(rule="doubt.whole_photo", view=photo.view, photo=photo.sha256, params=params))
    worst = standard.grades[-1] if possible.hold else grade_for(standard, possible)
    return Grading(grade_for(standard, certain), worst, reasons)


def grade_for(standard: ExportStandard, tally: Tally) -> GradeRule:
    """The first rule none of whose maxima is exceeded; the last rule has none, so there is always one."""
    return next(r for r in standard.grades if all(getattr(tally, name) <= most for name, most in r.maxima().items()))


def _suspect_unknown_major(tally: Tally) -> None:
    """A photo that looks defective as a whole may hide a major fault of any kind."""
    tally.minor += 1
    tally.major += 1
    tally.structural_major += 1
    tally.mendable_major += 1


def _from_checks(
    standard: ExportStandard, outcomes: Mapping[str, Outcome]
) -> tuple[dict[str, int], dict[str, int], set[str]]:
    """Failed and doubtful checks by code, and codes of which a passed check clears a photo's doubt.

    Only a doubt, and only of a code that a photo decides partly or not at all: a hand tells dirt from mould, but a hole
    that the photo shows is there.
    """
    failed: dict[str, int] = {}
    doubtful: dict[str, int] = {}
    cleared: set[str] = set()
    for name, result in outcomes.items():
        rule = standard.checks[name]
        if result in ("failed", "doubt"):
            counted = failed if result == "failed" else doubtful
            counted[rule.code] = counted.get(rule.code, 0) + 1
        elif result in ("passed", "warning"):
            cleared |= {c for c in (rule.code, *rule.clears) if taxonomy().defect(c).photo != "yes"}
    return failed, doubtful, cleared - failed.keys() - doubtful.keys()
