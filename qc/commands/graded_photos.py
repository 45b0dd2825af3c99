"""Photos through the grader, many at a time, in the order in which they were given, in flat memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from qc.errors import BadInput, BadPhoto
from qc.model.approved import ApprovedSample
from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.standards.evidence import Evidence, PhotoEvidence
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict, apply

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True, eq=False)
class Graded:
    """One photo with what was seen in it, and the verdict on the piece it shows."""

    path: Path
    photo: JudgedPhoto
    seen: PhotoEvidence
    verdict: Verdict

    def record(self) -> dict[str, Any]:
        """The line that `--jsonl` writes. Boxes are in pixels of the upright photo; `ms` is the whole examination."""
        seen, verdict = self.seen, self.verdict
        return {
            "photo": str(self.path),
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
            "model": verdict.model,
            "ms": round(sum(seen.ms.values()), 1),
        }


def find_photos(places: Iterable[Path]) -> list[tuple[Path, Path]]:
    """Files and the photos in folders, each with the name it goes by: its path below the folder given.

    Raises:
        BadInput: a folder holds no photo.
    """
    found: list[tuple[Path, Path]] = []
    for place in places:
        if not place.is_dir():
            found.append((place, Path(place.name)))
            continue
        inside = sorted(p for p in place.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not inside:
            raise BadInput(f"{place} holds no photo; wanted files that end in {', '.join(sorted(SUFFIXES))}")
        found += [(path, path.relative_to(place)) for path in inside]
    return found


def read_photo(path: Path, grader: Grader) -> JudgedPhoto:
    """The judged image of a file.

    Raises:
        BadPhoto: the file cannot be read, or is no photo; the sentence names it.
    """
    try:
        if path.stat().st_size > grader.limits.max_bytes:  # not read at all: it may be a disk image
            size, most = path.stat().st_size / 1e6, grader.limits.max_bytes / 1e6
            raise BadPhoto(f"the file has {size:.1f} MB; at most {most:g} MB are taken", reason="photo_too_large")
        return grader.judge(path.read_bytes())
    except OSError as wrong:
        raise BadPhoto(f"{path}: {wrong.strerror}", reason="photo_unreadable") from wrong
    except BadPhoto as wrong:
        raise BadPhoto(f"{path}: {wrong.detail}", **wrong.extra) from wrong


def grade_alone(path: Path, grader: Grader, standard: ExportStandard, sample: ApprovedSample | None = None) -> Graded:
    """One photo, taken as a piece of its own; `sample` is the standard's.

    Raises:
        BadPhoto: as `read_photo`.
    """
    photo = read_photo(path, grader)
    seen = grader.examine(photo, sample=sample)
    verdict = apply(standard, Evidence(photos=(seen,), model=grader.model), {}, grader.bundle.spec.bands)
    return Graded(path, photo, seen, verdict)


def grade_together(
    paths: list[Path], grader: Grader, standard: ExportStandard, sample: ApprovedSample | None = None
) -> list[Graded]:
    """All photos, taken as one piece; `sample` is the standard's.

    Raises:
        BadPhoto: as `read_photo`: a piece is judged by all its photos or not at all.
        BadRequest: more than twelve photos.
    """
    photos = [read_photo(path, grader) for path in paths]
    evidence = grader.examine_piece([(photo, None) for photo in photos], sample)
    verdict = apply(standard, evidence, {}, grader.bundle.spec.bands)
    return [Graded(p, photo, seen, verdict) for p, photo, seen in zip(paths, photos, evidence.photos, strict=True)]


def in_order(
    given: Iterable[_Given], work: Callable[[_Given], _Made], threads: int
) -> Iterator[tuple[_Given, _Made | BadPhoto]]:
    """Results in the order of what was given; a few are worked on ahead, never all of them.

    A photo that is none comes out as its error, so that the others are still graded.
    """
    waiting: deque[tuple[_Given, Future[_Made]]] = deque()

    def next_result() -> tuple[_Given, _Made | BadPhoto]:
        item, future = waiting.popleft()
        try:
            return item, future.result()
        except BadPhoto as wrong:
            return item, wrong

    workers = ThreadPoolExecutor(threads, thread_name_prefix="grade")
    try:
        for item in given:
            waiting.append((item, workers.submit(work, item)))
            if len(waiting) >= 2 * threads:
                yield next_result()
        while waiting:
            yield next_result()
    finally:
        workers.shutdown(cancel_futures=True)
