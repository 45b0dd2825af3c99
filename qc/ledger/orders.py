"""Purchase orders and their SKU lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.tables import Order, OrderLine


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
        BadRequest: It has no line.
        Conflict: The number is taken.
    """
    if not lines:
        raise BadRequest("an order needs at least one SKU line")
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
        lines=[{"sku": x.sku, "quantity": x.quantity, "unit_price": format(x.unit_price, "f")} for x in lines],
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


def orders_of(session: Session, organisation_id: UUID) -> list[Order]:
    """All orders of an organisation, newest first."""
    return list(
        session.scalars(
            select(Order)
            .where(Order.organisation_id == organisation_id)
            .order_by(Order.created_at.desc(), Order.id.desc())
            .options(selectinload(Order.lines))
        )
    )
