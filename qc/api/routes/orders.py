"""Purchase orders: entered once, their lines supplied and corrected, read."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Cursor, Limit, write_cursor
from qc.api.problems import BODY, answers
from qc.api.schemas.orders import OrderIn, OrderLineCorrection, OrderList, OrderOut
from qc.api.security import CanReadOrders, CanWriteOrders, speaks_for
from qc.ledger import orders

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.post(
    "",
    status_code=201,
    response_model=OrderOut,
    responses=answers(errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def create_order(request: Request, body: OrderIn, caller: CanWriteOrders, key: KeyHeader = None) -> Response:
    """Enter a purchase order. Customs data may come later; what is missing is listed before a batch is sealed."""

    def work(session: Session) -> tuple[int, OrderOut, str]:
        lines = [line.line() for line in body.lines]
        order = orders.create_order(session, caller, body.po_number, body.buyer, body.currency, lines)
        return 201, OrderOut.of(order), f"/v1/orders/{order.id}"

    return carry_out_once(request, caller, key, body, work)


@router.get("", responses=answers())
def list_orders(caller: CanReadOrders, station: StationDep, before: Cursor, limit: Limit = 50) -> OrderList:
    """Purchase orders, newest first."""
    with station.database.read() as session:
        page = orders.list_orders(session, caller.organisation_id, limit, before)
        return OrderList(items=[OrderOut.of(order) for order in page.rows], next=write_cursor(page.next))


@router.get("/{order_id}", response_model=OrderOut, responses=tagged_answers(errors.NotFound))
def get_order(request: Request, order_id: UUID, caller: CanReadOrders, station: StationDep) -> Response:
    """A purchase order with its lines."""
    with station.database.read() as session:
        return tagged(request, OrderOut.of(orders.order_of_id(session, caller.organisation_id, order_id)))


@router.patch(
    "/{order_id}/lines",
    response_model=OrderOut,
    responses=answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def correct_line(
    request: Request,
    order_id: UUID,
    body: OrderLineCorrection,
    caller: CanWriteOrders,
    key: KeyHeader = None,
) -> Response:
    """Supply or correct price, description or customs data of a line, with who and why. Its quantity stands.

    Refused once a batch with this line is sealed.
    """
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, OrderOut, None]:
        order = orders.order_of_id(session, caller.organisation_id, order_id)
        orders.correct_line(session, caller, order, body.sku, body.changes(), body.correction())
        return 200, OrderOut.of(order), None

    return carry_out_once(request, caller, key, body, work)
