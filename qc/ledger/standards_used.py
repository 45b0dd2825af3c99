"""Standards as they stood when used: a used version can never change in silence."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.tables import StandardVersion


def remember_standard(
    session: Session, caller: Caller, name: str, version: int, fingerprint: str, document: str
) -> StandardVersion:
    """The standard's entry, made on first use with the whole document.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        name: The standard's name.
        version: Its version.
        fingerprint: sha256 of all that decides in it.
        document: The whole of it, as JSON.

    Raises:
        Conflict: That version was used before with other content. A changed standard is a new version.
    """
    known = session.scalar(
        select(StandardVersion).where(
            StandardVersion.organisation_id == caller.organisation_id,
            StandardVersion.name == name,
            StandardVersion.version == version,
        )
    )
    if known is None:
        known = StandardVersion(
            id=uuid7(),
            organisation_id=caller.organisation_id,
            name=name,
            version=version,
            fingerprint=fingerprint,
            document=document,
            first_used_at=now(),
        )
        session.add(known)
        session.flush()
        note(
            session, caller.organisation_id, "standard.used", known.id, caller.name, known.first_used_at,
            name=name, version=version, fingerprint=fingerprint,
        )  # fmt: skip
    if known.fingerprint != fingerprint:
        raise Conflict(
            f"standard {name} {version} was used before with other content; give the changed document a new version"
        )
    return known
