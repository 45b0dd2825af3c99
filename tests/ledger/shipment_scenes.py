"""Short ways to say in a test: a shipment on its way, with something of everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import move_piece, remove_piece
from qc.ledger.batch_particulars import describe_batch
from qc.ledger.batches import hold_batch, open_batch
from qc.ledger.carton_contents import pack, unpack
from qc.ledger.cartons import Gs1, Measures, close_carton, hold_carton, open_carton
from qc.ledger.containers import enter_container, hold_container
from qc.ledger.corrections import Correction
from qc.ledger.loading import cartons_called, load
from qc.ledger.orders import NewOrderLine, create_order
from qc.ledger.pieces import piece_of_id
from qc.ledger.preflight import what_is_missing
from qc.ledger.sealing import seal_batch
from tests.ledger.scenes import SKU, accept_new

WHY = Correction("shipper-1", "counted again")
GS1 = Gs1("9521234")
MEASURES = Measures(Decimal("14.2"), Decimal("12.75"), Decimal(60), Decimal(40), Decimal("50.5"))


@dataclass(frozen=True)
class Shipment:
    """Two batches of one order. The first holds three pieces, two in its first carton; the second holds one."""

    first: UUID
    second: UUID
    pieces: list[UUID]
    carton: UUID
    empty: UUID
    container: UUID


def a_shipment(session: Session, caller: Caller) -> Shipment:
    order = create_order(session, caller, "PO-1", "Buyer", "USD", [NewOrderLine(SKU, 100, Decimal("5.73"))])
    first = open_batch(session, caller, "B-1", [], order)
    second = open_batch(session, caller, "B-2", [], order)
    pieces = [accept_new(session, caller) for _ in range(5)]
    move_piece(session, caller, piece_of_id(session, caller.organisation_id, pieces[3]), second, WHY)
    remove_piece(session, caller, piece_of_id(session, caller.organisation_id, pieces[4]), WHY)
    describe_batch(session, caller, first, {"wood_packaging": {"used": False, "ippc_marks": []}})
    carton = open_carton(session, caller, first, measures=MEASURES, gs1=GS1)
    empty = open_carton(session, caller, first)
    pack(session, caller, hold_carton(session, caller, carton.id), pieces[:3])
    unpack(session, caller, hold_carton(session, caller, carton.id), pieces[2:3], WHY)
    close_carton(session, caller, hold_carton(session, caller, carton.id))
    container = enter_container(session, caller, "CSQU3054383", {"type": "40HC"})
    load(session, caller, hold_container(session, caller, container.id), cartons_called(session, caller, [carton.id]))
    return Shipment(first.id, second.id, pieces, carton.id, empty.id, container.id)


def seal(session: Session, caller: Caller, batch_id: UUID) -> None:
    """Seal a batch, waiving all that can be waived."""
    batch = hold_batch(session, caller, batch_id)
    waived = {gap.code: "a trial" for gap in what_is_missing(session, batch)}
    seal_batch(session, caller, batch, "shipper-1", waived)
