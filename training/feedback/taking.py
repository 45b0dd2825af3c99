"""Taking a snapshot: the ledger's pieces, split by weaver, their people forgotten, written whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from qc.errors import BadInput
from qc.ledger.accounts import organisation_called
from qc.ledger.database import Database
from qc.ledger.events import rfc3339
from qc.ledger.photos import PhotoStore
from training.feedback.judgements import SaidOfPhoto, judged_size, labels_of_piece, standing
from training.feedback.persons import judgements_of_piece
from training.feedback.reading import Wanted, judged_pieces, repeated_photos
from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Record, Split
from training.feedback.said import JudgedPiece, Look
from training.feedback.snapshot import Snapshot
from training.feedback.writing import SnapshotWriter


@dataclass(frozen=True)
class Shares:
    """How weavers are split: by the hash of seed and weaver, so a weaver stays in their split in every snapshot."""

    val: float = 0.15
    test: float = 0.15
    seed: str = "1"

    def split_of(self, weaver: UUID | str) -> Split:
        """The split of a weaver, or of a piece for which none is named.

        Raises:
            BadInput: The shares leave nothing to train on.
        """
        if not (self.val >= 0 and self.test >= 0 and self.val + self.test < 1):
            raise BadInput(
                f"got shares of {self.val} and {self.test}, wanted two from 0 to 1 that leave some to train on"
            )
        share = int.from_bytes(sha256(f"{self.seed}\n{weaver}".encode()).digest()[:8]) / 2**64
        return "test" if share < self.test else "val" if share < self.test + self.val else "train"


def take_snapshot(
    database: Database,
    photos: PhotoStore,
    organisation: str,
    into: Path,
    wanted: Wanted,
    *,
    licence: str,
    shares: Shares = Shares(),
    salt: bytes | None = None,
) -> Snapshot:
    """Write the snapshot of a ledger as it is now. Where one of the same content stands already, it is given.

    Args:
        database: The ledger; one moment of it is read.
        photos: Its photo store.
        organisation: Slug; `wanted` names its id.
        into: The folder of snapshots.
        wanted: Which pieces.
        licence: Under which the photos may be used.
        shares: How weavers are split.
        salt: Of pseudonyms; fresh unless a test wants to say.

    Raises:
        BadInput: Shares that cannot be.
        Unavailable: A photo is missing in the store. Nothing is written.
    """
    left_out: Counter[str] = Counter()
    filters = {
        "since": wanted.since and rfc3339(wanted.since),
        "until": wanted.until and rfc3339(wanted.until),
        "sku": wanted.sku,
        "unattributed": wanted.unattributed,
        "split": {"val": shares.val, "test": shares.test, "seed": shares.seed},
    }
    with (
        SnapshotWriter(
            into, organisation=organisation, filters=filters, licence=licence, consent=wanted.consent, salt=salt
        ) as writer,
        database.snapshot() as session,
    ):
        contradictions = 0
        for block in judged_pieces(session, wanted, left_out):
            labelled = [(piece, labels_of_piece(piece)) for piece in block]
            names = [photo.shot.photo for _, said in labelled for photo in said]
            repeated = repeated_photos(session, wanted.organisation_id, names)
            for piece, said in labelled:
                kept = [photo for photo in said if photo.shot.photo not in repeated]
                left_out["photos that another piece has too"] += len(said) - len(kept)
                if not kept:
                    left_out["nothing was said of its photos"] += 1
                    continue
                contradictions += sum(photo.contradictions for photo in kept)
                writer.add(_record(piece, kept, writer, shares), photos.get)
        return writer.finish({why: n for why, n in left_out.items() if n}, contradictions=contradictions)


def wanted_of(database: Database, organisation: str, **filters: object) -> Wanted:
    """What is wanted of the organisation of that slug.

    Raises:
        NotFound: There is none.
    """
    with database.read() as session:
        return Wanted(organisation_called(session, organisation).id, **filters)  # type: ignore[arg-type]


def _record(piece: JudgedPiece, said: list[SaidOfPhoto], writer: SnapshotWriter, shares: Shares) -> Record:
    pseudonym = writer.pseudonym("piece", piece.id)
    first = piece.looks[0]
    year, week, _ = piece.registered_at.isocalendar()
    row = PieceRow(
        piece=pseudonym,
        weaver_group=None if piece.maker is None else writer.pseudonym("weaver", piece.maker),
        collection_point=piece.collection_point,
        phone=writer.pseudonym("phone", first.actor),
        week=f"{year}-W{week:02}",
        sku=piece.sku,
        standard=f"{piece.looks[-1].standard.name}/{piece.looks[-1].standard.version}",
        kind=_one(piece.looks[-1].standard.product.kinds) or _mostly(piece, "kind"),
        material=_one(piece.looks[-1].standard.product.materials) or _mostly(piece, "material"),
        split=shares.split_of(piece.maker or piece.id),
    )
    return Record(row, tuple(_photo(photo, pseudonym) for photo in said), judgements_of_piece(piece, pseudonym))


def _photo(said: SaidOfPhoto, piece: str) -> tuple[PhotoRow, tuple[LabelRow, ...]]:
    width, height = judged_size(said.shot.evidence)
    row = PhotoRow(
        photo=said.shot.photo,
        piece=piece,
        view=said.shot.view,
        width=width,
        height=height,
        good=said.good,
        source=said.source,
        grade=_grade(said.look),
        bundle=said.look.model,
        evidence=json.dumps(said.shot.evidence, sort_keys=True, separators=(",", ":")),
    )
    return row, said.labels


def _grade(look: Look) -> str | None:
    ruling = standing(look)
    return look.grade if ruling is None else ruling.grade


def _one(named: tuple[str, ...]) -> str | None:
    return named[0] if len(named) == 1 else None


def _mostly(piece: JudgedPiece, what: str) -> str | None:
    """What most photos' evidence says, None where it is unsure."""
    counted = Counter(word for word in _words(piece, what) if word is not None)
    return min(counted, key=lambda word: (-counted[word], word), default=None)


def _words(piece: JudgedPiece, what: str) -> Iterator[str | None]:
    for look in piece.looks:
        for shot in look.shots:
            yield shot.evidence[what]
