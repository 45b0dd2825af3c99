"""Grading many photos anew into a file, and going on where a run was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from qc.bulk.output import append, rows_kept
from qc.bulk.progress import with_progress
from qc.bulk.references import PhotoRef
from qc.bulk.shard import Grading, Row
from qc.standards.standard import ExportStandard

Grade = Callable[[Sequence[PhotoRef], Grading], Iterator[Row]]
"""Gives a row for each photo, in their order: `pool.grade_each`, or a cluster's way of it."""


@dataclass(frozen=True)
class Regraded:
    """What a run did.

    Attributes:
        photos: of the whole run.
        kept: rows that an earlier run had written.
        failed: of the rows written now.
        seconds: that this took.
    """

    photos: int
    kept: int
    failed: int
    seconds: float

    def sentence(self, place: Path) -> str:
        """For a person."""
        written = self.photos - self.kept
        before = f" ({self.kept} were there)" if self.kept else ""
        rate = f", {written / self.seconds:.1f} photos/s" if written and self.seconds else ""
        return f"{self.photos} rows in {place}{before}; {self.failed} photos could not be graded{rate}"


def regrade(photos: Sequence[PhotoRef], grading: Grading, place: Path, grade: Grade) -> Regraded:
    """Grade photos into a file of rows (`output.py`). Killed and begun again, it goes on where it stopped.

    Args:
        photos: Which, in the order of the rows.
        grading: By which model and standard.
        place: The file.
        grade: What grades them.

    Raises:
        BadInput: The file holds rows of another run.
        BadBundle, BadStandard, Unavailable: As `grade_shard`; what was written stays.
    """
    standard = ExportStandard.model_validate_json(grading.standard)
    kept = rows_kept(place, photos, grading.model, (standard.name, standard.version))
    began = perf_counter()
    rows = with_progress(grade(photos[kept:], grading), len(photos), kept)
    _, failed = append(place, rows)
    return Regraded(len(photos), kept, failed, perf_counter() - began)
