"""What to label next: the photos that would teach the next model most, and a fixed share chosen by chance.

A fifth of the queue is chosen by chance, half of it among accepted pieces and half among refused ones: errors that
nobody doubts are seen nowhere else. Each piece draws a number from the seed (`qc.standards.chance`), and the lowest
that are not labelled yet come first, so anybody with the seed can repeat the choice. Neither the queue nor its reasons
tell which half a piece is of, and pieces that wait for a blind re-inspection are hidden from whoever may record one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.blindness import hidden_pieces, is_blind
from qc.ledger.disagreements import STRATUM
from qc.ledger.labelling_value import Candidate, Valued, Why, most_valuable, valued
from qc.ledger.labelling_why import disagreements_of
from qc.ledger.sampling_policy import policy_of
from qc.ledger.states import PieceState, Purpose
from qc.ledger.tables import Inspection, InspectionPhoto, Likeness, PhotoLabels, Piece
from qc.standards.chance import draw

ONE_IN = 5
"""Every fifth of the queue is chosen by chance."""
_NEWEST = 1000
"""Pieces, the newest, that are weighed by value: a bound on the work of one request."""
_NEWEST_BY_CHANCE = 5000
"""Pieces, the newest, of which some are chosen by chance."""


@dataclass(frozen=True)
class Queued:
    """A photo to be labelled: `value` is None where chance chose it."""

    inspection_id: UUID
    piece_id: UUID
    photo: str
    view: str | None
    sku: str | None
    chosen: Literal["value", "random"]
    value: float | None
    why: tuple[Why, ...]


def queue(
    session: Session, caller: Caller, limit: int, now: datetime, *, days: int, sku: str | None = None
) -> list[Queued]:
    """The photos to label next, the first first.

    Args:
        session: Any session.
        caller: Who will label.
        limit: How many.
        now: The time it is.
        days: Pieces registered within so many days.
        sku: Of this SKU only.
    """
    newest = (
        select(Piece.id, Piece.attempt, Piece.state, Piece.sku)
        .where(Piece.organisation_id == caller.organisation_id, Piece.registered_at >= now - timedelta(days=days))
        .where(~exists().where(PhotoLabels.piece_id == Piece.id))
        .order_by(Piece.registered_at.desc(), Piece.id.desc())
    )
    if sku is not None:
        newest = newest.where(Piece.sku == sku)
    if is_blind(caller):
        newest = newest.where(Piece.id.not_in(hidden_pieces(caller)))
    pieces = session.execute(newest.limit(_NEWEST_BY_CHANCE)).all()
    by_chance = _by_chance(session, caller, pieces, limit // ONE_IN)
    taken = {row.piece_id for row in by_chance}
    weighed = [piece.id for piece in pieces[:_NEWEST] if piece.id not in taken]
    by_value = [
        Queued(
            x.candidate.inspection_id, x.candidate.piece_id, x.candidate.photo, x.candidate.view, x.candidate.sku,
            "value", x.value, x.why,
        )
        for x in most_valuable(_weigh(session, weighed), limit - len(by_chance))
    ]  # fmt: skip
    return _interleaved(by_value, by_chance)


def seed_of(session: Session, organisation_id: UUID) -> str:
    """The seed of the choice by chance: the sampling policy's, which nobody at a table knows."""
    policy = policy_of(session, organisation_id)
    return f"labelling {policy.seed if policy is not None else organisation_id}"


