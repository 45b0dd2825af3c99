"""Photos in the ledger's store, read wherever a shard is graded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from qc.bulk.references import PhotoRef, is_stored, read_file
from qc.ledger.photos import PhotoStore
from qc.model.photo import PhotoLimits


@dataclass(frozen=True)
class FromStore:
    """Reads photos that are called by their sha256 from a store, and others from files.

    Attributes:
        address: of the store: a folder or s3://bucket/prefix. Credentials come from the AWS_* variables.
    """

    address: str

    def __call__(self, photo: PhotoRef, limits: PhotoLimits) -> bytes:
        """The bytes of a photo.

        Raises:
            Unavailable: The store is away, or has no such photo, or another one under its name.
            BadPhoto: As `read_file`.
        """
        return _store(self.address).get(photo.place) if is_stored(photo.place) else read_file(photo, limits)


@lru_cache(maxsize=2)
def _store(address: str) -> PhotoStore:
    return PhotoStore.open(address)
