"""`qc tags`: numbered QR tags to print beforehand and tie to pieces."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated

import segno
import typer
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from qc.errors import BadRequest

COLUMNS, ROWS = 4, 7
MARGIN = 10 * mm
CODE = 26 * mm
"""Side of a QR code: read at arm's length by a cheap camera."""
DIGITS = 6


def tags(
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many tags.")] = COLUMNS * ROWS,
    start: Annotated[int, typer.Option(min=1, help="Number of the first one: go on where the last print ended.")] = 1,
    prefix: Annotated[str, typer.Option(help="Before the number, such as the collection point's code.")] = "T",
    out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("tags.pdf"),
) -> None:
    """Print numbered QR tags on A4. Each number is for one piece, once: a tag used twice is a conflict."""
    if not prefix.isalnum() or not prefix.isascii() or len(prefix) > 12:
        raise BadRequest(f"got the prefix {prefix!r}; wanted 1 to 12 letters and digits")
    if start + count > 10**DIGITS:
        raise BadRequest(f"tags end at {10**DIGITS - 1}; got {start + count - 1}: choose another prefix and start at 1")
    names = tag_names(prefix, start, count)
    out.write_bytes(tags_pdf(names))
    typer.echo(f"{out}: {count} tags, {names[0]} to {names[-1]}. Print at 100 %. Next time: --start {start + count}")


def tag_names(prefix: str, start: int, count: int) -> list[str]:
    """The tags' texts, such as T-000001."""
    return [f"{prefix}-{number:0{DIGITS}d}" for number in range(start, start + count)]


def tags_pdf(names: list[str]) -> bytes:
    """A PDF of the tags, 28 on a page: a QR code with the same text below it, and lines to cut along."""
    pdf = io.BytesIO()
    canvas = Canvas(pdf, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle("Anyaman QC tags")
    wide, high = (A4[0] - 2 * MARGIN) / COLUMNS, (A4[1] - 2 * MARGIN) / ROWS
    for place, name in enumerate(names):
        row, column = divmod(place % (COLUMNS * ROWS), COLUMNS)
        if place and row == column == 0:
            canvas.showPage()
        _tag(canvas, name, MARGIN + column * wide, A4[1] - MARGIN - (row + 1) * high, wide, high)
    canvas.save()
    return pdf.getvalue()


def _tag(canvas: Canvas, name: str, left: float, bottom: float, wide: float, high: float) -> None:
    canvas.setStrokeGray(0.75)
    canvas.setLineWidth(0.3)
    canvas.rect(left, bottom, wide, high, stroke=1, fill=0)
    cells = [list(row) for row in segno.make(name, error="m", micro=False).matrix_iter(border=2)]
    cell = CODE / len(cells)
    x, y = left + (wide - CODE) / 2, bottom + (high + CODE) / 2 + 2 * mm
    path = canvas.beginPath()  # one path: cells drawn one by one would show hairline seams
    for row, line in enumerate(cells):
        for column, dark in enumerate(line):
            if dark:
                path.rect(x + column * cell, y - (row + 1) * cell, cell, cell)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawCentredString(left + wide / 2, bottom + 3 * mm, name)
