"""Reading the ledger for a snapshot: a few pieces at a time, in their order, from one moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from qc.ledger.states import LabelOccasion, Purpose, ReinspectionState
from qc.ledger.tables import (
    Appeal,
    CollectionPoint,
    Decision,
    Inspection,
    InspectionPhoto,
    Maker,
    PhoneVerdict,
    PhotoLabels,
    Piece,
    Reinspection,
    ShadowVerdict,
    StandardVersion,
)
from qc.standards.labels import LabelledDefect
from qc.standards.standard import ExportStandard
from training.feedback.said import Again, JudgedPiece, Look, Ruled, Shot, Written

_PIECES_AT_ONCE = 100


@dataclass(frozen=True)
class Wanted:
    """Which pieces.

    Attributes:
        organisation_id: whose.
        since: registered at or after; None: from the first.
        until: registered before; None: to the last.
        sku: of this SKU only; None: any.
        consent: versions of the makers' consent that cover training.
        unattributed: also pieces for which no maker is named, of whom nobody can have consented.
    """

    organisation_id: UUID
    since: datetime | None = None
    until: datetime | None = None
    sku: str | None = None
    consent: frozenset[str] = frozenset()
    unattributed: bool = False


def judged_pieces(session: Session, wanted: Wanted, left_out: Counter[str]) -> Iterator[list[JudgedPiece]]:
    """The pieces of which somebody said something, first registered first, some at a time.

    Args:
        session: Of `Database.snapshot()`, so that all is of one moment. It is emptied as it goes.
        wanted: Which.
        left_out: Counts what is left out, by reason.
    """
    for block in _blocks(session, wanted):
        chosen = {row.id: row for row in block if _may_be_used(row, wanted, left_out)}
        yield list(_read(session, chosen, left_out))
        session.expunge_all()


def _blocks(session: Session, wanted: Wanted) -> Iterator[Sequence[Any]]:
    columns = select(
        Piece.id, Piece.maker_id, Piece.sku, Piece.registered_at, CollectionPoint.code.label("collection_point"),
        Maker.consent_version, Maker.erased_at,
    ).join(CollectionPoint, CollectionPoint.id == Piece.collection_point_id)  # fmt: skip
    rows = columns.outerjoin(Maker, Maker.id == Piece.maker_id).where(Piece.organisation_id == wanted.organisation_id)
    if wanted.until is not None:
        rows = rows.where(Piece.registered_at < wanted.until)
    if wanted.sku is not None:
        rows = rows.where(Piece.sku == wanted.sku)
    rows = rows.order_by(Piece.registered_at, Piece.id).limit(_PIECES_AT_ONCE)
    following = rows if wanted.since is None else rows.where(Piece.registered_at >= wanted.since)
    while block := session.execute(following).all():
        yield block
        last = block[-1]
        # The first condition says nothing new: it is the one that a database finds its place in the index by.
        following = rows.where(
            Piece.registered_at >= last.registered_at,
            or_(Piece.registered_at > last.registered_at, Piece.id > last.id),
        )


def _may_be_used(row: Any, wanted: Wanted, left_out: Counter[str]) -> bool:
    reason = None
    if row.maker_id is None:
        reason = None if wanted.unattributed else "no maker is named"
    elif row.erased_at is not None:
        reason = "the maker was erased"
    elif row.consent_version not in wanted.consent:
        reason = "the consent does not cover training"
    if reason is not None:
        left_out[reason] += 1
    return reason is None


def _read(session: Session, pieces: dict[UUID, Any], left_out: Counter[str]) -> Iterator[JudgedPiece]:
    if not pieces:
        return
    again = _again(session, pieces)
    inspections = session.execute(
        select(Inspection.id, Inspection.piece_id, Inspection.number).where(Inspection.piece_id.in_(pieces))
    ).all()
    ids = [row.id for row in inspections]
    rulings, written = _rulings(session, pieces), _written(session, pieces)
    disagreeing = set(session.scalars(_of(PhoneVerdict.inspection_id, ids).where(PhoneVerdict.agrees.is_(False))))
    disagreeing |= set(session.scalars(_of(ShadowVerdict.inspection_id, ids).where(ShadowVerdict.disagrees.is_(True))))
    appealed = set(session.scalars(_of(Appeal.inspection_id, ids)))
    told = {row.piece_id for row in inspections if row.id in rulings or row.id in written or row.id in disagreeing}
    told |= again.keys()
    left_out["nobody said anything of it"] += len(pieces.keys() - told)
    shots = _shots(session, told)
    looks: dict[UUID, list[Look]] = defaultdict(list)
    # Evidence is large: it is read for pieces of which somebody said something, and only here.
    rows = session.execute(
        select(
            Inspection.id, Inspection.piece_id, Inspection.number, Inspection.attempt, Inspection.inspected_at,
            Inspection.actor, Inspection.model, Inspection.status, Inspection.grade, Inspection.verdict,
            Inspection.evidence, StandardVersion.document,
        )
        .join(StandardVersion, StandardVersion.id == Inspection.standard_version_id)
        .where(Inspection.piece_id.in_(told))
        .order_by(Inspection.piece_id, Inspection.number)
    )  # fmt: skip
    for row in rows:
        seen = row.evidence["photos"]
        looks[row.piece_id].append(
            Look(
                row.id, row.number, row.attempt, row.inspected_at, row.actor, row.model, row.status, row.grade,
                _standard(row.document), tuple(row.verdict["reasons"]),
                tuple(Shot(position, view, sha256, seen[position]) for position, view, sha256 in shots[row.id]),
                tuple(rulings.get(row.id, ())), tuple(written.get(row.id, ())), row.id in appealed,
                row.id in disagreeing,
            )
        )  # fmt: skip
    for key, piece in pieces.items():
        if key in told:
            yield JudgedPiece(
                key, piece.maker_id, piece.collection_point, piece.sku, piece.registered_at,
                tuple(looks[key]), tuple(again.get(key, ())),
            )  # fmt: skip


def repeated_photos(session: Session, organisation_id: UUID, photos: Sequence[str]) -> set[str]:
    """Which of these photos more than one piece has: nobody knows which of them they show."""
    return set(
        session.scalars(
            select(InspectionPhoto.judged_sha256)
            .join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
            .where(InspectionPhoto.judged_sha256.in_(photos), Inspection.organisation_id == organisation_id)
            .group_by(InspectionPhoto.judged_sha256)
            .having(func.count(Inspection.piece_id.distinct()) > 1)
        )
    )


def _of(column: Any, ids: Sequence[UUID]) -> Any:
    return select(column).where(column.in_(ids))


def _rulings(session: Session, pieces: dict[UUID, Any]) -> dict[UUID, list[Ruled]]:
    rows = session.execute(
        select(Decision.inspection_id, Decision.outcome, Decision.grade, Decision.decided_by, Decision.decided_at)
        .where(Decision.piece_id.in_(pieces))
        .order_by(Decision.decided_at, Decision.number)
    )
    found: dict[UUID, list[Ruled]] = defaultdict(list)
    for inspection, outcome, grade, person, at in rows:
        if person is not None:  # the policy looked at nothing
            found[inspection].append(Ruled(outcome.value, grade, person, at))
    return found


def _written(session: Session, pieces: dict[UUID, Any]) -> dict[UUID, list[Written]]:
    found: dict[UUID, list[Written]] = defaultdict(list)
    rows = select(PhotoLabels).where(PhotoLabels.piece_id.in_(pieces))
    for row in session.scalars(rows.order_by(PhotoLabels.inspection_id, PhotoLabels.position, PhotoLabels.number)):
        findings = tuple(LabelledDefect.model_validate(finding) for finding in row.findings)
        by_chance = row.occasion is LabelOccasion.RANDOM
        found[row.inspection_id].append(
            Written(row.position, row.labelled_by, findings, row.complete, by_chance, row.labelled_at)
        )
    return found


def _again(session: Session, pieces: dict[UUID, Any]) -> dict[UUID, list[Again]]:
    rows = session.execute(
        select(
            Reinspection.piece_id, Reinspection.attempt, Reinspection.inspected_by, Reinspection.defects,
            Reinspection.meets_standard, Reinspection.purpose, Reinspection.closed_at,
        )
        .where(Reinspection.piece_id.in_(pieces), Reinspection.state == ReinspectionState.RECORDED)
        .order_by(Reinspection.sequence)
    )  # fmt: skip
    found: dict[UUID, list[Again]] = defaultdict(list)
    for piece, attempt, person, defects, meets, purpose, at in rows:
        codes = tuple((defect["code"], defect["defect_class"]) for defect in defects)
        found[piece].append(Again(attempt, person, codes, meets, purpose is not Purpose.SCREENING, at))
    return found


def _shots(session: Session, pieces: set[UUID]) -> dict[UUID, list[tuple[int, str | None, str]]]:
    rows = session.execute(
        select(
            InspectionPhoto.inspection_id, InspectionPhoto.position, InspectionPhoto.view, InspectionPhoto.judged_sha256
        )
        .join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
        .where(Inspection.piece_id.in_(pieces))
        .order_by(InspectionPhoto.inspection_id, InspectionPhoto.position)
    )
    found: dict[UUID, list[tuple[int, str | None, str]]] = defaultdict(list)
    for inspection, position, view, sha256 in rows:
        found[inspection].append((position, view, sha256))
    return found


@lru_cache(maxsize=64)
def _standard(document: str) -> ExportStandard:
    return ExportStandard.model_validate_json(document)
