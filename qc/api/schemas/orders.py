"""Purchase orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.corrections import CorrectionIn
from qc.api.schemas.words import Amount, Incoming, Name, Time
from qc.ledger.orders import NewOrderLine
from qc.ledger.tables import Order, OrderLine

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1, two letters.")]
ShortText = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


class MaterialIn(Incoming):
    """A plant that the product is made of, as the Lacey declaration asks for it."""

    species: ShortText | None = Field(default=None, examples=["Pontederia crassipes"])
    name_id: ShortText | None = Field(default=None, examples=["eceng gondok"])
    harvest_country: Country | None = Field(default=None, examples=["ID"])
    kg_per_piece: Amount | None = Field(default=None, examples=["0.85"])
    wild: bool | None = Field(default=None, description="Gathered wild rather than grown.")


class CustomsIn(Incoming):
    """What customs ask of a product, as data. Whatever is not known yet may come later."""

    buyer_item_no: ShortText | None = None
    gtin: Annotated[str, Field(pattern=r"^[0-9]{8}([0-9]{4,6})?$")] | None = None
    description_id: ShortText | None = Field(default=None, description="In Bahasa Indonesia.")
    hs6: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = Field(default=None, examples=["460219"])
    hts10: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = Field(
        default=None, description="The importer's broker decides it.", examples=["4602191800"]
    )
    origin: Country | None = Field(default=None, examples=["ID"])
    materials: list[MaterialIn] | None = Field(default=None, max_length=20)


class OrderLineIn(Incoming):
    """A SKU to order."""

    sku: Name = Field(examples=["WB-WH-01"])
    quantity: Annotated[int, Field(ge=1, le=10_000_000)]
    unit_price: Amount = Field(description="Exact decimal, in the order's currency.", examples=["5.73"])
    description: ShortText | None = Field(default=None, description="In English, as it stands on the invoice.")
    customs: CustomsIn = CustomsIn()

    def line(self) -> NewOrderLine:
        """As the ledger takes it."""
        return NewOrderLine(
            sku=self.sku,
            quantity=self.quantity,
            unit_price=Decimal(self.unit_price),
            description=self.description or "",
            customs=self.customs.model_dump(exclude_unset=True),
        )


class OrderIn(Incoming):
    """A purchase order to enter."""

    po_number: Name = Field(examples=["PO-2026-001"])
    buyer: ShortText
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")] = Field(examples=["USD"])
    lines: list[OrderLineIn] = Field(min_length=1, max_length=500, description="Each SKU once.")


class OrderLineCorrection(CorrectionIn):
    """What a line says from now on; what is left out stays."""

    sku: Name = Field(description="Which line.")
    unit_price: Amount | None = None
    description: ShortText | None = None
    customs: CustomsIn | None = None

    def changes(self) -> dict[str, Any]:
        """As the ledger takes them."""
        given: dict[str, Any] = self.customs.model_dump(exclude_unset=True) if self.customs else {}
        if self.unit_price is not None:
            given["unit_price"] = Decimal(self.unit_price)
        if self.description is not None:
            given["description"] = self.description
        return given


class OrderLineOut(BaseModel):
    """A SKU of an order."""

    sku: str
    description: str
    quantity: int
    unit_price: str = Field(description="Exact decimal.", examples=["5.73"])
    customs: dict[str, Any] = Field(description="Species, harvest country, kg a piece, tariff numbers.")

    @classmethod
    def of(cls, line: OrderLine) -> OrderLineOut:
        """From the ledger's row."""
        return cls(
            sku=line.sku,
            description=line.description,
            quantity=line.quantity,
            unit_price=format(line.unit_price, "f"),
            customs=line.customs,
        )


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
            lines=[OrderLineOut.of(line) for line in order.lines],
        )


class OrderList(BaseModel):
    """A page of purchase orders, newest first."""

    items: list[OrderOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")
