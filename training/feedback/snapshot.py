"""A labelled snapshot: an immutable folder of judged photos and what people said of them, read a piece at a time.

    snapshot = Snapshot.open("snapshots/snapshot-3fa9c2d41b07")
    for piece, photo, labels in snapshot.photos("train"):
        pixels = photo_bytes(snapshot.path_of(photo.photo))

`open` verifies what names the folder: the tables' hashes, and the content hash over what they say. That hash knows
no salt: pseudonyms count as "the same as" and "another than" only, so one ledger state under the same arguments has one
name, however often and under whatever salt it is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qc.errors import BadInput
from training.feedback.rows import SCHEMAS, JudgementRow, LabelRow, PhotoRow, PieceRow, Record, Split

FORMAT = "anyaman-snapshot-1"
MANIFEST = "snapshot.json"
_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Manifest:
    """What `snapshot.json` says.

    Attributes:
        made_at: RFC 3339.
        organisation: pseudonym under this snapshot's salt.
        filters: the arguments that chose.
        counts: what is in, and what was left out and why.
        licence: under which the photos may be used.
        consent: versions of the makers' consent that were taken to cover training.
        bundles: that judged the photos.
        files: sha256 of each table by file name. A photo's name is its hash.
        content_sha256: of all but `made_at`, `organisation` and `files`, and of what the rows say.
    """

    made_at: str
    organisation: str
    filters: dict[str, Any]
    counts: dict[str, Any]
    licence: str
    consent: tuple[str, ...]
    bundles: tuple[str, ...]
    files: dict[str, str]
    content_sha256: str
    format: str = FORMAT

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"snapshot-{self.content_sha256[:12]}"


class RowsDigest:
    """SHA-256 over records with pseudonyms replaced by the order of their first appearance."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._seen: dict[tuple[str, str | None], int] = {}
        self._pieces = 0

    def add(self, record: Record) -> None:
        """Count a record in."""
        self._pieces += 1
        piece = asdict(record.piece) | {"piece": self._pieces}
        for field in ("weaver_group", "phone"):
            piece[field] = piece[field] and self._seen.setdefault((field, piece[field]), len(self._seen))
        plain = {
            "piece": piece,
            "photos": [
                [asdict(photo) | {"piece": self._pieces}, [asdict(label) for label in labels]]
                for photo, labels in record.photos
            ],
            "judgements": [asdict(row) | {"piece": self._pieces} for row in record.judgements],
        }
        self._hash.update(_canonical(plain) + b"\n")

    def hexdigest(self) -> str:
        """Of the records so far."""
        return self._hash.hexdigest()


def content_sha256(
    filters: dict[str, Any], counts: dict[str, Any], licence: str, consent: tuple[str, ...], bundles: tuple[str, ...],
    rows: str,
) -> str:  # fmt: skip
    """The hash that names a snapshot."""
    said = [FORMAT, filters, counts, licence, list(consent), list(bundles), rows]
    return sha256(_canonical(said)).hexdigest()


