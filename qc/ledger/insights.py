"""What inspections show over weeks: defects, retakes and referrals, how phones and server agree, feedback for a weaver.

A piece counts once an attempt, by its last inspection that was no retake. Weeks are ISO weeks in UTC. Intervals are
Clopper-Pearson at 95 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.events import now
from qc.ledger.makers import find_maker
from qc.ledger.tables import Inspection, Maker, PhoneVerdict, Piece
from qc.standards.estimates import Estimate, estimate

LEAST_PIECES = 20
"""Below so many pieces a weaver's figures say more about chance than about the weaver, and are not shown."""
LAST_PIECES = 100
"""Of a weaver, so many pieces are looked back at."""
MOST_WEEKS = 26

Week = tuple[int, int]
"""ISO year and week."""


@dataclass
class WeekFigures:
    """One ISO week.

    Attributes:
        inspections: all of them, retakes and appeals included.
        retakes: those whose photos were not fit to judge from.
        pieces: pieces judged, once an attempt.
        referred: of them, those that the rules left to a person.
        compared: inspections of which the phone said something first.
        disagreed: of them, those on which phone and server differ.
        defects: pieces by code of a defect that was found.
    """

    begins: datetime
    inspections: int = 0
    retakes: int = 0
    pieces: int = 0
    referred: int = 0
    compared: int = 0
    disagreed: int = 0
    defects: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class MakerFigures:
    """What the last pieces of one weaver showed; `defects` is empty while there are too few of them."""

    maker_ref: str
    pieces: int
    defects: dict[str, Estimate]


@dataclass(frozen=True)
class _Look:
    piece_id: UUID
    attempt: int
    status: str
    codes: frozenset[str]
    at: datetime
    agrees: bool | None


def by_week(session: Session, organisation_id: UUID, weeks: int, sku: str | None = None) -> list[WeekFigures]:
    """The last `weeks` ISO weeks, this one included, oldest first; a week without inspections is there, empty."""
    this_week = _monday(now())
    begins = [this_week - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    figures = {_week(monday): WeekFigures(monday) for monday in begins}
    judged: dict[tuple[UUID, int], _Look] = {}
    for look in _looks(session, organisation_id, begins[0], sku):
        week = figures[_week(look.at)]
        week.inspections += 1
        week.compared += look.agrees is not None
        week.disagreed += look.agrees is False
        if look.status == "retake":
            week.retakes += 1
        else:
            judged[look.piece_id, look.attempt] = look  # a later one takes the place of an earlier
    for look in judged.values():
        week = figures[_week(look.at)]
        week.pieces += 1
        week.referred += look.status == "referred"
        week.defects.update(look.codes)
    return list(figures.values())


def makers_with_enough(session: Session, organisation_id: UUID) -> list[tuple[str, int]]:
    """Weavers of whom enough pieces were inspected, with how many; in the order of their pseudonyms, never of merit."""
    rows = session.execute(
        select(Maker.maker_ref, func.count())
        .join(Piece, Piece.maker_id == Maker.id)
        .where(Maker.organisation_id == organisation_id, Maker.maker_ref.is_not(None))
        .group_by(Maker.id, Maker.maker_ref)
        .having(func.count() >= LEAST_PIECES)
        .order_by(Maker.maker_ref)
    )
    return [(str(ref), count) for ref, count in rows]


def of_maker(session: Session, organisation_id: UUID, maker_ref: str) -> MakerFigures | None:
    """What the weaver's last pieces showed at their first presentation; None where no such weaver is known."""
    maker = find_maker(session, organisation_id, maker_ref)
    if maker is None:
        return None
    last = select(Piece.id).where(Piece.maker_id == maker.id).order_by(Piece.registered_at.desc()).limit(LAST_PIECES)
    rows = session.execute(
        select(Inspection.piece_id, Inspection.verdict)
        .where(Inspection.piece_id.in_(last.subquery().select()), Inspection.attempt == 1)
        .where(Inspection.status != "retake")
        .order_by(Inspection.number)
    )
    codes = {piece_id: found_codes(verdict) for piece_id, verdict in rows}
    if len(codes) < LEAST_PIECES:
        return MakerFigures(maker_ref, len(codes), {})
    counts = Counter(code for found in codes.values() for code in found)
    return MakerFigures(maker_ref, len(codes), {code: estimate(n, len(codes)) for code, n in counts.most_common()})


def found_codes(verdict: dict[str, Any]) -> frozenset[str]:
    """Codes of the defects that a verdict found for certain; doubts are not counted."""
    reasons = verdict["reasons"]
    return frozenset(x["code"] for x in reasons if x["rule"].startswith("defect.") and x.get("code"))


def code_counts(weeks: Iterable[WeekFigures]) -> list[str]:
    """Defect codes found in these weeks, the commonest first."""
    total: Counter[str] = Counter()
    for week in weeks:
        total.update(week.defects)
    return [code for code, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))]


def _looks(session: Session, organisation_id: UUID, since: datetime, sku: str | None) -> Iterator[_Look]:
    chosen = (
        select(
            Inspection.piece_id,
            Inspection.attempt,
            Inspection.status,
            Inspection.verdict,
            Inspection.inspected_at,
            PhoneVerdict.agrees,
        )
        .outerjoin(PhoneVerdict, PhoneVerdict.inspection_id == Inspection.id)
        .where(Inspection.organisation_id == organisation_id, Inspection.inspected_at >= since)
        .order_by(Inspection.inspected_at, Inspection.number)
        .execution_options(yield_per=500)
    )
    if sku is not None:
        chosen = chosen.join(Piece, Piece.id == Inspection.piece_id).where(Piece.sku == sku)
    for piece_id, attempt, status, verdict, at, agrees in session.execute(chosen):
        yield _Look(piece_id, attempt, status, found_codes(verdict), at, agrees)


def _monday(at: datetime) -> datetime:
    return (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _week(at: datetime) -> Week:
    year, week, _ = at.isocalendar()
    return year, week
