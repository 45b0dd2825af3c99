from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import obstore
import pytest
from obstore.store import from_url

from qc.errors import BadInput, Unavailable
from qc.ledger.photos import PhotoStore
from tests.parts.seaweed import Storage


@pytest.fixture(params=["folder", "memory", pytest.param("s3", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PhotoStore]:
    addresses: dict[str, Path | str] = {"folder": tmp_path / "photos", "memory": "memory://"}
    if request.param == "s3":
        addresses["s3"] = request.getfixturevalue("s3").address()
    opened = PhotoStore.open(addresses[request.param])
    yield opened
    opened.close()


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


def test_many_at_once_and_one_twice_are_all_there(store: PhotoStore) -> None:
    contents = [os.urandom(2000 + n) for n in range(30)]
    stored = store.put_all([(content, "image/jpeg") for content in (*contents, contents[0])])
    assert [store.get(photo.sha256) for photo in stored] == [*contents, contents[0]]


def test_two_who_store_one_photo_at_once_both_succeed(store: PhotoStore) -> None:
    content = os.urandom(50_000)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: store.put(content, "image/jpeg"), range(16)))) == 1
    assert store.get(sha256(content).hexdigest()) == content


@pytest.mark.real
def test_what_stands_in_s3_is_never_replaced_unless_it_was_cut_short(s3: Storage) -> None:
    address = s3.address()
    store, bucket = PhotoStore.open(address), from_url(address, client_options={"allow_http": True})
    name = store.put(b"original", "image/jpeg").sha256
    written = obstore.head(bucket, store.where(name))["last_modified"], obstore.head(bucket, store.where(name))["e_tag"]
    store.put(b"original", "image/png")
    found = obstore.get(bucket, store.where(name))
    assert (found.meta["last_modified"], found.meta["e_tag"]) == written
    assert found.attributes["Content-Type"] == "image/jpeg"
    obstore.put(bucket, store.where(name), b"orig")
    store.put(b"original", "image/jpeg")
    assert store.get(name) == b"original"


@pytest.mark.real
def test_a_key_that_the_store_does_not_know_is_unavailable(s3: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store = PhotoStore.open(s3.address())
    with pytest.raises(Unavailable, match="did not answer"):
        store.put(b"x", "image/jpeg")
    with pytest.raises(Unavailable, match="did not answer"):
        store.ping()


@pytest.mark.parametrize("address", ["foo://bucket", "s3://"])
def test_an_address_that_names_no_store_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(BadInput, match=r"QC_PHOTO_STORE") as refused:
        PhotoStore.open(address)
    assert "\n" not in refused.value.detail
