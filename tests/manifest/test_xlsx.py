"""The workbook is read back as what it is: XML in a ZIP archive (ECMA-376)."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from qc.manifest.as_xlsx import write_xlsx
from qc.manifest.manifest import Manifest
from tests.manifest.made import made, piece

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(manifest: Manifest, **more: int) -> dict[str, list[list[str | None]]]:
    """Cells by sheet name and row, formulas marked as such."""
    out = io.BytesIO()
    write_xlsx(manifest, out, **more)
    with zipfile.ZipFile(out) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in book.iter(f"{MAIN}sheet")]
        return {
            name: [
                [_value(cell) for cell in row.iter(f"{MAIN}c")]
                for row in ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{n}.xml")).iter(f"{MAIN}row")
            ]
            for n, name in enumerate(names, start=1)
        }


def _value(cell: ElementTree.Element) -> str | None:
    if cell.find(f"{MAIN}f") is not None:
        return "FORMULA"
    return "".join(cell.itertext()) or None


def test_every_sheet_is_there_with_its_rows() -> None:
    found = sheets(made(100))
    assert list(found) == ["Batch", "SKUs", "Materials", "Containers", "Cartons", "Pieces"]
    assert [len(found[name]) - 1 for name in ("SKUs", "Materials", "Containers", "Cartons", "Pieces")] == [
        1, 1, 2, 3, 100,
    ]  # fmt: skip
    assert found["SKUs"][1][:2] == ["WB-WH-01", "Waste basket, water hyacinth and mendong"]
    assert "5.73" in found["SKUs"][1]
    assert ["chain_sequence", "99"] in found["Batch"]


def test_rows_beyond_a_sheets_limit_go_onto_the_next() -> None:
    found = sheets(made(25), rows=11)
    pieces = [found[name] for name in ("Pieces", "Pieces 2", "Pieces 3")]
    assert [len(rows) for rows in pieces] == [11, 11, 6]
    assert len({tuple(rows[0]) for rows in pieces}) == 1
    assert [row[2] for rows in pieces for row in rows[1:]] == [str(n) for n in range(1, 26)]


def test_no_text_becomes_a_formula_a_link_or_a_number() -> None:
    for text in ("=1+1", "{=1+1}", "http://example.org", "0123", "-5"):
        wicked = Manifest(made(1).head, lambda: iter(()), lambda t=text: iter([piece(1).model_copy(update={"tag": t})]))  # type: ignore[misc]
        assert sheets(wicked)["Pieces"][1][4] == text
