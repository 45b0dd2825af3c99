"""What `qc grade` tells a person, in a narrow and in a wide terminal and where there is none."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from qc.commands.grade_summary import ROWS, GradeSummary
from qc.standards.evidence import PhotoEvidence
from qc.standards.library import Library
from qc.standards.verdict import Verdict, apply
from tests.examiner import ColourExaminer
from tests.pictures import HOLED, jpeg

PHOTO = "/photos/of/inspectors/photos/2026-11-24/[old] collection point BTL-1/basket 0012.jpg"
MARKED = Path("/photos/of/inspectors/marked/2026-11-24/collection point BTL-1/basket 0012.jpg")


@pytest.fixture(scope="module")
def graded() -> tuple[PhotoEvidence, Verdict]:
    """A photo with a hole, and what the shipped standard says of it."""
    evidence = ColourExaminer().examine_piece([(jpeg(HOLED), None)])
    return evidence.photos[0], apply(Library.load().named("woven-general"), evidence, {})


def told(graded: tuple[PhotoEvidence, Verdict], width: int, terminal: bool, photos: int = 2) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=terminal, color_system=None, legacy_windows=False)
    summary = GradeSummary("en", console)
    for _ in range(photos):
        summary.add(PHOTO, *graded, MARKED)
    summary.show()
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [20, 80, 200])
@pytest.mark.parametrize("terminal", [True, False])
def test_no_path_is_cut_or_broken(graded: tuple[PhotoEvidence, Verdict], width: int, terminal: bool) -> None:
    text = told(graded, width, terminal)
    assert text.count(PHOTO) == 2
    assert text.count(f"marked: {MARKED}\n") == 2
    assert text.splitlines()[-1].startswith("2: ")


def test_a_table_is_for_a_terminal_that_has_room(graded: tuple[PhotoEvidence, Verdict]) -> None:
    assert "sees from  why" in told(graded, 200, True)
    assert "sees from  why" not in told(graded, 80, True)
    assert "sees from  why" not in told(graded, 200, False)


def test_of_very_many_the_rest_is_counted(graded: tuple[PhotoEvidence, Verdict]) -> None:
    text = told(graded, 200, False, ROWS + 2)
    assert text.count(PHOTO) == text.count(f"marked: {MARKED}") == ROWS
    assert "... and 2 more\n" in text
    assert text.splitlines()[-1].startswith(f"{ROWS + 2}: ")


def test_of_nothing_nothing_is_said(graded: tuple[PhotoEvidence, Verdict]) -> None:
    assert told(graded, 80, True, 0) == ""
