"""The measuring mat as a PDF: vectors only, the same bytes for the same mat."""

from __future__ import annotations

import io

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from qc.measure.layout import MODULES, VERSION, Line, MatLayout, marker_cells


def mat_pdf(layout: MatLayout) -> bytes:
    """The bytes of a one-page PDF of `layout`, at true size.

    The document asks viewers not to scale it when printing (`/PrintScaling /None`); many printers' own software still
    does, hence the bar to put a ruler on.
    """
    out = io.BytesIO()
    size = (layout.page.x1 * mm, layout.page.y1 * mm)
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=1, lang="id")
    canvas.setTitle(f"Anyaman QC {layout.board_id} v{VERSION}")
    canvas.setAuthor("Anyaman QC")
    canvas.setSubject("alas ukur / measuring mat")
    canvas.setViewerPreference("PrintScaling", "None")
    canvas.translate(0, size[1])  # from here on: the layout's axes, y down, by negating y
    _markers(canvas, layout)
    _bar(canvas, layout)
    for patch in layout.patches:
        canvas.setFillGray(patch.grey)
        box = patch.box
        canvas.rect(box.x0 * mm, -box.y1 * mm, (box.x1 - box.x0) * mm, (box.y1 - box.y0) * mm, stroke=0, fill=1)
    for line in layout.lines:
        _line(canvas, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _markers(canvas: Canvas, layout: MatLayout) -> None:
    """Black squares, then each marker's white cells as one path: cells drawn one by one would show hairline seams."""
    cell = layout.module_mm * mm
    for marker in layout.markers:
        left, top = marker.box.x0 * mm, -marker.box.y0 * mm
        canvas.setFillGray(0)
        canvas.rect(left, top - MODULES * cell, MODULES * cell, MODULES * cell, stroke=0, fill=1)
        path = canvas.beginPath()
        for row, cells in enumerate(marker_cells(marker.id)):
            for column in cells.nonzero()[0].tolist():
                path.rect(left + column * cell, top - (row + 1) * cell, cell, cell)
        canvas.setFillGray(1)
        canvas.drawPath(path, stroke=0, fill=1)


def _bar(canvas: Canvas, layout: MatLayout) -> None:
    """An I of hairlines: its outer ends are 100 mm apart, to the middle of the end strokes."""
    box = layout.bar
    middle = (box.x0 + box.x1) / 2
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.25 * mm)
    canvas.line(middle * mm, -box.y0 * mm, middle * mm, -box.y1 * mm)
    for y in (box.y0, box.y1):
        canvas.line(box.x0 * mm, -y * mm, box.x1 * mm, -y * mm)


def _line(canvas: Canvas, line: Line) -> None:
    box = line.box
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.setFont("Helvetica-Bold" if line.bold else "Helvetica", line.points)
    if line.upward:
        canvas.translate(box.x1 * mm, -(box.y0 + box.y1) / 2 * mm)
        canvas.rotate(90)
    else:
        canvas.translate((box.x0 + box.x1) / 2 * mm, -box.y1 * mm)
    canvas.drawCentredString(0, 0.3 * line.points, line.text)
    canvas.restoreState()
