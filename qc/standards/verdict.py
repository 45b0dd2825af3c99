"""A verdict: evidence under a standard. Pure: the same evidence, checks and bands give the same verdict for ever.

How doubts are kept apart from faults. `best` is the grade from what is certain: detections at or above `act` and
failed checks. `worst` is the grade if every doubt were a fault too: detections between `refer` and `act`, codes on
hold, values within their uncertainty of a limit, photos that as a whole look defective. Where both agree a doubt
changes nothing and the piece is graded; where they differ a person looks.

What never improves. Order the grades A > B > rework > reject. Adding a detection, raising its probability, its length
or its area, adding a failed check, or raising a code's severity in the standard never raises `best` and never raises
`worst`. A piece is graded G only when best = worst = G; so a piece that was not graded A never becomes A that way.
Whether photos are fit to judge (`retake`) does not depend on defects at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from qc.standards.assessable import not_assessable
from qc.standards.checks import Checks, Outcome, outcome
from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence, Frozen
from qc.standards.explain import check_reasons
from qc.standards.grading import WHOLE_PHOTO, WOVEN, Grading, grade_piece
from qc.standards.photo_rules import doubts_about_photos, retakes
from qc.standards.reasons import NotAssessable, Reason
from qc.standards.standard import ExportStandard
from qc.standards.taxonomy import taxonomy
from qc.standards.vocabulary import Grade

Status = Literal["graded", "awaiting_checks", "referred", "retake"]


class Verdict(Frozen):
    """What a standard says about the evidence of one piece."""

    status: Status
    grade: Grade | None = Field(description="Null unless graded.")
    rule: str | None = Field(description="Id of the grade rule that gave the grade, null unless graded.")
    best: Grade | None = Field(description="The grade if every doubt proves groundless; null for a retake.")
    worst: Grade | None = Field(description="The grade if every doubt proves true; null for a retake.")
    reasons: tuple[Reason, ...] = Field(description="Worst first.")
    not_assessable: tuple[NotAssessable, ...] = Field(description="What photos cannot decide and nobody has recorded.")
    checks_missing: tuple[str, ...] = Field(
        description="Required checks neither recorded nor waived: not to be accepted."
    )
    standard: str
    standard_version: int
    standard_fingerprint: str = Field(description="sha256 of all that decides in the standard.")
    model: str
    bands: dict[str, Band] = Field(description="The model's own decision bands that were used, empty if none were.")


def apply(
    standard: ExportStandard, evidence: Evidence, checks: Checks, bands: Mapping[str, Band] | None = None
) -> Verdict:
    """Judge the evidence of one piece, and the hand checks recorded for it, under a standard.

    Args:
        standard: The standard.
        evidence: Of all photos of the piece.
        checks: By name; those that the standard does not know are passed over, so that old records can be judged again.
        bands: The model's own decision bands by code, and by "woven" and "defect". They replace the standard's default
            bands; a band that the standard sets for one code goes before both. The verdict keeps them.

    Required checks neither recorded nor waived make the status `awaiting_checks`, unless the photos alone already send
    the piece back (rework or reject): nobody needs to measure the moisture of a basket with a hole.

    Raises:
        BadStandard: A detection or a band of a code that the taxonomy does not have.
    """
    given = dict(sorted((bands or {}).items()))
    for code in given.keys() - {WOVEN, WHOLE_PHOTO}:
        taxonomy().defect(code)
    evidence = _each_photo_once(evidence)
    outcomes = {
        name: outcome(rule, checks.get(name), *standard.check_limits(name)) for name, rule in standard.checks.items()
    }
    missing = tuple(sorted(n for n, o in outcomes.items() if o == "missing" and standard.checks[n].required))
    woven = given.get(WOVEN, standard.bands.woven)
    again = list(retakes(standard, evidence, woven))
    if again:
        return _verdict(standard, evidence, "retake", None, again, outcomes, missing, given)
    grading = grade_piece(standard, evidence, outcomes, given)
    unsure = list(doubts_about_photos(standard, evidence, woven))
    if unsure:
        grading = Grading(grading.best, standard.grades[-1], grading.reasons + unsure)
    status: Status = "graded"
    if unsure or grading.best.grade != grading.worst.grade:
        status = "referred"
    elif missing and grading.best.grade in ("A", "B"):
        status = "awaiting_checks"
    reasons = [*grading.reasons, *check_reasons(standard, checks, outcomes, asks=status != "graded")]
    return _verdict(standard, evidence, status, grading, reasons, outcomes, missing, given)


def doubted(verdict: Verdict, standard: ExportStandard, doubts: Sequence[Reason]) -> Verdict:
    """A verdict with doubts that evidence cannot show, such as a photo that another piece has: a person looks.

    A retake stays one: there is nothing to decide on yet.
    """
    if not doubts or verdict.status == "retake":
        return verdict
    return verdict.model_copy(
        update={
            "status": "referred",
            "grade": None,
            "rule": None,
            "worst": standard.grades[-1].grade,
            "reasons": tuple(sorted((*verdict.reasons, *doubts), key=Reason.order)),
        }
    )


def _each_photo_once(evidence: Evidence) -> Evidence:
    """The same photo sent twice under one view is one photo: its defects count once."""
    photos = {(photo.view, photo.sha256): photo for photo in evidence.photos}
    return evidence.model_copy(update={"photos": tuple(photos.values())})


def _verdict(
    standard: ExportStandard, evidence: Evidence, status: Status, grading: Grading | None, reasons: list[Reason],
    outcomes: Mapping[str, Outcome], missing: tuple[str, ...], bands: dict[str, Band],
) -> Verdict:  # fmt: skip
    graded = grading if status == "graded" else None
    reasons.sort(key=Reason.order)
    return Verdict(
        status=status,
        grade=graded.best.grade if graded else None,
        rule=graded.best.id if graded else None,
        best=grading.best.grade if grading else None,
        worst=grading.worst.grade if grading else None,
        reasons=tuple(reasons),
        not_assessable=not_assessable(standard, evidence, outcomes, reasons),
        checks_missing=missing,
        standard=standard.name,
        standard_version=standard.version,
        standard_fingerprint=standard.fingerprint,
        model=evidence.model,
        bands=bands,
    )
