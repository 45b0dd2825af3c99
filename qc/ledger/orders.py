"""Purchase orders and their SKU lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.corrections import Correction
from qc.ledger.events import lock_chain, note, now
from qc.ledger.ids import uuid7
from qc.ledger.owned import owned
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.states import BatchState
from qc.ledger.tables import Batch, BatchLine, Order, OrderLine


@dataclass(frozen=True)
class NewOrderLine:
    """One SKU to order.

    Attributes:
        sku: the exporter's code of the product, the one that its standard names.
        quantity: pieces.
        unit_price: exact, in the order's currency.
        description: in English, as it stands on the invoice.
        customs: what customs and the Lacey declaration ask, as data; any of it may come later or never:
            `buyer_item_no`, `gtin`, `description_id`, `hs6` (6 digits), `hts10` (10 digits), `origin` (ISO 3166-1),
            `materials`: a list of `species` (scientific name), `name_id` (common name), `harvest_country`,
            `kg_per_piece` (decimal as text), `wild` (gathered wild rather than grown).
    """

    sku: str
    quantity: int
    unit_price: Decimal
    description: str = ""
    customs: dict[str, Any] = field(default_factory=dict)


def create_order(
    session: Session, caller: Caller, po_number: str, buyer: str, currency: str, lines: Sequence[NewOrderLine]
) -> Order:
    """Enter a purchase order.

    Raises:
        BadRequest: It has no line, or a SKU twice.
        Conflict: The number is taken.
    """
    if not lines:
        raise BadRequest("an order needs at least one SKU line")
    if len({line.sku for line in lines}) != len(lines):
        raise BadRequest("an order names each SKU once: add the quantities of lines with the same SKU")
    lock_chain(session, caller.organisation_id)
    if find_order(session, caller.organisation_id, po_number) is not None:
        raise Conflict(f"there is an order {po_number!r} already; orders are entered once")
    order = Order(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        po_number=po_number,
        buyer=buyer,
        currency=currency,
        created_at=now(),
        lines=[
            OrderLine(
                id=uuid7(),
                position=position,
                sku=line.sku,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                customs=line.customs,
            )
            for position, line in enumerate(lines, start=1)
        ],
    )
    session.add(order)
    note(
        session, caller.organisation_id, "order.created", order.id, caller.name, order.created_at,
        po_number=po_number, currency=currency,
        buyer=buyer, lines=[line_facts(line) for line in order.lines],
    )  # fmt: skip
    session.flush()
    return order


def find_order(session: Session, organisation_id: UUID, po_number: str) -> Order | None:
    """The organisation's order of that number, if there is one."""
    return session.scalar(
        select(Order)
        .where(Order.organisation_id == organisation_id, Order.po_number == po_number)
        .options(selectinload(Order.lines))
    )


def order_called(session: Session, organisation_id: UUID, po_number: str) -> Order:
    """The organisation's order of that number.

    Raises:
        NotFound: There is none.
    """
    order = find_order(session, organisation_id, po_number)
    if order is None:
        raise NotFound(f"no order {po_number!r} in your organisation")
    return order


def order_of_id(session: Session, organisation_id: UUID, order_id: UUID) -> Order:
    """The organisation's order of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Order, organisation_id, order_id, "order", options=(selectinload(Order.lines),))


def list_orders(session: Session, organisation_id: UUID, limit: int, before: Position | None = None) -> Page[Order]:
    """Orders, newest first, a page at a time."""
    chosen = select(Order).where(Order.organisation_id == organisation_id).options(selectinload(Order.lines))
    return newest_first(session, chosen, Order.created_at, Order.id, limit, before)


def correct_line(
    session: Session, caller: Caller, order: Order, sku: str, changes: Mapping[str, Any], why: Correction
) -> OrderLine:
    """Supply or correct what an order's line says beside its quantity: price, description, customs data.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        order: Which.
        sku: Which line.
        changes: `unit_price`, `description`, or any of the customs data, by name; others stay.
        why: Who corrects, and why.

    Raises:
        Conflict: A batch with this line is sealed: what its manifest says stands.
        NotFound: The order has no such line.
    """
    lock_chain(session, caller.organisation_id)
    line = session.scalar(
        select(OrderLine)
        .where(OrderLine.order_id == order.id, OrderLine.sku == sku)
        .execution_options(populate_existing=True)
    )
    if line is None:
        raise NotFound(f"order {order.po_number} has no line for {sku}")
    sealed = session.scalar(
        select(Batch.number)
        .join(BatchLine, BatchLine.batch_id == Batch.id)
        .where(BatchLine.order_line_id == line.id, Batch.state.in_([BatchState.SEALED, BatchState.SHIPPED]))
        .limit(1)
    )
    if sealed is not None:
        raise Conflict(f"batch {sealed} is sealed with this line: what its manifest says stands", batch=sealed)
    before = line_facts(line)
    own = {name: changes[name] for name in ("unit_price", "description") if name in changes}
    for name, value in own.items():
        setattr(line, name, value)
    line.customs = {**line.customs, **{name: value for name, value in changes.items() if name not in own}}
    session.flush()
    note(
        session, caller.organisation_id, "order.line_corrected", order.id, caller.name, now(),
        po_number=order.po_number, before=before, line=line_facts(line),
        reason=why.reason, decided_by=why.decided_by,
    )  # fmt: skip
    return line


def line_facts(line: OrderLine) -> dict[str, Any]:
    """What the chain remembers of an order's line: every column of it."""
    return {
        "id": str(line.id),
        "position": line.position,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit_price": format(line.unit_price, "f"),
        "description": line.description,
        "customs": line.customs,
    }
