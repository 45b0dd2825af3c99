"""`qc grade`: grade photos from the command line, one or ten thousand."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated, TextIO

import typer

from qc.bulk.pool import grade_each
from qc.bulk.progress import with_progress
from qc.bulk.references import PhotoRef, find_photos
from qc.bulk.shard import Grading
from qc.commands.grade_summary import GradeSummary
from qc.commands.graded_photos import grade_together
from qc.errors import BadInput, Unavailable
from qc.model.bundle import Bundle
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library
from qc.standards.vocabulary import Language


def grade(
    photos: Annotated[list[Path], typer.Argument(help="Photos, or folders of photos.", show_default=False)],
    standard: Annotated[str, typer.Option(help="Name of the standard that judges.")] = "woven-general",
    piece: Annotated[bool, typer.Option("--piece", help="All photos show one piece.")] = False,
    jsonl: Annotated[Path | None, typer.Option(help="Write a JSON line for each photo; - is standard output.")] = None,
    marked: Annotated[Path | None, typer.Option(help="Folder for the marked photos.")] = None,
    language: Annotated[Language, typer.Option(help="Of verdicts and marked photos.")] = "en",
) -> None:
    """Grade photos. A file that is no photo is named on standard error and the others are graded; exit code 2 then."""
    settings = Settings()
    judge = Library.load(settings.own_standards).named(standard)
    found = find_photos(photos)
    grading = Grading.by(Bundle.load(bundle_in_force(settings)), judge, settings, language if marked else None)
    asked, threads = [PhotoRef.of(path) for path, _ in found], settings.threads
    refused = 0
    with ExitStack() as opened:
        lines = _open_lines(jsonl, opened)
        summary = GradeSummary(language)
        rows = grade_together(asked, grading, threads) if piece else grade_each(asked, grading, threads)
        names = _Names(marked) if marked else None
        for row, (_, name) in zip(with_progress(rows, len(found)), found, strict=True):
            if row.seen is None or row.verdict is None:
                refused += 1
                print(f"qc: {row.failure.detail if row.failure else row.photo}", file=sys.stderr)
                continue
            if lines is not None:
                print(json.dumps(row.record(), ensure_ascii=False), file=lines)
            place = names.place(name) if names else None
            if place is not None and row.marked is not None:
                _write(place, row.marked)
            summary.add(row.photo, row.seen, row.verdict, place)
    if lines is not sys.stdout:
        summary.show()
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
