"""Answers of the service as they come: JSON objects with named and typed members. A newer service may send more.

Each names the schema of the OpenAPI document that it is part of; a test holds them to it.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Reason(TypedDict):
    """One reason behind a verdict (`ReasonOut`): the rule, and where on which photo, in pixels of the upright photo."""

    rule: str
    code: str | None
    severity: str | None
    view: str | None
    photo: str | None
    box: list[int] | None
    params: dict[str, Any]


class Verdict(TypedDict):
    """What a standard says of the evidence (`VerdictOut`); `grade` is null unless `status` is `graded`."""

    status: str
    grade: str | None
    reasons: list[Reason]
    checks_missing: list[str]
    standard: str
    standard_version: int
    model: str


class Photo(TypedDict):
    """One view (`PhotoOut`): addresses of the photo as sent, as judged, and as marked for a person."""

    view: str | None
    original: str
    judged: str
    marked: str


class Decision(TypedDict):
    """A decision on an inspection (`DecisionOut`), by a person or by a stated policy."""

    id: str
    outcome: str
    grade: str | None
    reason: str | None
    decided_by: str | None
    policy: str | None
    decided_at: str


class BatchRef(TypedDict):
    """The batch that a piece is in (`BatchRef`)."""

    id: str
    number: str


class Inspection(TypedDict):
    """An inspection (`InspectionOut`)."""

    id: str
    piece_id: str
    number: int
    attempt: int
    inspected_at: str
    verdict: Verdict
    checks: dict[str, Any]
    photos: list[Photo]
    decisions: list[Decision]
    piece_state: str
    batch: BatchRef | None


class PieceSummary(TypedDict):
    """A piece in a list (`PieceSummary`)."""

    id: str
    tag: str | None
    sku: str | None
    state: str
    attempt: int
    grade: str | None
    registered_at: str


class Piece(PieceSummary):
    """A piece with all its inspections (`PieceOut`)."""

    maker_ref: str | None
    batch: BatchRef | None
    inspections: list[Inspection]


class BatchLine(TypedDict):
    """How much of a SKU a batch takes, and has (`BatchLineOut`)."""

    sku: str
    quantity: int
    filled: int


class Batch(TypedDict):
    """A shipment batch (`BatchOut`)."""

    id: str
    number: str
    state: str
    po_number: str | None
    opened_at: str
    sealed_at: str | None
    shipped_at: str | None
    lines: list[BatchLine]


class BatchPiece(TypedDict):
    """A piece's place in a batch (`BatchPieceOut`)."""

    position: int
    piece_id: str
    tag: str | None
    sku: str | None
    grade: str | None
    state: str
    added_at: str


class Missing(TypedDict):
    """Something that a batch lacks before it can be sealed (`MissingOut`)."""

    code: str
    detail: str
    subjects: list[str]
    waivable: bool


class Preflight(TypedDict):
    """All that a batch lacks (`Preflight`)."""

    batch_id: str
    missing: list[Missing]


class Event(TypedDict):
    """Something that happened (`EventOut`), chained to what happened before it."""

    sequence: int
    type: str
    subject_id: str
    actor: str
    at: str
    data: dict[str, Any]
    previous: str
    hash: str
