"""The rows of a labelled snapshot, one class and one Parquet schema a file: docs/learning.md says what each means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

Source = Literal["review", "random", "reinspection", "appeal", "overrule", "confirmed", "disagreement"]
SOURCES: tuple[Source, ...] = get_args(Source)
"""What a label or a photo owes its place to: a person who wrote down what they saw (`random`: on a photo chosen by
chance), a blind re-inspection, a decision on an appeal, an overruling, a decision that follows the verdict, or phone,
server or challenger disagreeing. Where two say different things of one photo and code, the earlier in this list
stands."""


@dataclass(frozen=True)
class PieceRow:
    """One piece of weaving.

    Attributes:
        piece: pseudonym under this snapshot's salt.
        weaver_group: pseudonym of the maker under this snapshot's salt, for splitting only; None: nobody is named.
        collection_point: its code.
        phone: pseudonym of the enrolled phone or key that sent it, under this snapshot's salt.
        week: ISO week of its first inspection, such as 2026-W48.
        sku: of its standard; None for a standard that logs nothing.
        standard: name and version, such as `placemat-pandan/2`.
        kind: of the standard where it names exactly one, else as most photos' evidence says; None: unsure.
        material: likewise.
        split: no weaver is in two.
    """

    piece: str
    weaver_group: str | None
    collection_point: str
    phone: str
    week: str
    sku: str | None
    standard: str
    kind: str | None
    material: str | None
    split: Split


@dataclass(frozen=True)
class PhotoRow:
    """One judged image.

    Attributes:
        photo: SHA-256 of its bytes, and so its place: `photos/ab/<sha256>.jpg`.
        piece: whose.
        view: as the inspector named it.
        width: of the judged image, in pixels.
        height: likewise.
        good: a person looked and found nothing on it; False: a person found something; None: nobody says.
        source: what it is here for.
        grade: of the standing decision, else of the inspection.
        bundle: that judged it, such as anyaman-0.2.0.
        evidence: JSON text of `qc.standards.evidence.PhotoEvidence` as that bundle saw it. Its boxes are in pixels of
            the photo as it was sent, whose size it names; labels are in those of the judged image.
    """

    photo: str
    piece: str
    view: str | None
    width: int
    height: int
    good: bool | None
    source: Source
    grade: str | None
    bundle: str
    evidence: str


@dataclass(frozen=True)
class LabelRow:
    """What a person says of one defect code on one photo.

    Attributes:
        photo: which.
        code: of the taxonomy.
        box: x0, y0, x1, y1 in pixels of the judged image, x1 and y1 exclusive; None: somewhere on it.
        present: True: it is there. False: it is not, whatever the model claims.
        severity: as the person judges it; None: they did not say.
        source: where it comes from.
        weight: how far to trust it, 0 to 1: see `training/feedback/judgements.py`.
    """

    photo: str
    code: str
    box: tuple[float, float, float, float] | None
    present: bool
    severity: str | None
    source: Source
    weight: float


@dataclass(frozen=True)
class JudgementRow:
    """One person's judgement of one piece, so that two can be compared. People are numbers within their piece.

    Attributes:
        piece: which.
        attempt: of the piece: what was judged before it was mended is another thing.
        judge: 1 for the first person who judged this piece, 2 for the next: no person can be followed across pieces.
        blind: whether they had not seen what was found before.
        source: how it came about.
        meets: whether the piece meets its standard, as they judged.
        codes: defect codes they named, sorted; None: they named none because nobody asked them to.
    """

    piece: str
    attempt: int
    judge: int
    blind: bool
    source: Source
    meets: bool
    codes: tuple[str, ...] | None


@dataclass(frozen=True)
class Record:
    """A piece with everything a snapshot says of it: `photos` with the labels of each, in order."""

    piece: PieceRow
    photos: tuple[tuple[PhotoRow, tuple[LabelRow, ...]], ...]
    judgements: tuple[JudgementRow, ...] = ()


_TEXT, _WHOLE, _FLAG, _REAL = pa.string(), pa.int32(), pa.bool_(), pa.float64()

SCHEMAS: dict[str, pa.Schema] = {
    "pieces": pa.schema(
        [
            pa.field(name, _TEXT, nullable=name in {"weaver_group", "sku", "kind", "material"})
            for name in PieceRow.__dataclass_fields__
        ]
    ),
    "photos": pa.schema(
        [
            pa.field("photo", _TEXT, nullable=False),
            pa.field("piece", _TEXT, nullable=False),
            pa.field("view", _TEXT),
            pa.field("width", _WHOLE, nullable=False),
            pa.field("height", _WHOLE, nullable=False),
            pa.field("good", _FLAG),
            pa.field("source", _TEXT, nullable=False),
            pa.field("grade", _TEXT),
            pa.field("bundle", _TEXT, nullable=False),
            pa.field("evidence", _TEXT, nullable=False),
        ]
    ),
    "labels": pa.schema(
        [
            pa.field("photo", _TEXT, nullable=False),
            pa.field("code", _TEXT, nullable=False),
            *(pa.field(edge, _REAL) for edge in ("x0", "y0", "x1", "y1")),
            pa.field("present", _FLAG, nullable=False),
            pa.field("severity", _TEXT),
            pa.field("source", _TEXT, nullable=False),
            pa.field("weight", _REAL, nullable=False),
        ]
    ),
    "judgements": pa.schema(
        [
            pa.field("piece", _TEXT, nullable=False),
            pa.field("attempt", _WHOLE, nullable=False),
            pa.field("judge", _WHOLE, nullable=False),
            pa.field("blind", _FLAG, nullable=False),
            pa.field("source", _TEXT, nullable=False),
            pa.field("meets", _FLAG, nullable=False),
            pa.field("codes", pa.list_(_TEXT)),
        ]
    ),
}
"""Columns of `<name>.parquet`. Rows stand in one order in all four: by piece, then photo, then as they were said."""
