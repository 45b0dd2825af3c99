"""The pure function behind every bulk run: some photos and a bundle in, a row for each out, in the same order.

It runs in this process, in a pool of local ones (`pool.py`) or on a cluster (`training/ray`), and says the same in all
of them: a row depends on the photo's bytes, the bundle and the standard. Only its milliseconds are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qc.bulk.references import PhotoRef, Read, read_file
from qc.errors import BadBundle, BadPhoto, BadStandard, QcError, Unavailable
from qc.model.approved import ApprovedSample
from qc.model.approved_store import SampleStore
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.model.overlay import mark
from qc.model.photo import Photo, PhotoLimits
from qc.settings import Settings
from qc.standards.evidence import Evidence, PhotoEvidence
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict, apply
from qc.standards.vocabulary import Language

DEFAULT_LIMITS = PhotoLimits()


@dataclass(frozen=True)
class Grading:
    """How photos are graded. A value that can be sent to another process or machine.

    Attributes:
        bundle: folder of the released model.
        model: its name and version.
        standard: the document (JSON) of the standard that judges each photo as a piece of its own.
        samples: the exporter's folder of standards, for the approved sample that the standard may name.
        limits: what is refused unread.
        marked: language of the marked photos, where they are wanted.
    """

    bundle: Path
    model: str
    standard: str
    samples: Path | None = None
    limits: PhotoLimits = DEFAULT_LIMITS
    marked: Language | None = None

    @classmethod
    def by(
        cls, bundle: Bundle, standard: ExportStandard, settings: Settings, marked: Language | None = None
    ) -> Grading:
        """By a model and a standard, with the settings' limits and approved samples."""
        limits = PhotoLimits.of(settings)
        return cls(bundle.path, bundle.spec.title, standard.model_dump_json(), settings.own_standards, limits, marked)


@dataclass(frozen=True)
class Failure:
    """Why a photo was not graded: a code for programs, and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True)
class Row:
    """What became of one photo: evidence and verdict, or the failure.

    `marked` is a JPEG, where one was asked for.
    """

    photo: str
    model: str
    seen: PhotoEvidence | None = None
    verdict: Verdict | None = None
    failure: Failure | None = None
    marked: bytes | None = None

    def record(self) -> dict[str, Any]:
        """The line that `qc grade --jsonl` writes of a graded photo. Boxes are in pixels of the upright photo."""
        seen, verdict = self.seen, self.verdict
        assert seen is not None
        assert verdict is not None
        return {
            "photo": self.photo,
            "status": verdict.status,
            "grade": verdict.grade,
            "woven": round(seen.woven, 6),
            "kind": seen.kind,
            "kind_probability": round(seen.kind_probability, 6),
            "material": seen.material,
            "material_probability": round(seen.material_probability, 6),
            "defect_probability": round(seen.defect_probability, 6),
            "defects": [
                {"code": d.code, "probability": round(d.probability, 6), "box": list(d.box)} for d in seen.detections
            ],
            "model": self.model,
            "ms": round(sum(seen.ms.values()), 1),
        }

    def whole(self) -> dict[str, Any]:
        """All of it, JSON-ready: the evidence whole, so that it can be judged again without the photo."""
        line: dict[str, Any] = {"photo": self.photo, "model": self.model}
        if self.failure is not None:
            return line | {"failure": {"code": self.failure.code, "detail": self.failure.detail}}
        assert self.seen is not None
        if self.verdict is not None:
            verdict = self.verdict
            line |= {"standard": verdict.standard, "standard_version": verdict.standard_version}
            line |= {"status": verdict.status, "grade": verdict.grade}
            line["rules"] = list(dict.fromkeys(reason.rule for reason in verdict.reasons))
        return line | {"evidence": self.seen.model_dump(mode="json")}


def grade_shard(photos: Sequence[PhotoRef], grading: Grading, read: Read = read_file) -> list[Row]:
    """Grade some photos, each as a piece of its own. The model is loaded once a process, not once a shard.

    A photo that cannot be graded gives a row that says why; the others are graded.

    Args:
        photos: Which.
        grading: By which model and standard.
        read: Gives their bytes.

    Raises:
        BadBundle, BadStandard: Model, standard or approved sample cannot be used: no photo could be graded.
        Unavailable: What holds the photos is away: try again later.
    """
    grader = _grader(grading.bundle, grading.limits)
    standard = _standard(grading.standard)
    sample = _sample(grading.samples, grading.standard)
    return [_row(photo, grader, standard, sample, grading, read) for photo in photos]


def judge(photo: PhotoRef, grader: Grader, read: Read = read_file) -> JudgedPhoto:
    """The judged image of a photo.

    Raises:
        BadPhoto: It cannot be read, or is no photo; the sentence names it.
        Unavailable: What holds it is away.
    """
    try:
        data = read(photo, grader.limits)
        if photo.sent is None:
            return grader.judge(data)
        return JudgedPhoto(Photo.decode(data, PhotoLimits(min_side=1)), *photo.sent)
    except BadPhoto as wrong:
        raise BadPhoto(f"{photo.name}: {wrong.detail}", **wrong.extra) from wrong


def _row(
    photo: PhotoRef, grader: Grader, standard: ExportStandard, sample: ApprovedSample | None, grading: Grading,
    read: Read,
) -> Row:  # fmt: skip
    try:
        judged = judge(photo, grader, read)
        seen = grader.examine(judged, photo.view, sample)
        verdict = apply(standard, Evidence(photos=(seen,), model=grader.model), {}, grader.bundle.spec.bands)
        marked = mark(judged, seen, verdict, grading.marked) if grading.marked is not None else None
    except (BadBundle, BadStandard):
        raise
    except QcError as wrong:
        if isinstance(wrong, Unavailable) and "retry_after_s" in wrong.extra:
            raise  # the store is away, not this photo
        return Row(photo.name, grading.model, failure=Failure(wrong.code, wrong.detail))
    except Exception as wrong:  # one photo that nobody foresaw shall not cost a night's run
        detail = f"{photo.name}: {type(wrong).__name__}: {wrong}"
        return Row(photo.name, grading.model, failure=Failure(QcError.code, detail))
    return Row(photo.name, grading.model, seen, verdict, marked=marked)


@lru_cache(maxsize=1)  # 100 MB each
def _grader(bundle: Path, limits: PhotoLimits) -> Grader:
    return Grader(Bundle.load(bundle), limits=limits)


@lru_cache(maxsize=64)
def _standard(document: str) -> ExportStandard:
    return ExportStandard.model_validate_json(document)


@lru_cache(maxsize=8)
def _sample(samples: Path | None, document: str) -> ApprovedSample | None:
    return SampleStore(samples).of(_standard(document))
