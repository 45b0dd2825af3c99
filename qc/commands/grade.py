"""`qc grade`: grade photos from the command line, one or ten thousand."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from qc.commands.graded_photos import Graded, find_photos, grade_alone, grade_together, in_order
from qc.errors import BadInput, BadPhoto, Unavailable
from qc.model.approved_store import SampleStore
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.overlay import mark
from qc.model.overlay_words import headline, line
from qc.model.photo import PhotoLimits
from qc.settings import Settings
from qc.standards.library import Library
from qc.standards.vocabulary import Language

ROWS = 40
"""Photos in the table; of more, the rest is counted."""


def grade(
    photos: Annotated[list[Path], typer.Argument(help="Photos, or folders of photos.", show_default=False)],
    standard: Annotated[str, typer.Option(help="Name of the standard that judges.")] = "woven-general",
    piece: Annotated[bool, typer.Option("--piece", help="All photos show one piece.")] = False,
    jsonl: Annotated[Path | None, typer.Option(help="Write a JSON line for each photo; - is standard output.")] = None,
    marked: Annotated[Path | None, typer.Option(help="Folder for the marked photos.")] = None,
    language: Annotated[Language, typer.Option(help="Of table and marked photos.")] = "en",
) -> None:
    """Grade photos. A file that is no photo is named on standard error and the others are graded; exit code 2 then."""
    settings = Settings()
    judge = Library.load(settings.own_standards).named(standard)
    sample = SampleStore(settings.own_standards).of(judge)
    found = find_photos(photos)
    refused = 0
    with ExitStack() as opened:
        grader = opened.enter_context(Grader(Bundle.load(settings.bundle), settings.threads, PhotoLimits.of(settings)))
        lines = _open_lines(jsonl, opened)
        table = _Summary(language)
        if piece:
            results: Iterable[Graded | BadPhoto] = grade_together([path for path, _ in found], grader, judge, sample)
        else:
            work = partial(grade_alone, grader=grader, standard=judge, sample=sample)
            results = (made for _, made in in_order((path for path, _ in found), work, settings.threads))
        names = _Names(marked) if marked else None
        for result, (_, name) in zip(_with_progress(results, len(found)), found, strict=True):
            if isinstance(result, BadPhoto):
                refused += 1
                print(f"qc: {result.detail}", file=sys.stderr)
                continue
            if lines is not None:
                print(json.dumps(result.record(), ensure_ascii=False), file=lines)
            place = names.place(name) if names else None
            if place is not None:
                _write(place, mark(result.photo, result.seen, result.verdict, language))
            table.add(result, place)
    if lines is not sys.stdout:
        table.show()
    if refused:
        raise typer.Exit(2)


def _open_lines(place: Path | None, opened: ExitStack) -> TextIO | None:
    if place is None or str(place) == "-":
        return None if place is None else opened.enter_context(nullcontext(sys.stdout))
    try:
        return opened.enter_context(place.open("w", encoding="utf-8"))
    except OSError as wrong:
        raise BadInput(f"{place} cannot be written: {wrong.strerror}") from wrong


def _write(place: Path, data: bytes) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    except OSError as wrong:
        raise Unavailable(f"{place} cannot be written: {wrong.strerror}; make room or name another folder") from wrong


def _with_progress(results: Iterable[Graded | BadPhoto], total: int) -> Iterator[Graded | BadPhoto]:
    """A progress bar on standard error, where a person looks on and there is something to wait for."""
    console = Console(stderr=True)
    if total < 4 or not console.is_terminal:
        yield from results
        return
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(results, total=total, description="Grading")


class _Names:
    """Where marked photos go: the photo's own name below the folder, numbered where two would collide."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: Counter[Path] = Counter()

    def place(self, name: Path) -> Path:
        wanted = name.with_suffix(".jpg")
        self._used[wanted] += 1
        if (times := self._used[wanted]) > 1:
            wanted = wanted.with_stem(f"{wanted.stem}-{times}")
        return self._folder / wanted


class _Summary:
    """The table for a person: the first photos line by line, all of them counted."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._table = Table("photo", "verdict", "kind", "material", "sees from", "why", box=None, pad_edge=False)
        self._counts: Counter[str] = Counter()

    def add(self, graded: Graded, marked: Path | None) -> None:
        verdict, seen = graded.verdict, graded.seen
        title = headline(verdict, self._language)
        self._counts[title] += 1
        if self._table.row_count >= ROWS:
            return
        why = "; ".join(line(r, 1, self._language) for r in verdict.reasons[:3])
        name = str(graded.path) if marked is None else f"{graded.path} -> {marked}"
        promise = f"{seen.quality.smallest_defect_px:.0f} px"
        self._table.add_row(name, title, seen.kind or "?", seen.material or "?", promise, why)

    def show(self) -> None:
        total = sum(self._counts.values())
        if not total:
            return
        console = Console()
        console.print(self._table)
        if total > ROWS:
            console.print(f"... and {total - ROWS} more")
        if total > 1:
            console.print(f"{total}: " + ", ".join(f"{title} {n}" for title, n in self._counts.most_common()))
