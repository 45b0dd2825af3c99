"""How much memory and time a labelled snapshot of many pieces takes: `python -m bench.snapshot [PIECES]`.

A ledger of made-up pieces is written into a temporary folder: one inspection of two photos a piece with evidence as a
real bundle writes it, a person's decision, labels for one in ten and a blind re-inspection for one in twenty. The
snapshot is then taken in a process of its own, whose largest resident memory is read from the kernel, once for a tenth
of the pieces and once for all: flat means that the two are nearly the same.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from qc.ledger.accounts import add_collection_point, create_organisation
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.migrations import migrate
from qc.ledger.photos import PhotoStore
from qc.ledger.tables import (
    Decision,
    Inspection,
    InspectionPhoto,
    Maker,
    PhotoLabels,
    Piece,
    Reinspection,
    StandardVersion,
)
from qc.standards.library import Library
from training.feedback.taking import take_snapshot, wanted_of

SLUG = "bench"
WEAVERS = 350
PHOTOS = 2
_AT_ONCE = 2000
_BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


def main(most: int = 20_000) -> None:
    """Make the ledgers, take the snapshots, print pieces, seconds and megabytes of each."""
    for pieces in (most // 10, most):
        with tempfile.TemporaryDirectory(prefix="qc-bench-") as home:
            began = time.perf_counter()
            make_ledger(Path(home), pieces)
            print(f"{pieces} pieces: ledger made in {time.perf_counter() - began:.0f} s", flush=True)
            taken = subprocess.run(
                [sys.executable, "-m", "bench.snapshot", "take", home], check=True, capture_output=True, text=True
            )
            print(f"{pieces} pieces: {taken.stdout.strip()}", flush=True)


def make_ledger(home: Path, pieces: int) -> None:
    """A ledger of pieces that were judged, without its chain: nobody verifies this one."""
    database = Database(f"sqlite:///{home / 'ledger.db'}")
    migrate(database)
    photos = PhotoStore.open(home / "photos")
    standard = Library.load().named("placemat-pandan")
    with database.write() as session:
        organisation = create_organisation(session, SLUG, "Bench").id
        point = add_collection_point(session, organisation, "BTL-1", "Balai desa").id
        version = uuid7()
        session.execute(
            insert(StandardVersion),
            {
                "id": version, "organisation_id": organisation, "name": standard.name, "version": standard.version,
                "fingerprint": standard.fingerprint, "document": standard.model_dump_json(), "first_used_at": _BEGIN,
            },
        )  # fmt: skip
        makers = [uuid7() for _ in range(WEAVERS)]
        session.execute(
            insert(Maker),
            [
                {
                    "id": maker, "organisation_id": organisation, "maker_ref": f"mk_{n}", "salt": b"0" * 32,
                    "commitment": sha256(str(n).encode()).hexdigest(), "consent_version": "1", "consented_at": _BEGIN,
                }
                for n, maker in enumerate(makers)
            ],
        )  # fmt: skip
    keys = {"organisation_id": organisation, "collection_point_id": point, "standard_version_id": version}
    chance = random.Random(1)
    for begin in range(0, pieces, _AT_ONCE):
        rows: dict[type[Any], list[dict[str, Any]]] = {}
        for number in range(begin, min(begin + _AT_ONCE, pieces)):
            _add_piece(rows, photos, keys, makers[number % WEAVERS], number, chance)
        with database.write() as session:
            for table in (Piece, Inspection, InspectionPhoto, Decision, PhotoLabels, Reinspection):
                if rows.get(table):
                    session.execute(insert(table), rows[table])
    database.close()


def _add_piece(
    rows: dict[type[Any], list[dict[str, Any]]], photos: PhotoStore, keys: dict[str, UUID], maker: UUID, number: int,
    chance: random.Random,
) -> None:  # fmt: skip
    at = _BEGIN + timedelta(minutes=number)
    piece, inspection = uuid7(), uuid7()
    shots = [_store(photos, number * PHOTOS + n) for n in range(PHOTOS)]
    owned = {"organisation_id": keys["organisation_id"], "piece_id": piece}
    holed = chance.random() < 0.2
    reasons = [_reason(shots[0])] if holed else []
    grade = "rework" if holed else "A"
    _row(rows, Piece, id=piece, organisation_id=keys["organisation_id"],
         collection_point_id=keys["collection_point_id"], maker_id=maker, tag=None, sku="PM-PD-01",
         state="returned" if holed else "accepted", attempt=1, grade=grade, registered_at=at, accepted_at=None,
         receipt_code=None)  # fmt: skip
    _row(rows, Inspection, id=inspection, **owned, number=1, attempt=1,
         standard_version_id=keys["standard_version_id"], model="anyaman-0.2.0", status="graded", grade=grade,
         verdict={"reasons": reasons, "status": "graded", "grade": grade}, checks={},
         evidence={"photos": [_seen(photo, chance) for photo in shots], "model": "anyaman-0.2.0"},
         fingerprint=sha256(piece.bytes).hexdigest(), actor=f"key:phone-{number % 12}", inspected_at=at)  # fmt: skip
    for position, photo in enumerate(shots):
        _row(rows, InspectionPhoto, inspection_id=inspection, position=position, view=("front", "back")[position],
             original_sha256=photo, judged_sha256=photo, marked_sha256=photo)  # fmt: skip
    _row(rows, Decision, id=uuid7(), **owned, inspection_id=inspection, number=1,
         outcome="return" if holed else "accept", grade=grade, reason=None, checks={}, verdict={}, policy=None,
         decided_by=f"inspector-{number % 12}", actor="key:phone", decided_at=at)  # fmt: skip
    if number % 10 == 0:
        finding = {"code": "STAIN", "present": True, "box": [100, 100, 300, 260], "severity": "minor"}
        _row(rows, PhotoLabels, id=uuid7(), **owned, inspection_id=inspection, position=0, number=1, complete=True,
             findings=[finding], occasion="queue", labelled_by="ml-1", actor="key:ml", labelled_at=at)  # fmt: skip
    if number % 20 == 0:
        _row(rows, Reinspection, id=uuid7(), **owned, sequence=number + 1, lot_id=None,
             standard_version_id=keys["standard_version_id"], purpose="refused" if holed else "accepted",
             occasion="attempt:1", position=1, attempt=1, state="recorded", ordered_at=at, inspected_by="blind-1",
             defects=[{"code": "HOLE", "defect_class": "major"}] if holed else [], checks={}, worst=None,
             meets_standard=not holed, remark=None, actor="key:blind", closed_at=at)  # fmt: skip


def _row(rows: dict[type[Any], list[dict[str, Any]]], table: type[Any], **values: Any) -> None:
    rows.setdefault(table, []).append(values)


def _store(photos: PhotoStore, number: int) -> str:
    """A small file in the photo store, put there without waiting for the disk: this ledger need not outlive the run."""
    content = b"\xff\xd8" + number.to_bytes(8) * 512
    name = sha256(content).hexdigest()
    path = Path(photos.where(name))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return name


def _reason(photo: str) -> dict[str, Any]:
    params = {"probability": 0.9, "act": 0.6}
    return {"rule": "defect.found", "code": "HOLE", "severity": "major", "view": "front", "photo": photo,
            "box": [400, 300, 520, 420], "params": params}  # fmt: skip


def _seen(photo: str, chance: random.Random) -> dict[str, Any]:
    detection = {"code": "HOLE", "box": [400, 300, 520, 420], "area_share": 0.01, "length_share": 0.1}
    detections = [detection | {"probability": round(chance.random(), 4)} for _ in range(chance.randrange(6))]
    quality = {"sharpness": 900.0, "exposure": 0.5, "clipped_share": 0.01, "piece_found": True, "piece_share": 0.5,
               "pieces": 1, "smallest_defect_px": 4.0}  # fmt: skip
    return {"view": None, "sha256": photo, "width": 1600, "height": 1200, "woven": 0.99, "kind": "placemat",
            "kind_probability": 0.9, "material": "pandan", "material_probability": 0.9, "defect_probability": 0.1,
            "detections": detections, "quality": quality, "novelty": 0.5, "ms": {"network": 12.5}}  # fmt: skip


def _take(home: Path) -> None:
    database, photos = Database(f"sqlite:///{home / 'ledger.db'}"), PhotoStore.open(home / "photos")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    wanted = wanted_of(database, SLUG, consent=frozenset({"1"}))
    taken = take_snapshot(database, photos, SLUG, home / "snapshots", wanted, licence="CC0")
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = taken.manifest.counts
    print(
        f"snapshot in {seconds:.0f} s, {counts['pieces'] / seconds:.0f} pieces/s; largest resident memory "
        f"{after:.0f} MB, {before:.0f} MB before it began; {counts['photos']} photos, {counts['labels']} labels"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["take"]:
        _take(Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
