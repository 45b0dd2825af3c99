"""Purchase orders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Time
from qc.ledger.tables import Order


class OrderLineOut(BaseModel):
    """A SKU of an order."""

    sku: str
    description: str
    quantity: int
    unit_price: str = Field(description="Exact decimal.", examples=["5.73"])
    customs: dict[str, Any] = Field(description="Species, harvest country, kg a piece, tariff numbers.")


class OrderOut(BaseModel):
    """A purchase order."""

    id: UUID
    po_number: str
    buyer: str
    currency: str
    created_at: Time
    lines: list[OrderLineOut]

    @classmethod
    def of(cls, order: Order) -> OrderOut:
        """From the ledger's row."""
        return cls(
            id=order.id,
            po_number=order.po_number,
            buyer=order.buyer,
            currency=order.currency,
            created_at=order.created_at,
            lines=[
                OrderLineOut(
                    sku=line.sku,
                    description=line.description,
                    quantity=line.quantity,
                    unit_price=format(line.unit_price, "f"),
                    customs=line.customs,
                )
                for line in order.lines
            ],
        )


class OrderList(BaseModel):
    """All purchase orders, newest first."""

    items: list[OrderOut]
