"""Purchase orders, to read; they are entered by `qc order`."""

from __future__ import annotations

from fastapi import APIRouter

from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.schemas.orders import OrderList, OrderOut
from qc.api.security import CanReadOrders
from qc.ledger.orders import orders_of

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.get("", responses=answers())
def list_orders(caller: CanReadOrders, station: StationDep) -> OrderList:
    """All purchase orders, newest first."""
    with station.database.read() as session:
        return OrderList(items=[OrderOut.of(order) for order in orders_of(session, caller.organisation_id)])
