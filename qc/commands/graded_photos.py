"""Photos that are all of one piece; those that are a piece each are graded in `qc.bulk`."""

from __future__ import annotations

from qc.bulk.references import PhotoRef
from qc.bulk.shard import Grading, Row, judge
from qc.model.approved_store import SampleStore
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.overlay import mark
from qc.standards.standard import ExportStandard
from qc.standards.verdict import apply


def grade_together(photos: list[PhotoRef], grading: Grading, threads: int) -> list[Row]:
    """All photos, taken as one piece.

    Raises:
        BadPhoto: as `judge`: a piece is judged by all its photos or not at all.
        BadRequest: more than twelve photos.
        BadBundle, BadStandard, Unavailable: Model or approved sample cannot be used.
    """
    standard = ExportStandard.model_validate_json(grading.standard)
    sample = SampleStore(grading.samples).of(standard)
    with Grader(Bundle.load(grading.bundle), threads, grading.limits) as grader:
        judged = [judge(photo, grader) for photo in photos]
        evidence = grader.examine_piece([(picture, None) for picture in judged], sample)
        verdict = apply(standard, evidence, {}, grader.bundle.spec.bands)
    language = grading.marked
    return [
        Row(
            photo.name,
            grading.model,
            seen,
            verdict,
            marked=mark(picture, seen, verdict, language) if language is not None else None,
        )
        for photo, picture, seen in zip(photos, judged, evidence.photos, strict=True)
    ]
