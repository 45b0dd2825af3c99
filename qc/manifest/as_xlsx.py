"""A manifest as an Excel workbook, written row by row: a sheet each for batch, SKUs, materials, cartons and pieces.

XlsxWriter's constant-memory mode keeps one row at a time and writes texts in place, so a million pieces need no more
memory than a hundred. Texts are written as texts and never as formulas, links or numbers.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qc.manifest import cells
from qc.manifest.cells import Value
from qc.manifest.manifest import Manifest

ROWS = 1_048_576
"""Rows of a sheet, by Excel's own limit; what is beyond goes onto a further sheet."""
_FIRST_WIDE = 38
_WIDE = 18


class _Book:
    """The workbook with its few formats."""

    def __init__(self, folder: Path, rows: int, created: datetime) -> None:
        self.path = folder / "manifest.xlsx"
        self._book = xlsxwriter.Workbook(self.path, {"constant_memory": True, "tmpdir": str(folder)})
        self._book.set_properties({"created": created})  # not now: the same batch gives the same bytes
        self._bold: Format = self._book.add_format({"bold": True, "bottom": 1})
        self._time: Format = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._exact: Format = self._book.add_format({"num_format": "0.00##########"})
        self._rows = rows

    def sheet(self, name: str, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """A sheet of rows under a heading, and as many further ones as its length needs."""
        sheet, number, row = self._begin(name, heading), 1, 0
        for values in rows:
            row += 1
            if row == self._rows:
                number += 1
                sheet, row = self._begin(f"{name} {number}", heading), 1
            for column, value in enumerate(values):
                self._write(sheet, row, column, value)

    def _begin(self, name: str, heading: Sequence[str]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, len(heading) - 1, _WIDE)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(heading):
            if title.endswith("_id"):
                sheet.set_column(column, column, _FIRST_WIDE)
            sheet.write_string(0, column, title, self._bold)
        return sheet

    def _write(self, sheet: Worksheet, row: int, column: int, value: Value) -> None:
        if value is None:
            return
        if isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self._time)
        elif isinstance(value, Decimal):
            sheet.write_number(row, column, value, self._exact)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif isinstance(value, UUID):
            sheet.write_string(row, column, str(value))
        else:
            sheet.write_string(row, column, value)

    def close(self) -> None:
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(f"the workbook could not be written: {error}") from error


def write_xlsx(manifest: Manifest, out: BinaryIO, rows: int = ROWS) -> None:
    """Write the workbook.

    Args:
        manifest: What to write.
        out: Where to.
        rows: Most rows of a sheet, heading included.

    Raises:
        OSError: There is no room for it.
    """
    head = manifest.head
    with tempfile.TemporaryDirectory() as folder:  # rows wait in files there, and none of them stays
        book = _Book(Path(folder), rows, head.opened_at)
        book.sheet("Batch", ("field", "value"), cells.fact_rows(head))
        book.sheet("SKUs", cells.LINES, cells.line_rows(head))
        book.sheet("Materials", cells.MATERIALS, cells.material_rows(head))
        book.sheet("Containers", cells.CONTAINERS, cells.container_rows(head))
        book.sheet("Cartons", cells.CARTONS, (cells.carton_row(carton) for carton in manifest.cartons()))
        book.sheet("Pieces", cells.PIECES, (cells.piece_row(head, piece) for piece in manifest.pieces()))
        book.close()
        with book.path.open("rb") as written:
            shutil.copyfileobj(written, out)
