"""What the ledger holds of one piece, as far as somebody said something of it: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qc.standards.labels import LabelledDefect
from qc.standards.standard import ExportStandard


@dataclass(frozen=True)
class Shot:
    """One judged photo of an inspection; `evidence` is one entry of the inspection's evidence."""

    position: int
    view: str | None
    photo: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Ruled:
    """A person's decision."""

    outcome: str
    grade: str | None
    person: str
    at: datetime


@dataclass(frozen=True)
class Written:
    """A person's labels of one photo."""

    position: int
    person: str
    findings: tuple[LabelledDefect, ...]
    complete: bool
    random: bool
    at: datetime


@dataclass(frozen=True)
class Look:
    """One inspection with what people said of it.

    Attributes:
        appealed: it is an appeal, decided by somebody who had not decided before.
        disagreement: the phone, or a challenger in its shadow, judged the same photos otherwise.
        reasons: of the verdict, as JSON.
    """

    id: UUID
    number: int
    attempt: int
    at: datetime
    actor: str
    model: str
    status: str
    grade: str | None
    standard: ExportStandard
    reasons: tuple[dict[str, Any], ...]
    shots: tuple[Shot, ...]
    rulings: tuple[Ruled, ...]
    written: tuple[Written, ...]
    appealed: bool
    disagreement: bool


@dataclass(frozen=True)
class Again:
    """A recorded blind re-inspection. `codes` with the class that the person gave each; empty: faultless."""

    attempt: int
    person: str
    codes: tuple[tuple[str, str | None], ...]
    meets: bool
    blind: bool
    at: datetime


@dataclass(frozen=True)
class JudgedPiece:
    """A piece with its looks and re-inspections, in order. `maker` is None where nobody is named."""

    id: UUID
    maker: UUID | None
    collection_point: str
    sku: str | None
    registered_at: datetime
    looks: tuple[Look, ...]
    again: tuple[Again, ...]