def _by_chance(session: Session, caller: Caller, pieces: Sequence[Any], number: int) -> list[Queued]:
    """Photos of the decided pieces with the lowest draws, accepted and refused ones in turn."""
    seed = seed_of(session, caller.organisation_id)
    strata: dict[Purpose, list[tuple[int, UUID]]] = {Purpose.ACCEPTED: [], Purpose.REFUSED: []}
    for piece in pieces:
        stratum = Purpose.ACCEPTED if piece.state is PieceState.SHIPPED else STRATUM.get(piece.state)
        if stratum is not None:
            strata[stratum].append((draw(str(piece.id), piece.attempt, seed), piece.id))
    accepted, refused = (sorted(drawn) for drawn in strata.values())
    chosen: list[tuple[int, UUID]] = []
    while len(chosen) < number and (accepted or refused):
        for drawn in (accepted, refused):
            if drawn and len(chosen) < number:
                chosen.append(drawn.pop(0))
    photos = _last_photos(session, [piece for _, piece in chosen])
    found = []
    for number_drawn, piece in chosen:
        shots = photos[piece]
        inspection, photo, view, sku = shots[number_drawn % len(shots)]
        found.append(Queued(inspection, piece, photo, view, sku, "random", None, (Why("chance", {}),)))
    return found


def _last_photos(
    session: Session, pieces: Sequence[UUID]
) -> dict[UUID, list[tuple[UUID, str, str | None, str | None]]]:
    """Photos of the last inspection of each piece."""
    rows = session.execute(
        select(
            Inspection.piece_id, Inspection.id, Inspection.number, InspectionPhoto.judged_sha256, InspectionPhoto.view,
            Piece.sku,
        )
        .join(InspectionPhoto, InspectionPhoto.inspection_id == Inspection.id)
        .join(Piece, Piece.id == Inspection.piece_id)
        .where(Inspection.piece_id.in_(pieces))
        .order_by(Inspection.piece_id, Inspection.number, InspectionPhoto.position)
    )  # fmt: skip
    found: dict[UUID, list[tuple[UUID, str, str | None, str | None]]] = {}
    last: dict[UUID, int] = {}
    for piece, inspection, number, photo, view, sku in rows:
        if last.get(piece) != number:
            last[piece], found[piece] = number, []
        found[piece].append((inspection, photo, view, sku))
    return found


def _weigh(session: Session, pieces: Sequence[UUID]) -> list[Valued]:
    """The photos of each piece's last inspection for which there is a reason."""
    disagreements = disagreements_of(session, pieces)
    found = (valued(candidate) for candidate in _candidates(session, pieces, disagreements))
    return [x for x in found if x is not None]


def _candidates(
    session: Session, pieces: Sequence[UUID], disagreements: dict[UUID, tuple[Why, ...]]
) -> Iterator[Candidate]:
    rows = session.execute(
        select(
            Inspection.piece_id, Inspection.number, Inspection.id, Inspection.verdict, Inspection.evidence, Piece.sku
        )
        .join(Piece, Piece.id == Inspection.piece_id)
        .where(Inspection.piece_id.in_(pieces), Inspection.status != "retake")
        .order_by(Inspection.piece_id, Inspection.number)
    )
    last = {row.piece_id: row for row in rows}
    bits = {
        (inspection, position): int(text, 16)
        for inspection, position, text in session.execute(
            select(Likeness.inspection_id, Likeness.position, Likeness.bits).where(
                Likeness.inspection_id.in_([row.id for row in last.values()])
            )
        )
    }
    for piece, row in last.items():
        for position, seen in enumerate(row.evidence["photos"]):
            yield Candidate(
                row.id, piece, seen["sha256"], seen["view"], row.sku, row.verdict["reasons"], seen["novelty"],
                disagreements.get(piece, ()), bits.get((row.id, position)),
            )  # fmt: skip


def _interleaved(by_value: list[Queued], by_chance: list[Queued]) -> list[Queued]:
    """Every fifth by chance, so that whoever stops early has done their share; what is left follows."""
    mixed: list[Queued] = []
    value, chance = iter(by_value), iter(by_chance)
    for place in range(1, len(by_value) + len(by_chance) + 1):
        first, second = (chance, value) if place % ONE_IN == 0 else (value, chance)
        row = next(first, None) or next(second, None)
        if row is not None:
            mixed.append(row)
    return mixed
