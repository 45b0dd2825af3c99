"""Making a phone a person's: a one-time code as a QR code on the desk, and a PIN that is said in person.

Either alone is worth nothing: a photo of the screen lacks the PIN, and who overhears the PIN lacks the code.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller, Role
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.keys import see_that_may_grant
from qc.ledger.people import person_called
from qc.ledger.tables import Enrolment, Person

LASTS = timedelta(minutes=15)
TRIES = 5
"""Wrong PINs after which the code is worth nothing."""
AT_THE_DESK = frozenset({Role.INSPECTOR, Role.SUPERVISOR})
"""Roles of people whose phones anybody may enrol who may enrol phones."""

_hasher = PasswordHasher()


@dataclass(frozen=True)
class EnrolmentTicket:
    """What the desk shows, once."""

    code: str
    pin: str
    lasts: timedelta


def enrol(session: Session, caller: Caller, pseudonym: str) -> EnrolmentTicket:
    """Make a code for a person's phone; codes made for them before are worth nothing from now on.

    Args:
        session: A session of `Database.write()`.
        caller: A supervisor or the command line.
        pseudonym: Whose phone.

    Raises:
        NotFound: The organisation has no such person.
        NotAllowed: The person is neither inspector nor supervisor and their role may do more than the caller: else a
            supervisor could become an administrator.
    """
    person = person_called(session, caller.organisation_id, pseudonym)
    if Role(person.role) not in AT_THE_DESK:
        see_that_may_grant(caller, (), Role(person.role))
    for earlier in session.scalars(
        select(Enrolment).where(Enrolment.person_id == person.id, Enrolment.used_at.is_(None))
    ):
        earlier.expires_at = min(earlier.expires_at, now())
    code, pin = secrets.token_urlsafe(24), f"{secrets.randbelow(1_000_000):06d}"
    enrolment = Enrolment(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        person_id=person.id,
        code_hash=_digest(code),
        pin_hash=_hasher.hash(pin),
        failures=0,
        created_at=now(),
        expires_at=now() + LASTS,
        used_at=None,
    )
    session.add(enrolment)
    session.flush()
    note(session, caller.organisation_id, "enrolment.made", enrolment.id, caller.name, enrolment.created_at,
         person=pseudonym)  # fmt: skip
    return EnrolmentTicket(code, pin, LASTS)


def redeem(session: Session, code: str, pin: str) -> Person | None:
    """The person whose phone this becomes; None if code or PIN is wrong, used or too old.

    The caller commits either way: a wrong PIN that is not counted would be a free guess.
    """
    enrolment = session.scalar(
        select(Enrolment).where(Enrolment.code_hash == _digest(code)).with_for_update(of=Enrolment)
    )
    if enrolment is None or enrolment.used_at is not None or enrolment.expires_at <= now():
        return None
    if enrolment.failures >= TRIES or enrolment.person.ended_at is not None:
        return None
    try:
        _hasher.verify(enrolment.pin_hash, pin)
    except VerificationError:
        enrolment.failures += 1
        return None
    enrolment.used_at = now()
    note(session, enrolment.organisation_id, "enrolment.used", enrolment.id, f"person:{enrolment.person.pseudonym}",
         enrolment.used_at)  # fmt: skip
    return enrolment.person


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
