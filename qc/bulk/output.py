"""Rows in a file, a JSON line each, so that a run that was killed goes on where it stopped.

The file is its own memory: its lines are the first rows of the run, in order. Begun again, the run holds each line
against the photo, model and standard that it would write, cuts off a line that was torn, and grades the rest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from qc.bulk.references import PhotoRef
from qc.bulk.shard import Row
from qc.errors import BadInput, Unavailable


def rows_kept(place: Path, photos: Sequence[PhotoRef], model: str, standard: tuple[str, int]) -> int:
    """How many rows of this run the file holds; a torn last line is cut off. 0 where there is no file.

    Args:
        place: The file.
        photos: Of the run, in order.
        model: Name and version of the model of the run.
        standard: Name and version of its standard.

    Raises:
        BadInput: It holds something else, or it cannot be read.
    """
    try:
        with place.open("r+b") as file:
            return _kept(file, place, photos, model, standard)
    except FileNotFoundError:
        return 0
    except OSError as wrong:
        raise BadInput(f"{place} cannot be read: {wrong.strerror}; name another file") from wrong


def _kept(file: BinaryIO, place: Path, photos: Sequence[PhotoRef], model: str, standard: tuple[str, int]) -> int:
    count = whole = 0
    for line in file:
        if not line.endswith(b"\n"):
            break  # it was killed here
        row = _read(line)
        wanted = photos[count].name if count < len(photos) else None
        judged_by = (row.get("standard"), row.get("standard_version"))
        if row.get("photo") != wanted or row.get("model") != model or ("evidence" in row and judged_by != standard):
            raise BadInput(
                f"{place} holds rows of another run: line {count + 1} is of {row.get('photo')!r} by "
                f"{row.get('model')!r}, wanted {wanted!r} by {model!r} under {standard[0]} {standard[1]}; "
                "name another file, or remove this one"
            )
        count += 1
        whole += len(line)
    file.truncate(whole)
    return count


def _read(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def append(place: Path, rows: Iterable[Row]) -> tuple[int, int]:
    """Append rows, each on the disk's way before the next is asked for; how many, and how many of them failed.

    Raises:
        Unavailable: The file cannot be written. What was written stays.
    """
    written = failed = 0
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("ab") as file:
            for row in rows:
                file.write(json.dumps(row.whole(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                file.flush()
                written += 1
                failed += row.failure is not None
            os.fsync(file.fileno())
    except OSError as wrong:
        raise Unavailable(
            f"{place} cannot be written: {wrong.strerror}; make room and run again: it goes on where it stopped"
        ) from wrong
    return written, failed
