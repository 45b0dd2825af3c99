"""Verdicts of a challenger: kept, counted and listed. They decide nothing, and no chain vouches for them.

A piece that waits for a blind re-inspection is neither counted for nor shown to whoever may record it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer

from qc.ledger.accounts import Caller
from qc.ledger.blindness import hidden_pieces, is_blind
from qc.ledger.events import now
from qc.ledger.ids import uuid7
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.tables import ShadowVerdict
from qc.standards.differences import Differences


@dataclass(frozen=True)
class Said:
    """What a model said of a piece."""

    model: str
    status: str
    grade: str | None


@dataclass(frozen=True)
class ShadowFindings:
    """A challenger's verdict beside the first, JSON-ready.

    Attributes:
        first: the model in service.
        second: the challenger.
        bundle_sha256: of the challenger's bundle.json.
        verdict: the challenger's, in full.
        differing: how it differs.
        ms: how long it took, on a thread that yields to everything else.
    """

    organisation_id: UUID
    inspection_id: UUID
    piece_id: UUID
    first: Said
    second: Said
    bundle_sha256: str
    verdict: dict[str, Any]
    differing: Differences
    ms: int


@dataclass
class Comparison:
    """How often two models differ on the same pieces.

    Attributes:
        compared: inspections that both judged.
        disagreed: of them, those on which they differ in any way; then by what.
        missed: by code: only the first found it.
        added: by code: only the challenger found it.
    """

    first_model: str
    model: str
    bundle_sha256: str
    compared: int = 0
    disagreed: int = 0
    by_status: int = 0
    by_grade: int = 0
    by_codes: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)


def keep_shadow_verdict(session: Session, found: ShadowFindings) -> ShadowVerdict | None:
    """Keep what a challenger said; None where the same bundle has judged this inspection already."""
    same = select(ShadowVerdict.id).where(
        ShadowVerdict.inspection_id == found.inspection_id, ShadowVerdict.bundle_sha256 == found.bundle_sha256
    )
    if session.scalar(same) is not None:
        return None
    kept = ShadowVerdict(
        id=uuid7(),
        organisation_id=found.organisation_id,
        inspection_id=found.inspection_id,
        piece_id=found.piece_id,
        first_model=found.first.model,
        first_status=found.first.status,
        first_grade=found.first.grade,
        model=found.second.model,
        bundle_sha256=found.bundle_sha256,
        status=found.second.status,
        grade=found.second.grade,
        disagrees=found.differing.any,
        status_differs=found.differing.status,
        grade_differs=found.differing.grade,
        codes_differ=found.differing.codes,
        missed=list(found.differing.missed),
        added=list(found.differing.added),
        verdict=found.verdict,
        ms=found.ms,
        judged_at=now(),
    )
    session.add(kept)
    session.flush()
    return kept


def list_disagreements(
    session: Session, caller: Caller, limit: int, before: Position | None, model: str | None = None
) -> Page[ShadowVerdict]:
    """Inspections on which a challenger differs from the model in service, newest first, each with its verdict."""
    chosen = select(ShadowVerdict).where(*_seen(caller, None, model), ShadowVerdict.disagrees)
    in_full = chosen.options(undefer(ShadowVerdict.verdict))
    return newest_first(session, in_full, ShadowVerdict.judged_at, ShadowVerdict.id, limit, before)


def compare(session: Session, caller: Caller, since: datetime, model: str | None = None) -> list[Comparison]:
    """How often each pair of models differed since a time, the pair compared most often first.

    Args:
        session: A session of `Database.snapshot()`: two questions are asked of one moment.
        caller: Who asks.
        since: The time.
        model: Only this challenger, by name and version.
    """
    pair = (ShadowVerdict.first_model, ShadowVerdict.model, ShadowVerdict.bundle_sha256)
    ways = (ShadowVerdict.status_differs, ShadowVerdict.grade_differs, ShadowVerdict.codes_differ)
    found: dict[tuple[str, str, str], Comparison] = {}
    seen = _seen(caller, since, model)
    counted = select(*pair, *ways, func.count()).where(*seen).group_by(*pair, *ways)
    for first, second, bundle, status, grade, codes, number in session.execute(counted):
        comparison = found.setdefault((first, second, bundle), Comparison(first, second, bundle))
        comparison.compared += number
        comparison.disagreed += number * (status or grade or codes)
        comparison.by_status += number * status
        comparison.by_grade += number * grade
        comparison.by_codes += number * codes
    differing = select(*pair, ShadowVerdict.missed, ShadowVerdict.added).where(*seen, ShadowVerdict.codes_differ)
    for first, second, bundle, missed, added in session.execute(differing.execution_options(yield_per=500)):
        found[first, second, bundle].missed.update(missed)
        found[first, second, bundle].added.update(added)
    return sorted(found.values(), key=lambda each: (-each.compared, each.model, each.first_model))


def _seen(caller: Caller, since: datetime | None, model: str | None) -> list[ColumnElement[bool]]:
    """The conditions of what belongs to the caller's organisation and is not hidden from the caller."""
    wanted = [ShadowVerdict.organisation_id == caller.organisation_id]
    if is_blind(caller):
        wanted.append(ShadowVerdict.piece_id.not_in(hidden_pieces(caller)))
    if since is not None:
        wanted.append(ShadowVerdict.judged_at >= since)
    if model is not None:
        wanted.append(ShadowVerdict.model == model)
    return wanted
