"""Weavers, as pseudonyms: what they consented to, and how they are forgotten."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, NotFound
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.tables import Maker


def find_maker(session: Session, organisation_id: UUID, maker_ref: str) -> Maker | None:
    """The organisation's weaver of that pseudonym, if known and not erased."""
    return session.scalar(select(Maker).where(Maker.organisation_id == organisation_id, Maker.maker_ref == maker_ref))


def maker_called(session: Session, organisation_id: UUID, maker_ref: str) -> Maker:
    """The organisation's weaver of that pseudonym.

    Raises:
        NotFound: There is none, or they were erased.
    """
    maker = find_maker(session, organisation_id, maker_ref)
    if maker is None:
        raise NotFound("no weaver of that pseudonym in your organisation")
    return maker


def remember_maker(
    session: Session, caller: Caller, maker_ref: str, consent_version: str | None, consented_at: datetime | None
) -> Maker:
    """The weaver of that pseudonym, entered with their consent if new.

    The chain learns only the salted commitment. A newer consent version is recorded as an event of its own.

    Raises:
        BadRequest: The weaver is new and no consent came with them.
    """
    maker = find_maker(session, caller.organisation_id, maker_ref)
    if maker is not None and consent_version in {None, maker.consent_version}:
        return maker
    if consent_version is None:
        raise BadRequest(
            "a new `maker_ref` needs `consent_version`: the version of the consent that this weaver gave",
            pointer="/inspection/consent_version",
        )
    at = consented_at or now()
    if maker is None:
        salt = secrets.token_bytes(32)
        maker = Maker(
            id=uuid7(),
            organisation_id=caller.organisation_id,
            maker_ref=maker_ref,
            salt=salt,
            commitment=sha256(salt + maker_ref.encode()).hexdigest(),
            consent_version=consent_version,
            consented_at=at,
        )
        session.add(maker)
        session.flush()
    maker.consent_version, maker.consented_at = consent_version, at
    note(
        session, caller.organisation_id, "maker.consented", maker.id, caller.name, now(),
        commitment=maker.commitment, consent_version=consent_version, consented_at=rfc3339(at),
    )  # fmt: skip
    return maker


def erase_maker(session: Session, caller: Caller, maker: Maker) -> None:
    """Forget whom the commitment means. Pieces and events stay, and stay true; a second time does nothing."""
    if maker.erased_at is None:
        maker.maker_ref, maker.salt, maker.erased_at = None, None, now()
        note(
            session, caller.organisation_id, "maker.erased", maker.id, caller.name, maker.erased_at,
            commitment=maker.commitment,
        )  # fmt: skip
