"""The photo store: bytes by the SHA-256 of their content, bit for bit as they came. A local folder or S3, by URL.

Photos are stored before the transaction that names them commits. A photo that nobody names is harmless; a named photo
that is missing would be a lie.

In S3 a photo is written under the condition that its name is free, so what stands there is never replaced. A local
folder is always written, beside the place and then renamed, because a power cut can tear a file and S3 tears none.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from qc.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

_ADDRESSES = "QC_PHOTO_STORE is a folder or s3://bucket/prefix, with AWS_ENDPOINT and credentials in AWS_* variables"
_AT_ONCE = 8  # photos on their way to S3: an inspection has up to 36, and each waits for an answer
# Whether S3 is reached over TLS is said by AWS_ENDPOINT's own scheme; without one it is Amazon, over TLS.
_CLIENT: ClientConfig = {"connect_timeout": "3s", "timeout": "20s", "allow_http": True}
# A store that is away is said to be away while the sender still listens; the library would try for three minutes.
_RETRIES: RetryConfig = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=8),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
}


@dataclass(frozen=True)
class StoredPhoto:
    """A photo that is in the store."""

    sha256: str
    media_type: str
    size: int


class PhotoStore:
    """Photos by content. `open` gives one by its address.

    >>> store = PhotoStore.open("memory://")
    >>> stored = store.put(b"bytes of a photo", "image/jpeg")
    >>> store.get(stored.sha256)
    b'bytes of a photo'
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._sending = ThreadPoolExecutor(_AT_ONCE, "photos") if folder is None else None  # threads start when needed

    @classmethod
    def open(cls, address: str | Path) -> PhotoStore:
        """A store by address: a folder, `s3://bucket/prefix` (credentials from the AWS_* variables), or `memory://`.

        Raises:
            BadInput: The address names no store.
        """
        text = str(address)
        if text == "memory://":
            return cls(MemoryStore())
        if "://" in text and not text.startswith("file://"):
            try:
                return cls(from_url(text, client_options=_CLIENT, retry_config=_RETRIES))
            except (BaseError, ValueError) as error:
                reason = str(error).partition("\n")[0]
                raise BadInput(f"the photo store {text!r} cannot be opened ({reason}); {_ADDRESSES}") from error
        folder = Path(text.removeprefix("file://")).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder)

    def put(self, content: bytes, media_type: str) -> StoredPhoto:
        """Store one photo; see `put_all`."""
        return self.put_all([(content, media_type)])[0]

    def put_all(self, photos: Sequence[tuple[bytes, str]]) -> list[StoredPhoto]:
        """Store photos for good: when this returns, a power cut does not lose them. Storing again changes nothing.

        Args:
            photos: Bytes and media type of each.

        Raises:
            Unavailable: The store is away or full.
        """
        stored = [StoredPhoto(sha256(content).hexdigest(), kind, len(content)) for content, kind in photos]
        contents = {photo.sha256: content for photo, (content, _) in zip(stored, photos, strict=True)}
        try:
            if self._folder is None:
                self._send(contents, {photo.sha256: photo.media_type for photo in stored})
            else:
                for name, content in contents.items():
                    obstore.put(self._store, _path(name), content)
                _settle(self._folder, contents)
        except (BaseError, OSError) as error:
            raise _away(error) from error
        return stored

    def _send(self, contents: Mapping[str, bytes], kinds: Mapping[str, str]) -> None:
        def send(name: str) -> None:
            path, content = _path(name), contents[name]
            attributes = {"Content-Type": kinds[name]}
            try:
                obstore.put(self._store, path, content, mode="create", attributes=attributes)
            except AlreadyExistsError:
                # Sent before, perhaps by this very call, whose answer was lost. Its name is its hash: only its length
                # can be wrong, where somebody's copy into the bucket was cut off.
                if obstore.head(self._store, path)["size"] != len(content):
                    obstore.put(self._store, path, content, attributes=attributes)

        assert self._sending is not None
        for done in [self._sending.submit(send, name) for name in contents]:
            done.result()

    def get(self, name: str) -> bytes:
        """The bytes of a photo.

        Raises:
            Unavailable: The store is away, or what it holds is not what was put there.
        """
        try:
            content = obstore.get(self._store, _path(name)).bytes().to_bytes()
        except FileNotFoundError as error:
            raise Unavailable(f"photo {name} is in the ledger but not in the photo store; restore the store") from error
        except (BaseError, OSError) as error:
            raise _away(error) from error
        if sha256(content).hexdigest() != name:
            raise Unavailable(f"photo {name} was changed in the photo store; restore it from a backup")
        return content

    def ping(self) -> None:
        """See that the store answers.

        Raises:
            Unavailable: It does not.
        """
        try:
            obstore.head(self._store, "readiness")
        except FileNotFoundError:
            if self._folder is not None and not os.access(self._folder, os.W_OK):
                raise Unavailable(f"the photo folder {self._folder} cannot be written; check its owner") from None
        except (BaseError, OSError) as error:
            raise _away(error) from error

    def close(self) -> None:
        """Let its threads go."""
        if self._sending is not None:
            self._sending.shutdown()

    def where(self, name: str) -> str:
        """Where a person finds the photo: a path of the local folder, or its place in the store."""
        return str(self._folder / _path(name)) if self._folder is not None else _path(name)


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"  # 256 folders: none grows too large for a file manager


def _settle(folder: Path, names: Iterable[str]) -> None:
    """Bring files and their names to the disk. The store wrote each beside its place and renamed it; it does not wait.

    All at once, after all are written: the first wait brings most of the others' bytes along.
    """
    paths = [folder / _path(name) for name in names]
    for target in (*paths, *sorted({path.parent for path in paths}), folder):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _away(error: Exception) -> Unavailable:
    # The reason may name hosts and folders: it stays in the chain of causes, for the log, and out of answers.
    return Unavailable(
        f"the photo store did not answer ({type(error).__name__}); nothing was written, send the same again shortly",
        retry_after_s=5,
    )
