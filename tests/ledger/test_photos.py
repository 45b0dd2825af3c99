from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from qc.errors import Unavailable
from qc.ledger.photos import PhotoStore


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    return PhotoStore.open("memory://" if request.param == "memory" else tmp_path / "photos")


def test_bytes_come_back_bit_for_bit_under_their_hash(store: PhotoStore) -> None:
    content = os.urandom(100_000)
    stored = store.put(content, "image/jpeg")
    assert (stored.sha256, stored.size) == (sha256(content).hexdigest(), 100_000)
    assert store.get(stored.sha256) == content


def test_storing_twice_changes_nothing(store: PhotoStore) -> None:
    assert store.put(b"same", "image/png") == store.put(b"same", "image/png")


def test_a_photo_that_is_not_there_is_an_error(store: PhotoStore) -> None:
    with pytest.raises(Unavailable, match="not in the photo store"):
        store.get("0" * 64)


def test_a_changed_photo_is_never_handed_out_and_is_mended_by_storing_it_again(tmp_path: Path) -> None:
    store = PhotoStore.open(tmp_path)
    stored = store.put(b"original", "image/jpeg")
    Path(store.where(stored.sha256)).write_bytes(b"original?")
    with pytest.raises(Unavailable, match="was changed"):
        store.get(stored.sha256)
    store.put(b"original", "image/jpeg")
    assert store.get(stored.sha256) == b"original"


def test_a_stored_photo_is_synced_to_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())))
    store = PhotoStore.open(tmp_path)
    photos = [Path(store.where(photo.sha256)) for photo in store.put_all([(b"x", "image/jpeg"), (b"y", "image/png")])]
    assert synced == [str(x) for x in (*photos, *sorted(photo.parent for photo in photos), tmp_path)]


def test_a_store_that_answers_is_ready_and_a_lost_folder_is_not(tmp_path: Path) -> None:
    store = PhotoStore.open(tmp_path / "photos")
    store.ping()
    (tmp_path / "photos").rmdir()
    with pytest.raises(Unavailable):
        store.ping()
