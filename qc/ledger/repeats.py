"""Photos that another piece has already: the same bytes, or so alike that an inspector may have taken one piece twice.

Likenesses are kept in eight bands of 15 bits. Two that differ in at most seven bits agree in a whole band, so eight
lookups in an index find every one of them, on either database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from qc.ledger.inspections import InspectedPhoto
from qc.ledger.tables import Inspection, InspectionPhoto, Likeness
from qc.standards.reasons import Parameter, Reason, RuleId

BANDS = 8
BAND_BITS = 15
FARTHEST = BANDS - 1
"""Bits of difference up to which the bands find every likeness."""
RULES: tuple[RuleId, RuleId] = ("doubt.same_photo", "doubt.repeated_photo")
_MOST = 1000
"""Likenesses of one band that are compared, the newest: a bound on the work where all photos look alike."""


@dataclass(frozen=True)
class Repeat:
    """A photo of this inspection that another piece has.

    Attributes:
        position: of the photo, among those of the inspection.
        piece_id: the other piece.
        distance: bits in which the likenesses differ; 0 where the bytes are the same.
        identical: whether the bytes are the same, of the original or the judged image.
    """

    position: int
    piece_id: UUID
    distance: int
    identical: bool


def repeats(
    session: Session,
    organisation_id: UUID,
    piece_id: UUID,
    photos: Sequence[InspectedPhoto],
    likenesses: Sequence[int | None],
    nearest: int,
) -> list[Repeat]:
    """Photos that another piece of the organisation has, each once, with the piece that comes nearest.

    Args:
        session: Any session; under the organisation's lock where two phones may send at once.
        organisation_id: Whose pieces.
        piece_id: The piece on the table; its own photos are no repeats.
        photos: Of this inspection.
        likenesses: As many; None for a photo without contrast.
        nearest: Bits of difference up to which two photos are taken for one, 0 to 7.
    """
    found = []
    for position, (photo, bits) in enumerate(zip(photos, likenesses, strict=True)):
        repeat = _identical(session, organisation_id, piece_id, position, photo)
        if repeat is None and bits is not None:
            repeat = _alike(session, organisation_id, piece_id, position, bits, min(nearest, FARTHEST))
        if repeat is not None:
            found.append(repeat)
    return found


def doubts_of(found: Sequence[Repeat], photos: Sequence[InspectedPhoto], nearest: int) -> list[Reason]:
    """Repeats as doubts of a verdict, each naming the other piece."""
    return [_doubt(repeat, photos[repeat.position], nearest) for repeat in found]


def doubts_kept(verdict: Mapping[str, Any]) -> list[Reason]:
    """The doubts of this kind in a verdict that was entered: they stand when its evidence is judged again."""
    return [Reason.model_validate(reason) for reason in verdict["reasons"] if reason["rule"] in RULES]


def _doubt(repeat: Repeat, photo: InspectedPhoto, nearest: int) -> Reason:
    params: dict[str, Parameter] = {"piece": str(repeat.piece_id)}
    if not repeat.identical:
        params |= {"distance": repeat.distance, "nearest": nearest}
    return Reason.model_validate(
        {
            "rule": RULES[0 if repeat.identical else 1],
            "view": photo.view,
            "photo": photo.judged.sha256,
            "params": params,
        }
    )


def remember_likenesses(session: Session, inspection: Inspection, likenesses: Sequence[int | None]) -> None:
    """Keep the likenesses of an inspection's photos, so that later pieces are compared with them."""
    session.add_all(
        Likeness(
            inspection_id=inspection.id,
            position=position,
            organisation_id=inspection.organisation_id,
            piece_id=inspection.piece_id,
            bits=f"{bits:030x}",
            **{f"band_{n}": band for n, band in enumerate(_bands(bits))},
        )
        for position, bits in enumerate(likenesses)
        if bits is not None
    )


def _identical(
    session: Session, organisation_id: UUID, piece_id: UUID, position: int, photo: InspectedPhoto
) -> Repeat | None:
    same = session.scalar(
        select(Inspection.piece_id)
        .join(InspectionPhoto, InspectionPhoto.inspection_id == Inspection.id)
        .where(
            or_(
                InspectionPhoto.original_sha256 == photo.original.sha256,
                InspectionPhoto.judged_sha256 == photo.judged.sha256,
            ),
            Inspection.organisation_id == organisation_id,
            Inspection.piece_id != piece_id,
        )
        .order_by(Inspection.inspected_at, Inspection.id)
        .limit(1)
    )
    return None if same is None else Repeat(position, same, 0, identical=True)


def _alike(
    session: Session, organisation_id: UUID, piece_id: UUID, position: int, bits: int, nearest: int
) -> Repeat | None:
    best: tuple[int, UUID] | None = None
    for n, band in enumerate(_bands(bits)):
        # One index at a time: an OR over eight of them makes planners give up on all.
        rows = session.execute(
            select(Likeness.bits, Likeness.piece_id)
            .where(
                Likeness.organisation_id == organisation_id,
                getattr(Likeness, f"band_{n}") == band,
                Likeness.piece_id != piece_id,
            )
            .order_by(Likeness.inspection_id.desc())
            .limit(_MOST)
        )
        for text, other in rows:
            apart = (int(text, 16) ^ bits).bit_count()
            if apart <= nearest and (best is None or (apart, other) < best):
                best = apart, other
    return None if best is None else Repeat(position, best[1], best[0], identical=False)


def _bands(bits: int) -> list[int]:
    return [bits >> (BAND_BITS * n) & ((1 << BAND_BITS) - 1) for n in range(BANDS)]
