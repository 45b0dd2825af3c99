"""Statements for pay: which pieces of which weaver were accepted in a period, told from the chain of events.

A piece is payable once, in the period in which it was first accepted. What happens to it later (another grade, an
acceptance undone, a lot rejected) is listed and takes nothing back: pay follows the decision of its day. So a statement
of a past period never changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest
from qc.ledger.makers import maker_called
from qc.ledger.states import PieceState
from qc.ledger.tables import CollectionPoint, Event, Maker, Piece
from qc.manifest.as_csv import csv_chunks
from qc.manifest.cells import Value

Entry = Literal["accepted", "accepted_again", "regraded", "withdrawn"]

COLUMNS = (
    "maker_ref", "at", "entry", "payable_pieces", "sku", "grade", "tag", "piece_id", "collection_point", "event",
)  # fmt: skip
LONGEST_DAYS = 400
"""Days of a period."""

_GIVES = frozenset({"piece.accepted", "piece.regraded"})
_TAKES = frozenset(
    f"piece.{state}"
    for state in (PieceState.RETURNED, PieceState.REJECTED, PieceState.REFERRED, PieceState.VOIDED)
)  # fmt: skip
_STANDING = frozenset({*_GIVES, *_TAKES, "piece.removed"})
_AT_A_TIME = 500


@dataclass(frozen=True)
class Line:
    """One line of a statement: something that an acceptance of a piece came to."""

    maker_ref: str | None  # null: erased
    at: datetime
    entry: Entry
    sku: str | None
    grade: str | None
    tag: str | None
    piece_id: UUID
    collection_point: str
    event: int

    @property
    def payable(self) -> int:
        """1 where the piece is to be paid for by this line, else 0."""
        return int(self.entry == "accepted")

    def cells(self) -> tuple[Value, ...]:
        """As `COLUMNS` names them."""
        return (
            self.maker_ref, self.at, self.entry, self.payable, self.sku, self.grade, self.tag, self.piece_id,
            self.collection_point, self.event,
        )  # fmt: skip


def statement(
    session: Session, organisation_id: UUID, begin: datetime, end: datetime, maker_ref: str | None = None
) -> Iterator[Line]:
    """Lines of a period in the order of events: of one weaver, or of all.

    Args:
        session: Of `Database.snapshot()`.
        organisation_id: Whose.
        begin: First moment of the period.
        end: First moment after it.
        maker_ref: The weaver; all when not given.

    Raises:
        BadRequest: The period is none, or too long.
        NotFound: There is no such weaver, or they were erased.
    """
    if not begin < end or (end - begin).days > LONGEST_DAYS:
        raise BadRequest(f"got a period from {begin} until {end}, wanted one of up to {LONGEST_DAYS} days")
    maker = None if maker_ref is None else maker_called(session, organisation_id, maker_ref)
    return _lines(session, organisation_id, begin, end, maker)


def statement_csv(lines: Iterator[Line]) -> Iterator[bytes]:
    """A statement as CSV (UTF-8, RFC 4180); `payable_pieces` added up is what is to be paid for."""
    return csv_chunks(COLUMNS, (line.cells() for line in lines))


def _lines(
    session: Session, organisation_id: UUID, begin: datetime, end: datetime, maker: Maker | None
) -> Iterator[Line]:  # fmt: skip
    whose = Piece.maker_id.is_not(None) if maker is None else Piece.maker_id == maker.id
    after = 0
    while page := session.execute(
        select(Event.sequence, Event.at, Piece, Maker.maker_ref, CollectionPoint.code)
        .join(Piece, Piece.id == Event.subject_id)
        .join(Maker, Maker.id == Piece.maker_id)
        .join(CollectionPoint, CollectionPoint.id == Piece.collection_point_id)
        .where(Event.organisation_id == organisation_id, Event.sequence > after, Event.type.in_(_STANDING), whose)
        .where(Event.at >= begin, Event.at < end)
        .order_by(Event.sequence)
        .limit(_AT_A_TIME)
    ).all():  # fmt: skip
        after = page[-1].sequence
        steps = _steps(session, organisation_id, {piece.id for _, _, piece, _, _ in page}, after)
        for sequence, at, piece, ref, point in page:
            entry, grade = steps[sequence]
            if entry is not None:
                yield Line(ref, at, entry, piece.sku, grade, piece.tag, piece.id, point, sequence)


def _steps(
    session: Session, organisation_id: UUID, pieces: set[UUID], last: int
) -> dict[int, tuple[Entry | None, str | None]]:
    """What each event did to the standing of its piece, and the grade that then stood, by sequence."""
    told = session.execute(
        select(Event.sequence, Event.subject_id, Event.type, Event.body)
        .where(Event.organisation_id == organisation_id, Event.subject_id.in_(pieces), Event.sequence <= last)
        .where(Event.type.in_(_STANDING))
        .order_by(Event.sequence)
    ).all()
    steps: dict[int, tuple[Entry | None, str | None]] = {}
    standing: dict[UUID, str | None] = {}
    paid: set[UUID] = set()
    for sequence, piece, kind, body in told:
        before = standing.get(piece)
        grade = _grade_after(kind, json.loads(body)["data"], before)
        entry: Entry | None = None
        if before is None and grade is not None:
            entry = "accepted_again" if piece in paid else "accepted"
            paid.add(piece)
        elif before is not None and grade is None:
            entry = "withdrawn"
        elif before != grade:
            entry = "regraded"
        standing[piece] = grade
        steps[sequence] = entry, grade if grade is not None else before
    return steps


def _grade_after(kind: str, data: dict[str, Any], before: str | None) -> str | None:
    """The grade at which the piece stands accepted after an event; None: it does not."""
    if kind in _GIVES:
        return str(data["grade"])
    if kind == "piece.removed" and data["state"] in {PieceState.ACCEPTED, PieceState.IN_BATCH}:
        return before  # it left its batch and stays accepted
    return None
