from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from qc.manifest.as_pdf import write_pdf
from qc.manifest.manifest import Manifest
from tests.manifest.made import made


def pages(manifest: Manifest) -> list[str]:
    out = io.BytesIO()
    write_pdf(manifest, out)
    return [page.extract_text() for page in PdfReader(out).pages]


def test_the_list_says_what_a_packing_list_must() -> None:
    (text,) = pages(made(100))
    for wanted in (
        "PACKING LIST", "Demo Buyer Inc.", "PO-2026-11", "WB-WH-01", "Waste basket, water hyacinth and mendong",
        "OOLU1234560", "seal SL-560", "000000095212340001", "C-0003 (3/3)", "3 cartons", "100 pieces", "54.00", "64.50",
        "2.894", "USD 573.00", "page 1 of 1", "a" * 64,
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "NOT FINAL" not in text


@pytest.mark.parametrize("count", [0, 840, 880, 920, 4_000])
def test_pages_are_counted_as_they_are_printed(count: int) -> None:
    printed = pages(made(count))
    assert all(f"page {n} of {len(printed)}" in text for n, text in enumerate(printed, start=1))
    assert all("Gross kg" in text for text in printed)
    assert f"{count:,} pieces" in printed[-1]


def test_a_batch_that_is_not_sealed_is_marked() -> None:
    assert "NOT FINAL: the batch is open" in pages(made(10, status="open", sealed_at=None, shipped_at=None))[0]


def test_letters_that_the_font_lacks_do_not_stop_the_printer() -> None:
    (text,) = pages(made(10, buyer="Größe & 編み物 " + "x" * 300))
    assert "Größe & ???" in text
    assert "…" in text


def test_what_people_wrote_is_printed_as_they_wrote_it() -> None:
    written = r"a) Tj ET (b\) <b>&lt;{0}%s"
    line = made(10).head.lines[0].model_copy(update={"sku": written[:18], "description_en": written})
    maker = made(10).head.manufacturer.model_copy(update={"name": written})
    paper = made(10, number=written, buyer=written, po_number=written, exporter="x", lines=(line,), manufacturer=maker)
    out = io.BytesIO()
    write_pdf(paper, out)
    reader = PdfReader(out)
    (text,) = [page.extract_text() for page in reader.pages]
    assert text.count(written) == 6, "head and foot, buyer, order, manufacturer, description"
    assert reader.metadata is not None
    assert reader.metadata.title == f"Packing list {written}"


def test_the_same_batch_gives_the_same_bytes() -> None:
    once, again = io.BytesIO(), io.BytesIO()
    write_pdf(made(100), once)
    write_pdf(made(100), again)
    assert once.getvalue() == again.getvalue()
