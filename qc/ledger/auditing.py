"""An organisation's ledger for an auditor: every event, inspection and decision as the texts that were hashed.

The export is a ZIP archive that is written while it is read. Events are append-only and rows never change, so it is of
one moment (the chain's head when it began), although each page has a transaction of its own: a slow reader holds none.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from qc.ledger import decisions, inspections
from qc.ledger.database import Database
from qc.ledger.events import after, canonical, now, rfc3339
from qc.ledger.tables import ChainHead, Decision, Event, Inspection, Organisation

CHECKER = Path(__file__).with_name("check_chain.py")
_EVENTS = 500
_ROWS = 50  # evidence makes an inspection large

README = """\
Export of the ledger of {name} ({slug})
Made {made}; {sequence} events; the chain's last hash is
{hash}

events.jsonl        What happened, one event a line, first to last. A line is the exact text that was hashed: the
                    SHA-256 of a line (without its line feed) is the `previous` of the line after it. The first line's
                    `previous` is 64 zeros; the last line's hash stands in head.json.
inspections.jsonl   Every inspection, in the order of the `piece.inspected` events. The SHA-256 of a line is the
                    `sha256` in its event's `data`. A line `null` is a row that is no longer there.
decisions.jsonl     Every decision, in the order of the events whose `data` names a `decision`; hashed alike.
check_chain.py      Checks all of this. It needs Python and nothing else:

                        python check_chain.py THIS_FILE.zip

                    With SEQUENCE=HASH it also checks a hash that was printed earlier: each packing list and manifest
                    carries one, and so does each earlier export. A ledger that was written anew as a whole would hold
                    together in itself, but not with what was printed.

By hand:  head -n 1 events.jsonl | tr -d '\\n' | sha256sum   gives the `previous` of line 2.

Nobody's name is in here. Weavers appear as salted commitments (SHA-256), of which nobody can tell whom they mean once a
weaver has asked to be erased. Photos are named by their SHA-256; they are not part of this export.
"""


@dataclass(frozen=True)
class Start:
    """Where an export stops, fixed before it begins."""

    organisation_id: UUID
    slug: str
    name: str
    sequence: int
    hash: str
    made: datetime


class _Pipe(io.RawIOBase):
    """What the archive writes into and the answer is read from."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = bytes(data)
        self._parts.append(content)
        return len(content)

    def taken(self) -> bytes:
        """What was written since."""
        content = b"".join(self._parts)
        self._parts.clear()
        return content


def begin_export(session: Session, organisation_id: UUID) -> Start:
    """Fix the moment of which the export will be."""
    organisation = session.get_one(Organisation, organisation_id)
    head = session.get_one(ChainHead, organisation_id, populate_existing=True)
    return Start(organisation_id, organisation.slug, organisation.name, head.sequence, head.hash, now())


def export(database: Database, start: Start) -> Iterator[bytes]:
    """The archive, a part at a time."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in _members(database, start):
            entry = zipfile.ZipInfo(name, date_time=start.made.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                for line in lines:
                    member.write(line)
                    yield pipe.taken()
    yield pipe.taken()


def _members(database: Database, start: Start) -> Iterator[tuple[str, Iterator[bytes]]]:
    head = {
        "format": 1, "organisation": start.slug, "sequence": start.sequence, "hash": start.hash,
        "made": rfc3339(start.made),
    }  # fmt: skip
    told = README.format(
        name=start.name, slug=start.slug, made=rfc3339(start.made), sequence=start.sequence, hash=start.hash
    )
    yield "README.txt", iter([told.encode()])
    yield "check_chain.py", iter([CHECKER.read_bytes()])
    yield "head.json", iter([json.dumps(head, indent=1).encode() + b"\n"])
    yield "events.jsonl", (b"".join(f"{x.body}\n".encode() for x in page) for page in _pages(database, start))
    yield "inspections.jsonl", _rows(database, start, _inspection_of, _inspections)
    yield "decisions.jsonl", _rows(database, start, _decision_of, _decisions)


def _pages(database: Database, start: Start) -> Iterator[list[Event]]:
    """Events up to the end that was fixed."""
    sequence = 0
    while sequence < start.sequence:
        with database.read() as session:
            page = after(session, start.organisation_id, sequence, _EVENTS)
        if not page:
            return  # the end is missing, and the checker will say so
        sequence = page[-1].sequence
        yield [event for event in page if event.sequence <= start.sequence]


def _rows(
    database: Database,
    start: Start,
    vouched: Callable[[dict[str, Any]], str | None],
    texts: Callable[[Session, Sequence[UUID]], list[str]],
) -> Iterator[bytes]:
    """The rows that events vouch for, in the order of the events."""
    for page in _pages(database, start):
        ids = [UUID(row) for row in map(vouched, map(_told, page)) if row is not None]
        for begin in range(0, len(ids), _ROWS):
            with database.read() as session:
                block = texts(session, ids[begin : begin + _ROWS])
            yield "".join(f"{text}\n" for text in block).encode()


def _told(event: Event) -> dict[str, Any]:
    """What an event tells; nothing where its text is no event any more, which the checker finds by its hash."""
    try:
        body = json.loads(event.body)
        return {**body["data"], "type": body["type"]}
    except (ValueError, KeyError, TypeError):
        return {}


def _inspection_of(told: dict[str, Any]) -> str | None:
    return told["inspection"] if told.get("type") == "piece.inspected" else None


def _decision_of(told: dict[str, Any]) -> str | None:
    return told.get("decision")


def _inspections(session: Session, ids: Sequence[UUID]) -> list[str]:
    rows = session.scalars(select(Inspection).where(Inspection.id.in_(ids)).options(undefer(Inspection.evidence)))
    known = {row.id: row for row in rows.unique()}
    return [canonical(inspections.facts_of_row(known[x])) if x in known else "null" for x in ids]


def _decisions(session: Session, ids: Sequence[UUID]) -> list[str]:
    known = {row.id: row for row in session.scalars(select(Decision).where(Decision.id.in_(ids)))}
    return [canonical(decisions.facts_of_row(known[x])) if x in known else "null" for x in ids]
