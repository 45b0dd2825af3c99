"""A manifest's pieces as CSV (RFC 4180, UTF-8): a row a piece, no cell that a spreadsheet could run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import BinaryIO
from uuid import UUID

from qc.manifest.cells import PIECES, Value, harmless, piece_row
from qc.manifest.manifest import Manifest

_TOGETHER = 500


def write_csv(manifest: Manifest, out: BinaryIO) -> None:
    """Write a heading and a row for each piece."""
    for chunk in csv_chunks(PIECES, (piece_row(manifest.head, piece) for piece in manifest.pieces())):
        out.write(chunk)


def csv_chunks(heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """CSV of a heading and rows, some hundred rows at a time."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_shown(value) for value in row])
        if number % _TOGETHER == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _shown(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | UUID):
        return str(value)
    return harmless(value)
