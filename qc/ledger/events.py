"""What happened, in one order, chained by hash: nothing can be changed, dropped or moved without it showing.

Each event's `body` is canonical JSON that names its sequence, the hash of the event before it, and what happened; its
hash is the SHA-256 of that text. A transaction notes events as it goes and seals them all just before it commits. The
organisation's chain head is locked while it is sealed, so sequences have no gaps on either database.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.tables import ChainHead, Event

GENESIS = "0" * 64
"""The hash before an organisation's first event."""

_NOTED = "noted_events"
_HELD = "held_chains"


def canonical(value: Any) -> str:
    """The one text of a JSON value: keys sorted, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of a JSON value's canonical text, in hex."""
    return sha256(canonical(value).encode()).hexdigest()


def now() -> datetime:
    """The server's time, aware, to the millisecond: what JSON, SQLite and PostgreSQL all keep without rounding."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """A time as it stands in bodies and answers, such as 2026-11-24T03:10:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def start_chain(session: Session, organisation_id: UUID) -> None:
    """Begin a new organisation's chain."""
    session.add(ChainHead(organisation_id=organisation_id, sequence=0, hash=GENESIS))
    session.flush()


def note(
    session: Session, organisation_id: UUID, kind: str, subject_id: UUID, actor: str, at: datetime, **data: Any
) -> None:
    """Note an event; it gets its place in the chain when the transaction is about to commit.

    Args:
        session: A session of `Database.write()`.
        organisation_id: Whose chain.
        kind: Dotted type, such as `piece.accepted`.
        subject_id: The piece, batch or other thing that it happened to.
        actor: Who did it: a key's name, or the command line.
        at: When, by the server's clock.
        data: JSON-ready facts. Nothing that must be erasable belongs here.
    """
    session.info.setdefault(_NOTED, []).append((organisation_id, kind, subject_id, actor, at, data))


def lock_chain(session: Session, organisation_id: UUID) -> ChainHead:
    """Hold the organisation's chain until the transaction ends: one writer at a time gets past this line.

    It is the only lock. Whatever looks before it writes (is the tag free, has the batch room, which attempt is this)
    takes it first, so PostgreSQL's writers of one organisation queue as SQLite's do, and can never wait in a circle.
    """
    held: dict[UUID, ChainHead] = session.info.setdefault(_HELD, {})
    if organisation_id not in held:
        held[organisation_id] = session.execute(
            select(ChainHead).where(ChainHead.organisation_id == organisation_id).with_for_update()
        ).scalar_one()
    return held[organisation_id]


def seal(session: Session) -> None:
    """Give every noted event its place. Called by `Database.write()`, last."""
    noted = session.info.pop(_NOTED, [])
    session.flush()
    for organisation_id in sorted({entry[0] for entry in noted}):
        head = lock_chain(session, organisation_id)
        for owner, kind, subject_id, actor, at, data in noted:
            if owner == organisation_id:
                _append(session, head, kind, subject_id, actor, at, data)
        session.flush()


def _append(
    session: Session, head: ChainHead, kind: str, subject_id: UUID, actor: str, at: datetime, data: dict[str, Any]
) -> None:
    head.sequence += 1
    body = canonical(
        {
            "sequence": head.sequence,
            "previous": head.hash,
            "organisation": str(head.organisation_id),
            "type": kind,
            "subject": str(subject_id),
            "actor": actor,
            "at": rfc3339(at),
            "data": data,
        }
    )
    head.hash = sha256(body.encode()).hexdigest()
    session.add(
        Event(
            organisation_id=head.organisation_id,
            sequence=head.sequence,
            type=kind,
            subject_id=subject_id,
            at=at,
            body=body,
            hash=head.hash,
        )
    )


def after(session: Session, organisation_id: UUID, sequence: int, limit: int) -> list[Event]:
    """Events after a sequence number, oldest first: how a reader who missed some catches up."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.organisation_id == organisation_id, Event.sequence > sequence)
            .order_by(Event.sequence)
            .limit(limit)
        )
    )
