"""A batch that never was, for tests of how manifests are written: any number of cartons and pieces, no ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from qc.manifest.manifest import (
    AqlClass,
    Carton,
    Chain,
    Container,
    Document,
    Head,
    Lot,
    Manifest,
    Manufacturer,
    Material,
    Missing,
    Packed,
    Piece,
    SkuLine,
    StandardUsed,
    Totals,
    WoodPackaging,
)

SKU, PER_CARTON = "WB-WH-01", 40
BEGUN = datetime(2026, 11, 24, 3, 2, 11, 123000, tzinfo=UTC)
PLACE, BATCH, ORDER = (UUID(int=n) for n in (7, 8, 9))
GTIN = "09521234543213"


def made(
    count: int = 100, *, gtin: str | None = None, sscc: bool = True, cartons: bool = True, **head: Any
) -> Manifest:
    """A sealed batch of `count` pieces, forty to a carton, two containers."""
    boxes = -(-count // PER_CARTON) if cartons else 0

    def pieces() -> Iterator[Piece]:
        return (piece(n, cartons) for n in range(1, count + 1))

    def packed() -> Iterator[Carton]:
        return (carton(n, boxes, count, sscc) for n in range(1, boxes + 1))

    return Manifest(whole(count, boxes, gtin, **head), packed, pieces)


def piece(n: int, in_carton: bool = True) -> Piece:
    return Piece(
        position=n,
        piece_id=UUID(int=n << 64),
        tag=f"GK2509{n:05}",
        sku=SKU,
        grade="A",
        attempt=1,
        collection_point="BTL-1",
        collection_point_id=PLACE,
        registered_at=BEGUN + timedelta(seconds=n),
        accepted_at=BEGUN + timedelta(seconds=n + 60),
        inspection_id=UUID(int=(n << 64) + 1),
        standard="waste-basket-water-hyacinth 1",
        model="anyaman-0.1.0",
        carton_no=f"C-{-(-n // PER_CARTON):04}" if in_carton else None,
    )


def carton(n: int, of_total: int, count: int, sscc: bool) -> Carton:
    inside = range((n - 1) * PER_CARTON + 1, min(n * PER_CARTON, count) + 1)
    return Carton(
        carton_id=UUID(int=n << 32),
        carton_no=f"C-{n:04}",
        position=n,
        of_total=of_total,
        sscc=f"{95212340000 + n:018}" if sscc else None,
        container=("OOLU1234560", "CSQU3054383")[n % 2],
        skus={SKU: len(inside)},
        qty=len(inside),
        gross_kg=Decimal("21.50"),
        net_kg=Decimal("18.00"),
        l_cm=Decimal(120),
        w_cm=Decimal(80),
        h_cm=Decimal("100.5"),
        cbm=Decimal("0.9648"),
        desiccant_g=Decimal(200),
        moisture_pct_at_pack=Decimal("11.5"),
        packed_at=BEGUN + timedelta(hours=3, seconds=n),
        contents=tuple(Packed(piece_id=UUID(int=k << 64), tag=f"GK2509{k:05}", sku=SKU) for k in inside),
    )


def whole(count: int, boxes: int, gtin: str | None, **other: Any) -> Head:
    plant = Material(
        species="Pontederia crassipes", name_id="eceng gondok", harvest_country="ID", kg_per_piece=Decimal("0.35"),
        wild=True, kg_total=Decimal("0.35") * count,
    )  # fmt: skip
    line = SkuLine(
        sku=SKU, buyer_item_no="88-1201", gtin=gtin, description_en="Waste basket, water hyacinth and mendong",
        description_id="Keranjang sampah eceng gondok", hs6="460219", hts10="4602191800", origin="ID",
        materials=(plant,), quantity=count, pieces=count, unit_price=Decimal("5.73"), currency="USD",
        amount=Decimal("5.73") * count, grades={"A": count},
    )  # fmt: skip
    lot = Lot(
        number=4, sku=SKU, size=count, standard="ISO 2859-1:1999", level="II", seed="5eed", content_sha256="c" * 64,
        classes=(AqlClass(name="major", aql=2.5, severity="normal", letter="M", n=315, ac=14, re=15, found=3),),
        sampled_piece_ids=(UUID(int=1 << 64),), state="accepted", decided_at=BEGUN,
    )  # fmt: skip
    fields: dict[str, Any] = {
        "batch_id": BATCH,
        "number": "2026-11-A",
        "status": "shipped",
        "opened_at": BEGUN,
        "sealed_at": BEGUN + timedelta(days=2),
        "shipped_at": BEGUN + timedelta(days=3),
        "exporter": "Anyaman Demo",
        "order_id": ORDER,
        "po_number": "PO-2026-11",
        "buyer": "Demo Buyer Inc.",
        "lines": (line,),
        "standards": (
            StandardUsed(name="waste-basket-water-hyacinth", version=1, fingerprint="f" * 64, pieces=count),
        ),
        "grade_counts": {"A": count},
        "lots": (lot,),
        "missing": (Missing(code="carton.desiccant_g", detail="1 of 3 cartons lack desiccant", subjects=("C-0001",)),),
        "containers": tuple(
            Container(
                number=number, type="40HC", seal_no=f"SL-{number[-3:]}", stuffing_location="Triwidadi, Bantul",
                stuffing_time=BEGUN + timedelta(days=1), consolidator="PT Demo Logistik", tare_kg=Decimal(3900),
                vgm_kg=Decimal("9120.5"), cartons=boxes // 2,
            )
            for number in ("OOLU1234560", "CSQU3054383")
        ),
        "documents": (Document(type="invoice", number="INV-77", date="2026-11-26", uri=None, sha256=None),),
        "manufacturer": Manufacturer(name="Anyaman Demo", address="Triwidadi, Pajangan, Bantul", mid="IDANYDEM1BAN"),
        "wood_packaging": WoodPackaging(used=False, ippc_marks=()),
        "totals": Totals(
            cartons=boxes, pieces=count, pieces_packed=count if boxes else 0, net_kg=Decimal(18) * boxes,
            gross_kg=Decimal("21.5") * boxes, cbm=Decimal("0.9648") * boxes,
        ),
        "hash_chain": Chain(sequence=99, hash="a" * 64),
    }  # fmt: skip
    return Head.model_validate(fields | other)
