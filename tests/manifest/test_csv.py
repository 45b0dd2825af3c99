from __future__ import annotations

import csv
import io

import pytest

from qc.manifest.as_csv import write_csv
from qc.manifest.cells import PIECES, harmless
from qc.manifest.manifest import Manifest
from tests.manifest.made import made, piece


def written(manifest: Manifest) -> str:
    out = io.BytesIO()
    write_csv(manifest, out)
    return out.getvalue().decode("utf-8")


def test_there_is_a_row_for_each_piece_under_the_heading() -> None:
    text = written(made(1201))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == PIECES
    assert [row[PIECES.index("position")] for row in rows[1:]] == [str(n) for n in range(1, 1202)]
    assert {len(row) for row in rows} == {len(PIECES)}
    assert text.count("\r\n") == 1202


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "＝1+1", '=HYPERLINK("http://x","y")', "\n=1"],
)
def test_no_cell_can_be_taken_for_a_formula(text: str) -> None:
    wicked = Manifest(made(1).head, lambda: iter(()), lambda: iter([piece(1).model_copy(update={"tag": text})]))
    row = list(csv.reader(io.StringIO(written(wicked), newline="")))[1]
    assert row[PIECES.index("tag")] == f"'{text}"


@pytest.mark.parametrize("text", ["GK-2509", 'Café, "best"', "1-2", "a=b", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
