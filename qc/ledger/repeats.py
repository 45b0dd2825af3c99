"""Photos that another piece has already: the same bytes, or so alike that an inspector may have taken one piece twice.

Likenesses are kept in eight bands of 15 bits. Two that differ in at most seven bits agree in a whole band, so eight
lookups in an index find every one of them, on either database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select, union_all
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
    alike = _alike(session, organisation_id, piece_id, likenesses, min(nearest, FARTHEST))
    found = alike | _identical(session, organisation_id, piece_id, photos)
    return [found[position] for position in sorted(found)]


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
    session: Session, organisation_id: UUID, piece_id: UUID, photos: Sequence[InspectedPhoto]
) -> dict[int, Repeat]:
    """Photos whose bytes another piece has, by position; of several pieces the first that had them."""
    rows = session.execute(
        select(InspectionPhoto.original_sha256, InspectionPhoto.judged_sha256, Inspection.piece_id)
        .join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
        .where(
            or_(
                InspectionPhoto.original_sha256.in_([photo.original.sha256 for photo in photos]),
                InspectionPhoto.judged_sha256.in_([photo.judged.sha256 for photo in photos]),
            ),
            Inspection.organisation_id == organisation_id,
            Inspection.piece_id != piece_id,
        )
        .order_by(Inspection.inspected_at.desc(), Inspection.id.desc())
    )
    holders: dict[str, UUID] = {}
    for original, judged, other in rows:
        holders |= {f"o{original}": other, f"j{judged}": other}
    found = {}
    for position, photo in enumerate(photos):
        holder = holders.get(f"o{photo.original.sha256}") or holders.get(f"j{photo.judged.sha256}")
        if holder is not None:
            found[position] = Repeat(position, holder, 0, identical=True)
    return found


def _alike(
    session: Session, organisation_id: UUID, piece_id: UUID, likenesses: Sequence[int | None], nearest: int
) -> dict[int, Repeat]:
    """Photos that look like one of another piece, by position; of several the one that comes nearest."""
    looks = {position: bits for position, bits in enumerate(likenesses) if bits is not None}
    if not looks:
        return {}
    bands = zip(*(_bands(bits) for bits in looks.values()), strict=True)
    asked = {f"values_{n}": sorted(set(values)) for n, values in enumerate(bands)}
    known = session.execute(_IN_A_BAND, {"organisation": organisation_id, "piece": piece_id, **asked})
    found: dict[int, Repeat] = {}
    for text, other in {(text, other) for text, other in known}:
        for position, bits in looks.items():
            apart = (int(text, 16) ^ bits).bit_count()
            best = found.get(position)
            if apart <= nearest and (best is None or (apart, other) < (best.distance, best.piece_id)):
                found[position] = Repeat(position, other, apart, identical=False)
    return found


def _in_one_band(n: int) -> Select[str, UUID]:
    newest = (
        select(Likeness.bits, Likeness.piece_id)
        .where(
            Likeness.organisation_id == bindparam("organisation"),
            getattr(Likeness, f"band_{n}").in_(bindparam(f"values_{n}", expanding=True)),
            Likeness.piece_id != bindparam("piece"),
        )
        .order_by(Likeness.inspection_id.desc())
        .limit(_MOST)
        .subquery()
    )
    return select(newest.c.bits, newest.c.piece_id)


_IN_A_BAND = union_all(*(_in_one_band(n) for n in range(BANDS)))
"""One statement for all photos of an inspection and all bands, each by its index. It is asked under the organisation's
lock, so it must be quick: an OR over the bands makes planners give up on every index."""


def _bands(bits: int) -> list[int]:
    return [bits >> (BAND_BITS * n) & ((1 << BAND_BITS) - 1) for n in range(BANDS)]
