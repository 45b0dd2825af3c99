"""Which photos: a folder, files by name, or a listing; and how their bytes are come by.

A listing is a text file with a photo a line: a path (from the listing's folder on), or the 64 hexadecimal digits by
which a photo store knows it. Empty lines and those that begin with # are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from qc.errors import BadInput, BadPhoto
from qc.model.photo import PhotoLimits
from qc.standards.evidence import View

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_STORED = re.compile(r"[0-9a-f]{64}")
_LISTINGS = frozenset({".txt", ".list"})


@dataclass(frozen=True)
class PhotoRef:
    """A photo that is somewhere, not read yet.

    Attributes:
        place: where a reader finds it: a path, or its name in the photo store.
        name: what it is called in rows and sentences.
        view: as the caller names it.
        sent: width and height of the photo that a judged image was made from, in pixels: evidence speaks in those.
    """

    place: str
    name: str
    view: View | None = None
    sent: tuple[int, int] | None = None

    @classmethod
    def of(cls, path: Path) -> PhotoRef:
        """The photo in a file, called by its path."""
        return cls(str(path), str(path))


Read = Callable[[PhotoRef, PhotoLimits], bytes]
"""Gives a photo's bytes. It goes to other processes, so it must be a function of a module, or a frozen value."""


def read_file(photo: PhotoRef, limits: PhotoLimits) -> bytes:
    """The bytes of a photo in a file.

    Raises:
        BadPhoto: It cannot be read, or has more bytes than the limit.
    """
    path = Path(photo.place)
    try:
        if (size := path.stat().st_size) > limits.max_bytes:  # not read at all: it may be a disk image
            raise BadPhoto(
                f"the file has {size / 1e6:.1f} MB; at most {limits.max_bytes / 1e6:g} MB are taken",
                reason="photo_too_large",
            )
        return path.read_bytes()
    except OSError as wrong:
        raise BadPhoto(str(wrong.strerror), reason="photo_unreadable") from wrong


def find_photos(places: Iterable[Path]) -> list[tuple[Path, Path]]:
    """Files and the photos in folders, each with the name it goes by: its path below the folder given.

    Raises:
        BadInput: a folder holds no photo.
    """
    found: list[tuple[Path, Path]] = []
    for place in places:
        if not place.is_dir():
            found.append((place, Path(place.name)))
            continue
        inside = sorted(p for p in place.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not inside:
            raise BadInput(f"{place} holds no photo; wanted files that end in {', '.join(sorted(SUFFIXES))}")
        found += [(path, path.relative_to(place)) for path in inside]
    return found


def listed_photos(place: Path) -> list[PhotoRef]:
    """The photos of a folder (a snapshot is one), called by their paths below it, or those that a listing names.

    Raises:
        BadInput: There is none, or the place is neither.
    """
    if place.is_dir():
        return [PhotoRef(str(path), name.as_posix()) for path, name in find_photos([place])]
    if place.suffix.lower() not in _LISTINGS:
        raise BadInput(f"{place} is neither a folder of photos nor a listing; wanted a folder, or a text file (.txt)")
    try:
        lines = [line.strip() for line in place.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "it is no UTF-8 text"
        raise BadInput(f"{place} cannot be read: {reason}") from wrong
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise BadInput(f"{place} names no photo; wanted a path or a sha256 a line")
    return [PhotoRef(name if is_stored(name) else str(place.parent / name), name) for name in names]


def is_stored(name: str) -> bool:
    """Whether a name is one that a photo store gives."""
    return _STORED.fullmatch(name) is not None
