"""A new model serves: told to every organisation once, in its own chain, by whichever replica comes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.database import Database
from qc.ledger.events import lock_chain, note, now, rfc3339
from qc.ledger.tables import Event, Organisation

PROMOTED = "model.promoted"
ACTOR = "service"
_CHANGES = UUID("6f0c7b5e-0d0d-5b3e-9a52-3f6c4f4e9b11")  # names a change of the registry, so that it is told once


@dataclass(frozen=True)
class Promotion:
    """A change of the registry that put another bundle in service.

    Who said so and why stay with the registry: names of people do not belong into a chain that is never changed.

    Attributes:
        change: SHA-256 of the registry's line; it names the promotion.
        at: when the registry was changed.
        model: name and version of the bundle that serves from now on.
        before: of the one that served until then, if any.
        model_sha256: of its network.
        record: SHA-256 of the signed-off record, if there is one.
        rolled_back: whether an earlier bundle came back.
    """

    change: str
    at: datetime
    model: str
    before: str | None
    model_sha256: str | None
    record: str | None
    rolled_back: bool

    @property
    def id(self) -> UUID:
        """The event's subject."""
        return uuid5(_CHANGES, self.change)


def announce(database: Database, promotion: Promotion) -> int:
    """Note the promotion in the chain of every organisation that was there at the time and has not heard of it.

    A look that writes nothing comes first, so replicas may call this as often as they like.

    Returns:
        How many were told.

    Raises:
        Unavailable: The database is away; whoever was told stays told.
    """
    with database.read() as session:
        waiting = [each for each in _organisations(session, promotion) if not _told(session, each, promotion)]
    return sum(_tell(database, organisation_id, promotion) for organisation_id in waiting)


def _organisations(session: Session, promotion: Promotion) -> list[UUID]:
    second_over = promotion.at + timedelta(seconds=1)  # the registry's time is in whole seconds
    return list(session.scalars(select(Organisation.id).where(Organisation.created_at < second_over)))


def _told(session: Session, organisation_id: UUID, promotion: Promotion) -> bool:
    subject = select(Event.sequence).where(Event.organisation_id == organisation_id, Event.subject_id == promotion.id)
    return session.scalar(subject.limit(1)) is not None


def _tell(database: Database, organisation_id: UUID, promotion: Promotion) -> bool:
    with database.write() as session:
        lock_chain(session, organisation_id)
        if _told(session, organisation_id, promotion):
            return False  # another replica was quicker
        note(
            session, organisation_id, PROMOTED, promotion.id, ACTOR, now(),
            model=promotion.model, before=promotion.before, rolled_back=promotion.rolled_back,
            promoted_at=rfc3339(promotion.at), model_sha256=promotion.model_sha256, record=promotion.record,
            change=promotion.change,
        )  # fmt: skip
    return True
