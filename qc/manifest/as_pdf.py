"""A manifest as a packing list to print: A4, SKUs and cartons with weights and volumes, totals, page x of y."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from qc.manifest.manifest import Carton, Head, Manifest

WIDTH, HEIGHT = landscape(A4)
MARGIN = 14 * mm
ROW = 5.4 * mm
FOOT = 14 * mm
BODY, BOLD = "Helvetica", "Helvetica-Bold"
BROWN, GREY, PALE = HexColor("#5b3a1e"), HexColor("#666666"), HexColor("#f4f1ea")
_CLOSED = frozenset({"sealed", "shipped"})


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in mm, and whether it holds numbers."""

    title: str
    width: float
    number: bool = False


SKUS = (
    Column("SKU", 40), Column("Description", 92), Column("HS", 20), Column("HTS", 27), Column("Origin", 16),
    Column("Pieces", 20, number=True), Column("Unit price", 26, number=True), Column("Amount", 28, number=True),
)  # fmt: skip
CARTONS = (
    Column("Carton", 30), Column("SSCC", 40), Column("Container", 27), Column("Contents", 68),
    Column("Pieces", 15, number=True), Column("Net kg", 19, number=True), Column("Gross kg", 19, number=True),
    Column("L x W x H cm", 33, number=True), Column("m³", 18, number=True),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the list. `weight` is how it stands out: plain, heading or total."""

    columns: Sequence[Column]
    cells: Sequence[str]
    weight: str = "plain"


def write_pdf(manifest: Manifest, out: BinaryIO) -> None:
    """Write the packing list. The same batch gives the same bytes."""
    sheet = _Sheet(manifest.head, out)
    for row in _rows(manifest):
        sheet.add(row)
    sheet.close()


def _rows(manifest: Manifest) -> Iterator[Row]:
    """As many as `_count` says."""
    head = manifest.head
    yield Row(SKUS, [column.title for column in SKUS], "heading")
    for line in head.lines:
        yield Row(
            SKUS,
            [
                line.sku, line.description_en or line.description_id or "", line.hs6 or "", line.hts10 or "",
                line.origin or "", f"{line.pieces:,}", _money(line.unit_price, line.currency),
                _money(line.amount, line.currency),
            ],
        )  # fmt: skip
    yield Row((), ())
    yield Row(CARTONS, [column.title for column in CARTONS], "heading")
    for carton in manifest.cartons():
        yield _carton_row(carton)
    totals = head.totals
    yield Row(
        CARTONS,
        [
            f"{totals.cartons:,} cartons", "", "", f"{totals.pieces:,} pieces in all", f"{totals.pieces_packed:,}",
            _exact(totals.net_kg, 2), _exact(totals.gross_kg, 2), "", _exact(totals.cbm, 3),
        ],
        "total",
    )  # fmt: skip


def _count(head: Head) -> int:
    return 1 + len(head.lines) + 1 + 1 + head.totals.cartons + 1


def _carton_row(carton: Carton) -> Row:
    contents = ", ".join(f"{sku} x {pieces}" for sku, pieces in carton.skus.items())
    sides = [carton.l_cm, carton.w_cm, carton.h_cm]
    size = "" if None in sides else " x ".join(_exact(side, 1) for side in sides)
    return Row(
        CARTONS,
        [
            f"{carton.carton_no} ({carton.position}/{carton.of_total})", carton.sscc or "", carton.container or "",
            contents, f"{carton.qty:,}", _exact(carton.net_kg, 2), _exact(carton.gross_kg, 2), size,
            _exact(carton.cbm, 3),
        ],
    )  # fmt: skip


class _Sheet:
    """Pages, filled from the top."""

    def __init__(self, head: Head, out: BinaryIO) -> None:
        self._head = head
        self._canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
        self._canvas.setTitle(f"Packing list {head.number}")
        self._canvas.setCreator("Anyaman QC")
        self._page = 1
        self._y = self._letterhead()
        first, other = self._room(self._y), self._room(HEIGHT - MARGIN - ROW)
        self._pages = 1 + max(0, -(-(_count(head) - first) // other))
        self._heading: Row | None = None

    @staticmethod
    def _room(y: float) -> int:
        return int((y - FOOT) // ROW)

    def add(self, row: Row) -> None:
        """The next row, on a further page where this one is full."""
        if self._room(self._y) < 1:
            self._turn()
        if row.weight == "heading":
            self._heading = row
        self._draw(row, self._y)
        self._y -= ROW

    def close(self) -> None:
        """End the last page."""
        self._foot()
        self._canvas.save()

    def _turn(self) -> None:
        self._foot()
        self._canvas.showPage()
        self._page += 1
        self._y = HEIGHT - MARGIN
        if self._heading is not None:  # a reader of page 7 sees what the columns are
            self._draw(self._heading, self._y)
        self._y -= ROW

    def _draw(self, row: Row, y: float) -> None:
        x = MARGIN
        if row.weight != "plain":
            self._canvas.setFillColor(PALE)
            self._canvas.rect(MARGIN, y - ROW + 1, WIDTH - 2 * MARGIN, ROW, stroke=0, fill=1)
        self._canvas.setFillColor(BROWN if row.weight == "heading" else HexColor("#000000"))
        font = BODY if row.weight == "plain" else BOLD
        for column, cell in zip(row.columns, row.cells, strict=True):
            wide = column.width * mm
            text = _fitting(cell, font, 8.5, wide - 2 * mm)
            self._canvas.setFont(font, 8.5)
            if column.number:
                self._canvas.drawRightString(x + wide - 1 * mm, y - ROW + 5, text)
            else:
                self._canvas.drawString(x + 1 * mm, y - ROW + 5, text)
            x += wide

    def _letterhead(self) -> float:
        """Title and the facts of the shipment. Returns the height at which rows begin."""
        head, canvas = self._head, self._canvas
        y = HEIGHT - MARGIN
        canvas.setFillColor(BROWN)
        canvas.setFont(BOLD, 20)
        canvas.drawString(MARGIN, y - 16, "PACKING LIST")
        canvas.setFont(BOLD, 12)
        state = "" if head.status in _CLOSED else f"   -   NOT FINAL: the batch is {head.status}"
        canvas.drawRightString(WIDTH - MARGIN, y - 14, _plain(f"Batch {head.number}{state}"))
        y -= 12 * mm
        left, right = _facts(head)
        for column, facts in ((MARGIN, left), (WIDTH / 2, right)):
            for number, (name, value) in enumerate(facts):
                at = y - number * 4.8 * mm
                canvas.setFillColor(GREY)
                canvas.setFont(BODY, 8)
                canvas.drawString(column, at, name)
                canvas.setFillColor(HexColor("#000000"))
                canvas.setFont(BOLD, 9)
                canvas.drawString(column + 30 * mm, at, _fitting(value, BOLD, 9, WIDTH / 2 - MARGIN - 32 * mm))
        return y - max(len(left), len(right)) * 4.8 * mm - 2 * mm

    def _foot(self) -> None:
        canvas, chain = self._canvas, self._head.hash_chain
        canvas.setFont(BODY, 7)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, 8 * mm, f"Ledger event {chain.sequence}, sha256 {chain.hash}")
        canvas.drawRightString(
            WIDTH - MARGIN, 8 * mm, _plain(f"Batch {self._head.number} - page {self._page} of {self._pages}")
        )


def _facts(head: Head) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What stands at the top, left and right."""
    made = ", ".join(filter(None, (head.manufacturer.name or head.exporter, head.manufacturer.address)))
    wood = {None: "not stated", False: "none", True: "yes, ISPM 15: " + ", ".join(head.wood_packaging.ippc_marks)}
    origins = sorted({line.origin for line in head.lines if line.origin})
    left = [
        ("Exporter", head.exporter), ("Manufacturer", made), ("Buyer", head.buyer or "-"),
        ("Purchase order", head.po_number or "-"), ("Country of origin", ", ".join(origins) or "-"),
    ]  # fmt: skip
    sealed = head.sealed_at.strftime("%Y-%m-%d %H:%M UTC") if head.sealed_at else "-"
    right = [("Sealed", sealed), ("Wood packaging", wood[head.wood_packaging.used])]
    right += [
        ("Container", f"{x.number or '-'}  {x.type or ''}  seal {x.seal_no or '-'}  ({x.cartons:,} cartons)")
        for x in head.containers[:8]
    ] or [("Container", "-")]
    papers = ", ".join(f"{x.type} {x.number}" for x in head.documents if x.number)
    return left, [*right, ("Documents", papers or "-")]


def _exact(value: Decimal | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def _money(value: Decimal | None, currency: str | None) -> str:
    if value is None:
        return ""
    whole = value == value.to_integral_value()
    return f"{currency or ''} {value:,.{0 if whole and currency == 'IDR' else 2}f}".strip()


def _plain(text: str) -> str:
    """A text in the letters that the printer's own fonts have."""
    return text.encode("cp1252", "replace").decode("cp1252")


def _fitting(text: str, font: str, size: float, width: float) -> str:
    """A text cut to a width in points, with an ellipsis where it was cut."""
    text = _plain(text)
    if stringWidth(text, font, size) <= width:
        return text
    while text and stringWidth(text + "…", font, size) > width:
        text = text[:-1]
    return text.rstrip() + "…"
