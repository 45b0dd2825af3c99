"""Inspections: each look at a piece, entered once and kept as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import NotFound
from qc.ledger.accounts import Caller
from qc.ledger.events import digest, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.photo_rows import own_photos
from qc.ledger.photos import StoredPhoto
from qc.ledger.states import PieceState
from qc.ledger.tables import Inspection, InspectionPhoto, Photo, Piece, StandardVersion


@dataclass(frozen=True)
class InspectedPhoto:
    """One view with its three pictures, all in the photo store already."""

    view: str | None
    original: StoredPhoto
    judged: StoredPhoto
    marked: StoredPhoto


@dataclass(frozen=True)
class Findings:
    """What an inspection found, JSON-ready."""

    model: str
    status: str
    grade: str | None
    verdict: dict[str, Any]
    evidence: dict[str, Any]
    checks: dict[str, Any]
    fingerprint: str


_STATE_AFTER = {"awaiting_checks": PieceState.AWAITING_CHECKS, "referred": PieceState.REFERRED}


def enter_inspection(
    session: Session,
    caller: Caller,
    piece: Piece,
    standard: StandardVersion,
    findings: Findings,
    photos: Sequence[InspectedPhoto],
) -> Inspection:
    """Enter an inspection of a piece that `pieces.present` gave; the piece's state follows its status."""
    number = last_number(session, piece.id) + 1
    own_photos(session, caller.organisation_id, [stored for x in photos for stored in (x.original, x.judged, x.marked)])
    inspection = Inspection(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        piece=piece,
        number=number,
        attempt=piece.attempt,
        standard=standard,
        model=findings.model,
        status=findings.status,
        grade=findings.grade,
        verdict=findings.verdict,
        checks=findings.checks,
        evidence=findings.evidence,
        fingerprint=findings.fingerprint,
        actor=caller.name,
        inspected_at=now(),
        photos=[
            InspectionPhoto(
                position=position,
                view=photo.view,
                original_sha256=photo.original.sha256,
                judged_sha256=photo.judged.sha256,
                marked_sha256=photo.marked.sha256,
            )
            for position, photo in enumerate(photos)
        ],
        decisions=[],
    )
    session.add(inspection)
    piece.state = _STATE_AFTER.get(findings.status, PieceState.REGISTERED)
    session.flush()
    note(
        session, caller.organisation_id, "piece.inspected", piece.id, caller.name, inspection.inspected_at,
        inspection=str(inspection.id), sha256=fingerprint_of_row(inspection), number=inspection.number,
        attempt=inspection.attempt, status=inspection.status, grade=inspection.grade, model=inspection.model,
        standard=standard.name, standard_version=standard.version, standard_fingerprint=standard.fingerprint,
        photos=[x.original.sha256 for x in photos],
    )  # fmt: skip
    return inspection


def facts_of_row(inspection: Inspection) -> dict[str, Any]:
    """Every field of an inspection and its photos, JSON-ready: what the chain vouches for."""
    return {
        "id": str(inspection.id),
        "piece": str(inspection.piece_id),
        "number": inspection.number,
        "attempt": inspection.attempt,
        "standard": str(inspection.standard_version_id),
        "model": inspection.model,
        "status": inspection.status,
        "grade": inspection.grade,
        "verdict": inspection.verdict,
        "checks": inspection.checks,
        "evidence": inspection.evidence,
        "fingerprint": inspection.fingerprint,
        "actor": inspection.actor,
        "at": rfc3339(inspection.inspected_at),
        "photos": [[x.view, x.original_sha256, x.judged_sha256, x.marked_sha256] for x in inspection.photos],
    }


def fingerprint_of_row(inspection: Inspection) -> str:
    """What the chain remembers of an inspection: the hash of every field of its row and photos."""
    return digest(facts_of_row(inspection))


def same_inspection(session: Session, organisation_id: UUID, piece_id: UUID, fingerprint: str) -> Inspection | None:
    """An inspection of this piece that was asked for in exactly these terms before, if there is one."""
    return session.scalar(
        select(Inspection).where(
            Inspection.organisation_id == organisation_id,
            Inspection.piece_id == piece_id,
            Inspection.fingerprint == fingerprint,
        )
    )


def inspection_of_id(session: Session, organisation_id: UUID, inspection_id: UUID) -> Inspection:
    """The organisation's inspection of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Inspection, organisation_id, inspection_id, "inspection")


def inspections_of(session: Session, piece: Piece) -> list[Inspection]:
    """Every inspection of a piece, first to last."""
    return list(session.scalars(select(Inspection).where(Inspection.piece_id == piece.id).order_by(Inspection.number)))


def last_number(session: Session, piece_id: UUID) -> int:
    """The number of a piece's last inspection; 0 before the first."""
    return session.scalar(select(func.max(Inspection.number)).where(Inspection.piece_id == piece_id)) or 0


def latest_inspection(session: Session, piece_id: UUID) -> Inspection:
    """The last inspection of a piece; a piece is registered by one, so there is always one."""
    return session.scalars(
        select(Inspection).where(Inspection.piece_id == piece_id).order_by(Inspection.number.desc()).limit(1)
    ).one()


def photo_of_sha256(session: Session, organisation_id: UUID, sha256: str) -> Photo:
    """The organisation's photo of that hash.

    Raises:
        NotFound: There is none, or only another organisation has it.
    """
    photo = session.get(Photo, (organisation_id, sha256))
    if photo is None:
        raise NotFound(f"no photo {sha256} in your organisation")
    return photo
