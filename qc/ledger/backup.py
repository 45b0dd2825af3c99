"""A copy of an embedded ledger while it is being written to, and whether every photo that a ledger names is there.

The photo store is copied after the ledger: photos are stored before the ledger names them, so the copy of the store has
all that the copy of the ledger asks for. docs/deploy.md has the steps, for PostgreSQL and S3 too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Unavailable
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.ledger.tables import Photo

_PAGES = 256  # a step of 1 MB, after which a writer may have its turn
_AT_A_TIME = 1000


def copy_embedded(database: Database, target: Path) -> None:
    """Write one moment of an SQLite ledger into a new file, through SQLite's backup API. Writers go on meanwhile.

    Raises:
        BadRequest: The ledger is on a server, or the file is there already.
        Unavailable: The copy could not be written; nothing of it remains.
    """
    if not database.embedded:
        raise BadRequest(
            "this ledger is on a PostgreSQL server; back it up with the server's own program: "
            "pg_dump --format=custom --file=ledger.dump postgresql://..."
        )
    if target.exists():
        raise BadRequest(f"{target} is there already; name a file that is not")
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(str(database.url.database))) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, that can be moved
        part.rename(target)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            part.unlink()
        raise Unavailable(f"the copy could not be written to {target} ({error}); nothing of it is left") from error


def faults_of_photos(session: Session, photos: PhotoStore) -> Iterator[str]:
    """What is wrong with the photos that the ledger names, a sentence each: missing, or not what was stored."""
    last = ""
    while True:
        names = session.scalars(
            select(Photo.sha256)
            .where(Photo.sha256 > last)
            .group_by(Photo.sha256)
            .order_by(Photo.sha256)
            .limit(_AT_A_TIME)
        ).all()
        if not names:
            return
        for name in names:
            try:
                photos.get(name)
            except Unavailable as error:
                yield error.detail
        last = names[-1]
