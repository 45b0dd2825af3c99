"""One slice of a job: what each of some pieces would be. Reads only; photos are graded anew where a model is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from qc.bulk.pool import Pool
from qc.bulk.references import PhotoRef
from qc.bulk.shard import DEFAULT_LIMITS, Grading, Row
from qc.errors import BadStandard, Unavailable
from qc.ledger.past_evidence import PastInspection
from qc.ledger.rejudgements import Rejudged
from qc.model.bundle import Bundle
from qc.standards.evidence import Evidence
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict


@dataclass(frozen=True)
class OtherModel:
    """A model that looks at stored judged photos anew.

    Attributes:
        bundle: the model.
        pool: processes that grade; their reader knows the photo store.
        samples: the exporter's folder of standards, for approved samples.
    """

    bundle: Bundle
    pool: Pool
    samples: Path | None = None

    def rows(self, past: Sequence[PastInspection], document: str) -> Iterator[Row]:
        """A row for each photo of these pieces, in their order, all under one standard."""
        grading = Grading(self.bundle.path, self.bundle.spec.title, document, self.samples, DEFAULT_LIMITS)
        photos = (
            # The judged image, in pixels of the photo that it was made from: what the first look saw, bit for bit.
            PhotoRef(seen.sha256, f"photo {seen.sha256[:12]}", seen.view, (seen.width, seen.height))
            for inspection in past
            for seen in inspection.seen().photos
        )
        return self.pool.rows(photos, grading)


def judge_again(
    past: Sequence[PastInspection], document: str | None, other: OtherModel | None = None
) -> list[Rejudged]:
    """What pieces would be, in their order.

    Args:
        past: The pieces by their last inspections.
        document: Of the standard that judges (JSON); None: each inspection's own, as it stood.
        other: A model that looks again; None: the evidence as it is kept.

    Raises:
        BadBundle: The model cannot be used.
        Unavailable: The photo store is away: try again later.
    """
    looked = {} if other is None else _look_again(past, document, other)
    return [_judge(inspection, document, looked.get(inspection.id), other) for inspection in past]


def _judge(
    inspection: PastInspection, document: str | None, looked: Evidence | str | None, other: OtherModel | None
) -> Rejudged:
    as_entered = inspection.verdict["grade"] or inspection.verdict["status"]
    base = Rejudged(inspection.piece_id, inspection.id, as_entered, None, inspection.decided)
    if isinstance(looked, str):
        return replace(base, failure=looked[:1000])
    try:
        own, kept = _standard(inspection.document), inspection.seen()
        before = _outcome(inspection.judged(own, kept, inspection.bands()))
        bands = inspection.bands() if other is None else other.bundle.spec.bands
        verdict = inspection.judged(own if document is None else _standard(document), looked or kept, bands)
    except (BadStandard, ValueError) as wrong:  # a code or a form of evidence that this version does not know
        return replace(base, failure=str(wrong)[:1000])
    return replace(
        base,
        before=before,
        after=_outcome(verdict),
        verdict=verdict.model_dump(mode="json"),
        evidence=looked.model_dump(mode="json") if looked is not None else None,
    )


def _look_again(past: Sequence[PastInspection], document: str | None, other: OtherModel) -> dict[UUID, Evidence | str]:
    """The other model's evidence of each inspection, or why there is none."""
    looked: dict[UUID, Evidence | str] = {}
    by_standard: dict[str, list[PastInspection]] = {}
    for inspection in past:
        by_standard.setdefault(inspection.document if document is None else document, []).append(inspection)
    for judge, pieces in by_standard.items():
        try:
            rows = iter(list(other.rows(pieces, judge)))
        except BadStandard as wrong:  # its approved sample was learnt with another network
            looked |= {inspection.id: wrong.detail for inspection in pieces}
            continue
        except Unavailable as wrong:
            if "retry_after_s" in wrong.extra:
                raise
            looked |= {inspection.id: wrong.detail for inspection in pieces}
            continue
        for inspection in pieces:
            of_piece = [next(rows) for _ in inspection.seen().photos]
            failures = [row.failure.detail for row in of_piece if row.failure is not None]
            seen = tuple(row.seen for row in of_piece if row.seen is not None)
            looked[inspection.id] = failures[0] if failures else Evidence(photos=seen, model=other.bundle.spec.title)
    return looked


def _outcome(verdict: Verdict) -> str:
    return verdict.grade or verdict.status


@lru_cache(maxsize=64)
def _standard(document: str) -> ExportStandard:
    return ExportStandard.model_validate_json(document)
