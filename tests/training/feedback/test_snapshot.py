"""A snapshot is written whole, read as it was written, named by what it says, and never changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qc.errors import BadInput
from tests.training.feedback.records import record
from training.feedback.snapshot import Snapshot
from training.feedback.writing import SnapshotWriter


def write(into: Path, *, salt: str = "", pieces: int = 5) -> Snapshot:
    with SnapshotWriter(into, organisation="demo", filters={"since": None}, licence="CC0", consent=["1"]) as writer:
        for number in range(pieces):
            made, data = record(number, weaver=f"w{number // 2}", labels=number % 3, salt=salt)
            writer.add(made, lambda _, data=data: data)  # type: ignore[misc]
        return writer.finish({"erased": 2})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    snapshot = write(tmp_path)
    wanted = [record(number, weaver=f"w{number // 2}", labels=number % 3) for number in range(5)]
    assert list(snapshot.records()) == [made for made, _ in wanted]
    assert [snapshot.read_photo(made.photos[0][0].photo) for made, _ in wanted] == [data for _, data in wanted]
    assert [r.piece.piece for r in snapshot.records("val")] == ["piece-1", "piece-4"]
    counts = snapshot.manifest.counts
    assert (counts["pieces"], counts["labels"], counts["photos_good"]) == (5, 0 + 1 + 2 + 0 + 1, 2)
    assert counts["left_out"] == {"erased": 2}


def test_content_has_one_name_whatever_the_salt(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", salt="x"), write(tmp_path / "b", salt="y")
    assert one.folder.name == other.folder.name == f"snapshot-{one.manifest.content_sha256[:12]}"
    assert next(one.records()).piece.piece != next(other.records()).piece.piece
    assert write(tmp_path / "c", pieces=4).folder.name != one.folder.name


def test_the_same_content_again_leaves_what_stands(tmp_path: Path) -> None:
    first = write(tmp_path, salt="x")
    stood = (first.folder / "snapshot.json").read_bytes()
    assert write(tmp_path, salt="y").folder == first.folder
    assert (first.folder / "snapshot.json").read_bytes() == stood
    assert [p.name for p in tmp_path.iterdir()] == [first.folder.name]


def test_who_swaps_weavers_changes_the_content(tmp_path: Path) -> None:
    def of(weavers: list[str]) -> str:
        with SnapshotWriter(tmp_path, organisation="demo", filters={}, licence="CC0", consent=[]) as writer:
            for number, weaver in enumerate(weavers):
                made, data = record(number, weaver=weaver)
                writer.add(made, lambda _, data=data: data)  # type: ignore[misc]
            return writer.finish().folder.name

    assert of(["a", "a", "b"]) == of(["q", "q", "a"]) != of(["a", "b", "a"])


def test_nothing_is_left_of_a_snapshot_that_failed(tmp_path: Path) -> None:
    writer = SnapshotWriter(tmp_path, organisation="demo", filters={}, licence="CC0", consent=[])
    made, _ = record(1)
    with pytest.raises(BadInput, match="are others"), writer:
        writer.add(made, lambda _: b"other bytes")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["table", "manifest", "missing", "format"])
def test_a_changed_snapshot_is_not_opened(tmp_path: Path, what: str) -> None:
    snapshot = write(tmp_path)
    manifest = snapshot.folder / "snapshot.json"
    stated = json.loads(manifest.read_text())
    if what == "table":
        other = write(tmp_path / "other", pieces=3)
        (snapshot.folder / "labels.parquet").write_bytes((other.folder / "labels.parquet").read_bytes())
    elif what == "missing":
        (snapshot.folder / "pieces.parquet").unlink()
    elif what == "format":
        manifest.write_text(json.dumps(stated | {"format": "another"}))
    else:
        manifest.write_text(json.dumps(stated | {"licence": "all rights"}))
    with pytest.raises(BadInput):
        Snapshot.open(snapshot.folder)


def test_a_changed_photo_is_not_read(tmp_path: Path) -> None:
    snapshot = write(tmp_path)
    _, photo, _ = next(snapshot.photos())
    snapshot.path_of(photo.photo).write_bytes(b"other")
    with pytest.raises(BadInput, match="changed"):
        snapshot.read_photo(photo.photo)
