"""Cartons and pieces of a batch for its manifest: read a page at a time by key, never as one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.ledger.tables import BatchPiece, Carton, CartonPiece, CollectionPoint, Inspection, Piece, StandardVersion
from qc.manifest import manifest as written

_PIECES = 1000
_CARTONS = 50


def pieces(session: Session, batch_id: UUID) -> Iterator[written.Piece]:
    """The batch's pieces in the order of their positions."""
    after = 0
    while page := _page_of_pieces(session, batch_id, after):
        judged = _judged(session, [row.id for row in page])
        for row in page:
            inspection = judged.get(row.id)
            yield written.Piece(
                position=row.position,
                piece_id=row.id,
                tag=row.tag,
                sku=row.sku,
                grade=row.grade,
                attempt=row.attempt,
                collection_point=row.point,
                collection_point_id=row.collection_point_id,
                registered_at=row.registered_at,
                accepted_at=row.accepted_at,
                inspection_id=inspection.id if inspection else None,
                standard=f"{inspection.name} {inspection.version}" if inspection else None,
                model=inspection.model if inspection else None,
                carton_no=row.carton_no,
            )
        after = page[-1].position


def _page_of_pieces(session: Session, batch_id: UUID, after: int) -> Sequence[Any]:
    return session.execute(
        select(
            BatchPiece.position, Piece.id, Piece.tag, Piece.sku, Piece.grade, Piece.attempt, Piece.registered_at,
            Piece.accepted_at, Piece.collection_point_id, CollectionPoint.code.label("point"),
            Carton.number.label("carton_no"),
        )
        .join(Piece, Piece.id == BatchPiece.piece_id)
        .join(CollectionPoint, CollectionPoint.id == Piece.collection_point_id)
        .outerjoin(CartonPiece, CartonPiece.piece_id == Piece.id)
        .outerjoin(Carton, Carton.id == CartonPiece.carton_id)
        .where(BatchPiece.batch_id == batch_id, BatchPiece.position > after)
        .order_by(BatchPiece.position)
        .limit(_PIECES)
    ).all()  # fmt: skip


def _judged(session: Session, piece_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The last inspection of each piece: an accepted piece was accepted on its last."""
    rows = session.execute(
        select(Inspection.piece_id, Inspection.id, Inspection.model, StandardVersion.name, StandardVersion.version)
        .join(StandardVersion, StandardVersion.id == Inspection.standard_version_id)
        .where(Inspection.piece_id.in_(piece_ids))
        .order_by(Inspection.number)
    )
    return {row.piece_id: row for row in rows}


def cartons(session: Session, batch_id: UUID) -> Iterator[written.Carton]:
    """The batch's cartons in the order of their positions, each with its pieces in the order of packing."""
    total = session.scalar(select(func.count()).select_from(Carton).where(Carton.batch_id == batch_id)) or 0
    for page in carton_pages(session, batch_id):
        inside = _inside(session, [carton.id for carton in page])
        for carton in page:
            packed = inside.get(carton.id, [])
            yield written.Carton(
                carton_id=carton.id,
                carton_no=carton.number,
                position=carton.position,
                of_total=total,
                sscc=carton.sscc,
                container=carton.container.number if carton.container else None,
                skus=dict(sorted(Counter(piece.sku or "" for piece in packed).items())),
                qty=len(packed),
                gross_kg=carton.gross_kg,
                net_kg=carton.net_kg,
                l_cm=carton.length_cm,
                w_cm=carton.width_cm,
                h_cm=carton.height_cm,
                cbm=carton.cbm,
                desiccant_g=carton.desiccant_g,
                moisture_pct_at_pack=carton.moisture_pct,
                packed_at=max((piece.packed_at for piece in packed), default=None),
                contents=tuple(written.Packed(piece_id=x.piece_id, tag=x.tag, sku=x.sku) for x in packed),
            )


def carton_pages(session: Session, batch_id: UUID) -> Iterator[Sequence[Carton]]:
    """The batch's cartons, some at a time; the session keeps none that nobody else holds."""
    after = 0
    while page := session.scalars(
        select(Carton)
        .where(Carton.batch_id == batch_id, Carton.position > after)
        .order_by(Carton.position)
        .limit(_CARTONS)
    ).all():
        yield page
        after = page[-1].position


def _inside(session: Session, carton_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    rows = session.execute(
        select(CartonPiece.carton_id, CartonPiece.piece_id, CartonPiece.packed_at, Piece.tag, Piece.sku)
        .join(Piece, Piece.id == CartonPiece.piece_id)
        .where(CartonPiece.carton_id.in_(carton_ids))
        .order_by(CartonPiece.carton_id, CartonPiece.position)
    )
    inside: dict[UUID, list[Any]] = {}
    for row in rows:
        inside.setdefault(row.carton_id, []).append(row)
    return inside
