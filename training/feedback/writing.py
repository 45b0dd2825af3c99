"""Writing a snapshot: whole or not at all, a piece at a time, and once for each content."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from qc.errors import BadInput
from training.feedback.rows import SCHEMAS, Record
from training.feedback.snapshot import MANIFEST, Manifest, RowsDigest, Snapshot, content_sha256, photo_path

_ROWS_IN_MEMORY = 2000


class SnapshotWriter:
    """A snapshot that is being written beside its place; `finish` puts it there.

        with SnapshotWriter(folder, organisation=..., filters=..., licence=..., consent=...) as writer:
            writer.add(record, read_photo)
            snapshot = writer.finish(left_out)

    Left without `finish`, by an exception or a kill, there is no snapshot: a temporary folder goes with the block, and
    what a kill leaves is called `.writing-*`.

    Args:
        into: The folder of snapshots.
        organisation: Whose pieces; kept as a pseudonym.
        filters: The arguments that chose, JSON-ready.
        licence: Under which the photos may be used.
        consent: Versions of the makers' consent that cover training.
        salt: For `pseudonym`; fresh unless a test wants to say.
    """

    def __init__(
        self,
        into: Path,
        *,
        organisation: str,
        filters: Mapping[str, Any],
        licence: str,
        consent: Iterable[str],
        salt: bytes | None = None,
    ) -> None:
        self._into, self._organisation = into, organisation
        self._filters, self._licence, self._consent = dict(filters), licence, tuple(sorted(set(consent)))
        self._salt = secrets.token_bytes(32) if salt is None else salt
        self._digest = RowsDigest()
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
        self._tables: dict[str, pq.ParquetWriter] = {}
        self._counts: Counter[str] = Counter()
        self._splits: Counter[str] = Counter()
        self._codes: Counter[str] = Counter()
        self._bundles: set[str] = set()

    def __enter__(self) -> Self:
        self._into.mkdir(parents=True, exist_ok=True)
        self._folder = self._into / f".writing-{secrets.token_hex(8)}"
        self._folder.mkdir()
        for name, schema in SCHEMAS.items():
            self._tables[name] = pq.ParquetWriter(self._folder / f"{name}.parquet", schema, compression="zstd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def pseudonym(self, what: str, name: object) -> str:
        """A word of 16 hex digits for something, the same within this snapshot and in no other."""
        return sha256(self._salt + f"{what}\n{name}".encode()).hexdigest()[:16]

    def add(self, record: Record, photo: Callable[[str], bytes]) -> None:
        """Write a piece and its photos.

        Args:
            record: What is said of it.
            photo: Gives a photo's bytes by its sha256.

        Raises:
            BadInput: The bytes are not those of that hash.
        """
        self._digest.add(record)
        self._splits[record.piece.split] += 1
        self._counts["pieces"] += 1
        self._counts["judgements"] += len(record.judgements)
        self._rows["pieces"].append(asdict(record.piece))
        self._rows["judgements"] += [asdict(row) for row in record.judgements]
        for row, labels in record.photos:
            self._put(row.photo, photo(row.photo))
            self._bundles.add(row.bundle)
            self._counts["photos"] += 1
            self._counts[f"photos_{'unjudged' if row.good is None else 'good' if row.good else 'defective'}"] += 1
            self._counts["labels"] += len(labels)
            self._rows["photos"].append(asdict(row))
            for label in labels:
                plain = asdict(label)
                edges = plain.pop("box") or (None,) * 4
                self._rows["labels"].append(plain | dict(zip(("x0", "y0", "x1", "y1"), edges, strict=True)))
                self._codes[f"{label.code} {'present' if label.present else 'absent'}"] += 1
        if sum(map(len, self._rows.values())) >= _ROWS_IN_MEMORY:
            self._flush()

    def finish(self, left_out: Mapping[str, int] | None = None, **counts: int) -> Snapshot:
        """Put the snapshot in its place. One of the same content that stands there already is left as it is, and given.

        Args:
            left_out: How many pieces were left out, by reason.
            counts: Further figures for the manifest.
        """
        self._flush()
        self._close()
        told: dict[str, Any] = {
            **dict(sorted(self._counts.items())),
            **counts,
            "splits": dict(sorted(self._splits.items())),
            "codes": dict(sorted(self._codes.items())),
            "left_out": dict(sorted((left_out or {}).items())),
        }
        bundles = tuple(sorted(self._bundles))
        content = content_sha256(self._filters, told, self._licence, self._consent, bundles, self._digest.hexdigest())
        manifest = Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            organisation=self.pseudonym("organisation", self._organisation),
            filters=self._filters, counts=told, licence=self._licence, consent=self._consent, bundles=bundles,
            files={path.name: _sha256(path) for path in sorted(self._folder.glob("*.parquet"))},
            content_sha256=content,
        )  # fmt: skip
        target = self._into / manifest.name
        if target.exists():
            return Snapshot.open(target)
        (self._folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n")
        _settle(self._folder)
        try:
            self._folder.rename(target)  # within one folder: there at once, or not at all
        except OSError:
            if not target.exists():
                raise
        return Snapshot.open(target)  # another process may have been quicker with the same content

    def _put(self, name: str, data: bytes) -> None:
        if sha256(data).hexdigest() != name:
            raise BadInput(f"the bytes given for photo {name} are others; nothing was written")
        path = self._folder / photo_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def _flush(self) -> None:
        for name, rows in self._rows.items():
            if rows:
                self._tables[name].write_table(pa.Table.from_pylist(rows, SCHEMAS[name]))
                rows.clear()

    def _close(self) -> None:
        for table in self._tables.values():
            table.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _settle(folder: Path) -> None:
    """Bring everything to the disk before a name says that it is there: at once, since a file at a time is slow."""
    os.sync()
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
