"""The tables of batches, cartons and containers, held against what the chain tells of them: row by row, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from qc.ledger.batch_particulars import PARTICULARS
from qc.ledger.cartons import carton_facts
from qc.ledger.containers import container_facts
from qc.ledger.contents_replay import Place, Told
from qc.ledger.orders import line_facts
from qc.ledger.sealing import contents_sha256
from qc.ledger.states import BatchState, PieceState
from qc.ledger.tables import (
    Batch,
    BatchLine,
    BatchPiece,
    Carton,
    CartonPiece,
    Container,
    Order,
    OrderLine,
    Piece,
)

_AT_A_TIME = 1000


def faults_of_contents(session: Session, organisation_id: UUID, told: Told) -> Iterator[str]:
    """Every row that is not as the chain tells: changed, missing, or one that the chain knows nothing of."""
    yield from _faults_of_orders(session, organisation_id, told)
    yield from _faults_of_batches(session, organisation_id, told)
    yield from _faults_of_facts(
        "carton", told.cartons, {str(x.id): carton_facts(x) for x in _rows(session, Carton, organisation_id)}
    )
    yield from _faults_of_facts(
        "container",
        told.containers,
        {str(x.id): container_facts(x) for x in _rows(session, Container, organisation_id)},
    )
    batched = (
        select(BatchPiece.piece_id, BatchPiece.batch_id, BatchPiece.position)
        .join(Batch, Batch.id == BatchPiece.batch_id)
        .where(Batch.organisation_id == organisation_id)
    )
    yield from _faults_of_places(session, "batch", told.batched, batched)
    packed = (
        select(CartonPiece.piece_id, CartonPiece.carton_id, CartonPiece.position)
        .join(Carton, Carton.id == CartonPiece.carton_id)
        .where(Carton.organisation_id == organisation_id)
    )
    yield from _faults_of_places(session, "carton", told.packed, packed)
    yield from _faults_of_counts(session, organisation_id)


def _faults_of_orders(session: Session, organisation_id: UUID, told: Told) -> Iterator[str]:
    orders = {
        str(x.id): {"po_number": x.po_number, "buyer": x.buyer, "currency": x.currency}
        for x in _rows(session, Order, organisation_id)
    }
    yield from _faults_of_facts("order", told.orders, orders)
    lines = session.scalars(
        select(OrderLine).join(Order, Order.id == OrderLine.order_id).where(Order.organisation_id == organisation_id)
    )
    yield from _faults_of_facts("order line", told.order_lines, {str(line.id): line_facts(line) for line in lines})


def _faults_of_batches(session: Session, organisation_id: UUID, told: Told) -> Iterator[str]:
    found = {str(batch.id): batch for batch in _rows(session, Batch, organisation_id)}
    kept = {key: _batch_facts(batch) for key, batch in found.items()}
    expected = {
        key: {
            **{name: facts[name] for name in ("number", "order", "lines", "documents")},
            "particulars": {name: facts["particulars"].get(name) for name in PARTICULARS},
            "state": "shipped" if facts["shipped"] else "sealed" if facts["sealed"] else "before",
        }
        for key, facts in told.batches.items()
    }
    yield from _faults_of_facts("batch", expected, kept)
    for key, facts in told.batches.items():
        if facts["sealed"] and key in found and contents_sha256(session, found[key]) != facts["sealed"]:
            yield f"batch {facts['number']}: what it holds is not what was sealed"


def _batch_facts(batch: Batch) -> dict[str, Any]:
    late = batch.state in {BatchState.SEALED, BatchState.SHIPPED}
    return {
        "number": batch.number,
        "order": batch.order.po_number if batch.order else None,
        "lines": {line.sku: line.target for line in batch.lines},
        "documents": batch.particulars.get("documents") or [],
        "particulars": {name: batch.particulars.get(name) for name in PARTICULARS},
        "state": str(batch.state) if late else "before",
    }


def _faults_of_facts(noun: str, told: dict[str, dict[str, Any]], kept: dict[str, dict[str, Any]]) -> Iterator[str]:
    for key, facts in told.items():
        row = kept.get(key)
        if row is None:
            yield f"{noun} {key} is missing"
        elif row != facts:
            wrong = ", ".join(sorted(name for name in facts.keys() | row.keys() if facts.get(name) != row.get(name)))
            yield f"{noun} {key}: {wrong} not as the chain tells"
    for key in kept.keys() - told.keys():
        yield f"{noun} {key} is not in the chain"


def _faults_of_places(
    session: Session, noun: str, told: dict[UUID, Place], chosen: Select[UUID, UUID, int]
) -> Iterator[str]:
    seen = 0
    for piece, holder, position in session.execute(chosen.execution_options(yield_per=_AT_A_TIME)):
        place = told.get(piece)
        if place is None:
            yield f"piece {piece} is in {noun} {holder}, the chain knows nothing of it"
            continue
        seen += 1
        if place != (str(holder), position):
            yield f"piece {piece} is at {position} in {noun} {holder}, the chain tells {place[1]} in {place[0]}"
    if seen != len(told):
        there = {row.piece_id for row in session.execute(chosen)}
        for piece in told.keys() - there:
            yield f"piece {piece} is missing in {noun} {told[piece][0]}"


def _faults_of_counts(session: Session, organisation_id: UUID) -> Iterator[str]:
    """Counters and states that repeat what the places say."""
    inside = (
        select(func.count())
        .select_from(BatchPiece)
        .where(BatchPiece.batch_line_id == BatchLine.id, BatchPiece.batch_id == BatchLine.batch_id)
        .scalar_subquery()
    )
    lines = session.execute(
        select(Batch.number, BatchLine.sku, BatchLine.filled, inside)
        .join(Batch, Batch.id == BatchLine.batch_id)
        .where(Batch.organisation_id == organisation_id, BatchLine.filled != inside)
    )
    for number, sku, filled, count in lines:
        yield f"batch {number}: {filled} of {sku} by its counter, {count} are in it"
    lying = select(func.count()).select_from(CartonPiece).where(CartonPiece.carton_id == Carton.id).scalar_subquery()
    for number, pieces, count in session.execute(
        select(Carton.number, Carton.pieces, lying).where(
            Carton.organisation_id == organisation_id, Carton.pieces != lying
        )
    ):
        yield f"carton {number}: {pieces} pieces by its counter, {count} lie in it"
    strayed = session.execute(
        select(Piece.id, Piece.state, BatchPiece.batch_id)
        .outerjoin(BatchPiece, BatchPiece.piece_id == Piece.id)
        .where(
            Piece.organisation_id == organisation_id,
            Piece.state.in_([PieceState.IN_BATCH, PieceState.SHIPPED]) != BatchPiece.batch_id.is_not(None),
        )
    )
    for piece, state, batch in strayed:
        yield f"piece {piece} is {state}, yet {'in batch ' + str(batch) if batch else 'in no batch'}"


def _rows(session: Session, table: Any, organisation_id: UUID) -> Iterator[Any]:
    return iter(session.scalars(select(table).where(table.organisation_id == organisation_id)).unique())