class Snapshot:
    """A snapshot that was written. `open` gives one."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: str | Path, *, verify: bool = True) -> Snapshot:
        """The snapshot in a folder.

        Args:
            folder: `snapshot-<12 hex>`.
            verify: Hash the tables and what they say again; photos are verified as they are read (`read_photo`).

        Raises:
            BadInput: It is no snapshot, of another format, or was changed since.
        """
        folder = Path(folder)
        try:
            stated = json.loads((folder / MANIFEST).read_text())
            if stated.get("format") != FORMAT:
                raise BadInput(
                    f"{folder} has format {stated.get('format')!r}, wanted {FORMAT}; take the snapshot again"
                )
            manifest = Manifest(**stated | {name: tuple(stated[name]) for name in ("consent", "bundles")})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(f"{folder} is no snapshot ({type(error).__name__}: {error}); wanted a folder that "
                           "`qc-train snapshot` wrote") from error  # fmt: skip
        snapshot = cls(folder, manifest)
        if verify:
            snapshot.verify()
        return snapshot

    def verify(self) -> None:
        """See that tables and content are what the manifest says.

        Raises:
            BadInput: They are not.
        """
        for name in SCHEMAS:
            path = self.folder / f"{name}.parquet"
            try:
                with path.open("rb") as file:
                    found = file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise BadInput(f"{path} cannot be read ({error}); take the snapshot again") from error
            if found != self.manifest.files.get(path.name):
                raise BadInput(f"{path} was changed since it was written; a snapshot is immutable: take it again")
        digest = RowsDigest()
        for record in self.records():
            digest.add(record)
        m = self.manifest
        if content_sha256(m.filters, m.counts, m.licence, m.consent, m.bundles, digest.hexdigest()) != m.content_sha256:
            raise BadInput(f"{self.folder / MANIFEST} does not say what the tables hold: take the snapshot again")

    def records(self, split: Split | None = None) -> Iterator[Record]:
        """Every piece with its photos, labels and judgements, few in memory at a time; of one split or all."""
        photos = _grouped(_rows(self.folder, "photos"), "piece")
        labels = _grouped(_rows(self.folder, "labels"), "photo")
        judgements = _grouped(_rows(self.folder, "judgements"), "piece")
        for row in _rows(self.folder, "pieces"):
            piece = PieceRow(**row)
            taken = []
            for photo in photos.take(piece.piece):
                said = tuple(_label(label) for label in labels.take(photo["photo"]))
                taken.append((PhotoRow(**photo), said))
            judged = tuple(_judgement(judgement) for judgement in judgements.take(piece.piece))
            if split in {None, piece.split}:
                yield Record(piece, tuple(taken), judged)

    def photos(self, split: Split | None = None) -> Iterator[tuple[PieceRow, PhotoRow, tuple[LabelRow, ...]]]:
        """Every photo with its piece and labels; of one split or all."""
        for record in self.records(split):
            for photo, labels in record.photos:
                yield record.piece, photo, labels

    def path_of(self, photo: str) -> Path:
        """Where a photo lies."""
        return self.folder / photo_path(photo)

    def read_photo(self, photo: str) -> bytes:
        """A photo's bytes, seen to be those that were judged.

        Raises:
            BadInput: They are missing or were changed.
        """
        try:
            data = self.path_of(photo).read_bytes()
        except OSError as error:
            raise BadInput(f"photo {photo} of {self.folder} cannot be read ({error})") from error
        if sha256(data).hexdigest() != photo:
            raise BadInput(f"{self.path_of(photo)} was changed since it was written: take the snapshot again")
        return data


def photo_path(photo: str) -> str:
    """A photo's place within its snapshot."""
    return f"photos/{photo[:2]}/{photo}.jpg"


class _grouped:  # noqa: N801 -- reads as the function that it is
    """Rows that stand together by a key, taken in the order in which the keys come."""

    def __init__(self, rows: Iterator[dict[str, Any]], key: str) -> None:
        self._groups = groupby(rows, key=lambda row: row[key])
        self._next = self._advance()

    def _advance(self) -> tuple[str, list[dict[str, Any]]] | None:
        for key, rows in self._groups:
            return key, list(rows)
        return None

    def take(self, key: str) -> list[dict[str, Any]]:
        if self._next is None or self._next[0] != key:
            return []
        rows = self._next[1]
        self._next = self._advance()
        return rows


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = folder / f"{name}.parquet"
    try:
        with pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(SCHEMAS[name]):
                raise BadInput(f"{path} has columns {file.schema_arrow.names}, wanted {SCHEMAS[name].names}")
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{path} cannot be read ({error}); take the snapshot again") from error


def _label(row: dict[str, Any]) -> LabelRow:
    edges = tuple(row.pop(edge) for edge in ("x0", "y0", "x1", "y1"))
    return LabelRow(box=None if edges[0] is None else edges, **row)


def _judgement(row: dict[str, Any]) -> JudgementRow:
    codes = row.pop("codes")
    return JudgementRow(codes=None if codes is None else tuple(codes), **row)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
