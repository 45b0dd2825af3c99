"""The mat: one table for printer and detector, a PDF of true size that is the same every time."""

from __future__ import annotations

import base64
import re
import zlib
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.measure.layout import MATS_PER_PAPER, Box, MatLayout, Paper, layout_of_marker, mat_layout
from qc.measure.markers import find_mat
from qc.measure.printing import mat_pdf

POINT_MM = 25.4 / 72
BOTH: tuple[Paper, ...] = get_args(Paper)


def boxes(layout: MatLayout) -> list[tuple[str, Box]]:
    quiet = [(f"marker {m.id}", m.box.grown(layout.module_mm)) for m in layout.markers]
    return [
        *quiet,
        ("bar", layout.bar),
        *((f"grey {p.grey}", p.box) for p in layout.patches),
        *((line.text, line.box) for line in layout.lines),
    ]


def content(pdf: bytes) -> str:
    """The page's drawing operators, unpacked."""
    packed = re.search(rb"/ASCII85Decode /FlateDecode.*?stream\r?\n(.*?)endstream", pdf, re.S)
    assert packed is not None
    return zlib.decompress(base64.a85decode(packed[1].strip().removesuffix(b"~>"))).decode()


def drawn(pdf: bytes, layout: MatLayout, per_mm: float) -> NDArray[np.uint8]:
    """Every filled rectangle of the PDF, in the order in which it is painted."""
    page = np.full((round(layout.page.y1 * per_mm), round(layout.page.x1 * per_mm), 3), 255, np.uint8)
    grey, pending = 0.0, []
    for line in (line for line in content(pdf).splitlines() if "BT" not in line):
        for operands, operator in re.findall(r"((?:-?[\d.]+ +)*)(re|f\*?|g|n)(?= |$)", line):
            numbers = [float(v) for v in operands.split()]
            if operator == "g":
                grey = numbers[0]
            elif operator == "re":
                pending.append(numbers)
            elif operator.startswith("f"):
                for x, y, width, height in pending:
                    x0, x1 = (v * POINT_MM * per_mm for v in (x, x + width))
                    y0, y1 = (-v * POINT_MM * per_mm for v in (y + height, y))
                    page[round(y0) : round(y1), round(x0) : round(x1)] = round(255 * grey)
                pending = []
    return page


@pytest.mark.parametrize("paper", BOTH)
def test_nothing_is_printed_on_anything_else_nor_off_the_paper(paper: Paper) -> None:
    layout = mat_layout(paper)
    for (one, a), (other, b) in combinations(boxes(layout), 2):
        gaps = (b.x0 - a.x1, a.x0 - b.x1, b.y0 - a.y1, a.y0 - b.y1)
        assert max(gaps) > -1e-6, f"{one} lies on {other}"
    for name, box in boxes(layout):
        assert min(box.x0, box.y0, layout.page.x1 - box.x1, layout.page.y1 - box.y1) > 0, name


@pytest.mark.parametrize(("paper", "least"), [("A4", 40.0), ("A3", 60.0)])
def test_markers_are_large_and_the_bar_is_100_mm(paper: Paper, least: float) -> None:
    layout = mat_layout(paper)
    assert layout.marker_mm >= least
    assert layout.bar.y1 - layout.bar.y0 == pytest.approx(100)
    assert len(layout.patches) == 6
    assert any("harus 100 mm" in line.text and "must be 100 mm" in line.text for line in layout.lines)


def test_a_marker_belongs_to_one_mat() -> None:
    owners: dict[int, str] = {}
    for paper in BOTH:
        for number in range(1, MATS_PER_PAPER + 1):
            layout = mat_layout(paper, number)
            for marker in layout.markers:
                assert marker.id not in owners
                owners[marker.id] = layout.board_id
                found = layout_of_marker(marker.id)
                assert found is not None
                assert found.board_id == layout.board_id
    assert layout_of_marker(max(owners) + 1) is None


@pytest.mark.parametrize(("paper", "number"), [("A5", 1), ("A4", 0), ("A3", MATS_PER_PAPER + 1)])
def test_a_mat_that_does_not_exist_is_refused(paper: Paper, number: int) -> None:
    with pytest.raises(ValueError, match="paper is A4 or A3"):
        mat_layout(paper, number)


@pytest.mark.parametrize(("paper", "size"), [("A4", (210, 297)), ("A3", (297, 420))])
def test_the_pdf_has_the_size_of_its_paper_and_asks_not_to_be_scaled(paper: Paper, size: tuple[int, int]) -> None:
    pdf = mat_pdf(mat_layout(paper))
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    assert box is not None
    assert [float(v) * POINT_MM for v in box.groups()] == pytest.approx(size, abs=0.01)
    assert b"/PrintScaling /None" in pdf


def test_the_pdf_is_the_same_every_time_and_vectors_only() -> None:
    layout = mat_layout("A3", 7)
    pdf = mat_pdf(layout)
    assert pdf == mat_pdf(layout)
    assert pdf != mat_pdf(mat_layout("A3", 8))
    assert b"/Subtype /Image" not in pdf
    assert re.findall(rb"D:(\d{4})", pdf) == [b"2000", b"2000"]
    for line in layout.lines:
        assert f"({line.text})" in content(pdf)


@pytest.mark.parametrize("paper", BOTH)
def test_what_is_printed_is_what_is_looked_for(paper: Paper) -> None:
    layout = mat_layout(paper, 12)
    found = find_mat(drawn(mat_pdf(layout), layout, per_mm=4))
    assert found.layout is layout
    assert len(found.marker_ids) == 4
    np.testing.assert_allclose((found.image_px + 0.5) / 4, found.mat_mm, atol=0.15)
