"""`qc ledger verify` finds any changed, missing or reordered row of orders, batches, cartons and containers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.states import BatchState, CartonState, PieceState
from qc.ledger.tables import Batch, BatchLine, BatchPiece, Carton, CartonPiece, Container, Order, OrderLine, Piece
from tests.ledger.scenes import faults
from tests.ledger.shipment_scenes import Shipment, a_shipment, seal


@pytest.fixture
def shipment(database: Database, caller: Caller) -> Shipment:
    with database.write() as session:
        return a_shipment(session, caller)


def test_an_untouched_shipment_has_no_fault(database: Database, caller: Caller, shipment: Shipment) -> None:
    assert faults(database) == []
    with database.write() as session:
        seal(session, caller, shipment.first)
    assert faults(database) == []


def _swap(session: Session, table: Any, holder: Any) -> None:
    """Exchange the first two positions, by way of one that is free."""
    keys = session.execute(select(table.piece_id, table.position).where(holder).order_by(table.position).limit(2)).all()
    (one, first), (two, second) = keys
    for piece, position in ((one, 999), (two, first), (one, second)):
        session.execute(update(table).where(table.piece_id == piece).values(position=position))


TAMPERINGS: dict[str, Callable[[Session, Shipment], Any]] = {
    "price of an order": lambda s, x: s.execute(update(OrderLine).values(unit_price=Decimal("0.01"))),
    "customs of an order": lambda s, x: s.execute(update(OrderLine).values(customs={"hs6": "000000"})),
    "buyer of an order": lambda s, x: s.execute(update(Order).values(buyer="Somebody else")),
    "number of a batch": lambda s, x: s.execute(update(Batch).where(Batch.id == x.first).values(number="B-9")),
    "target of a batch": lambda s, x: s.execute(update(BatchLine).values(target=101)),
    "counter of a batch": lambda s, x: s.execute(update(BatchLine).values(filled=BatchLine.filled + 1)),
    "particulars of a batch": lambda s, x: s.execute(update(Batch).values(particulars={})),
    "sealed in silence": lambda s, x: s.execute(update(Batch).values(state=BatchState.SEALED)),
    "piece gone from its batch": lambda s, x: s.execute(delete(BatchPiece).where(BatchPiece.piece_id == x.pieces[3])),
    "piece in another batch": lambda s, x: s.execute(
        update(BatchPiece).where(BatchPiece.piece_id == x.pieces[2]).values(batch_id=x.second, position=77)
    ),
    "pieces of a batch reordered": lambda s, x: _swap(s, BatchPiece, BatchPiece.batch_id == x.first),
    "pieces of a carton reordered": lambda s, x: _swap(s, CartonPiece, CartonPiece.carton_id == x.carton),
    "piece gone from its carton": lambda s, x: s.execute(
        delete(CartonPiece).where(CartonPiece.piece_id == x.pieces[0])
    ),
    "piece in another carton": lambda s, x: s.execute(
        update(CartonPiece).where(CartonPiece.piece_id == x.pieces[0]).values(carton_id=x.empty)
    ),
    "weight of a carton": lambda s, x: s.execute(update(Carton).values(gross_kg=Decimal(99))),
    "sscc of a carton": lambda s, x: s.execute(update(Carton).where(Carton.id == x.carton).values(sscc="0" * 18)),
    "carton opened in silence": lambda s, x: s.execute(update(Carton).values(state=CartonState.OPEN)),
    "carton unloaded in silence": lambda s, x: s.execute(update(Carton).values(container_id=None)),
    "carton deleted": lambda s, x: s.execute(delete(Carton).where(Carton.id == x.empty)),
    "counter of a carton": lambda s, x: s.execute(update(Carton).values(pieces=Carton.pieces + 1)),
    "seal of a container": lambda s, x: s.execute(update(Container).values(seal_no="S-1")),
    "state of a piece": lambda s, x: s.execute(
        update(Piece).where(Piece.id == x.pieces[0]).values(state=PieceState.ACCEPTED)
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_with_a_shipment_shows(database: Database, shipment: Shipment, what: str) -> None:
    with database.write() as session:
        TAMPERINGS[what](session, shipment)
    assert faults(database) != []
