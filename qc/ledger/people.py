"""People who work with the app: their passwords, and the browsers in which they are signed in.

A browser's secret is an API key of its own with the person's role, so that expiry, revocation, scopes and idempotency
are the same for people and programs. The key travels only in a cookie that no script can read. Because a
cookie is sent by itself, each change must also carry the session's CSRF token in a header.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotAuthenticated, NotFound
from qc.ledger.accounts import Caller, Role, organisation_called
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.keys import authenticate, create_key, end_key
from qc.ledger.tables import BrowserSession, Organisation, Person

PASSWORD_LENGTH = 10
"""Fewest characters of a password."""
FAILURES = 5
"""Wrong passwords in a row after which a person is locked out for `LOCKED`."""
LOCKED = timedelta(minutes=5)
BY_PASSWORD = timedelta(hours=12)
"""How long a session by password lasts: a shared desk."""
ENROLLED = timedelta(days=90)
"""How long an enrolled phone lasts: it may be without signal for weeks."""

_hasher = PasswordHasher()  # argon2id, RFC 9106's second recommendation
_NOBODY = _hasher.hash("nobody has this password")


@dataclass(frozen=True)
class SignedIn:
    """A new session. `cookie` and `csrf` are told this once; the ledger keeps only their hashes."""

    person: Person
    cookie: str
    csrf: str
    lasts: timedelta


def add_person(
    session: Session,
    caller: Caller,
    pseudonym: str,
    role: Role,
    *,
    password: str | None = None,
    collection_point_id: UUID | None = None,
) -> Person:
    """Enter a person.

    Raises:
        BadRequest: The password is too short.
        Conflict: The pseudonym is taken.
    """
    if find_person(session, caller.organisation_id, pseudonym) is not None:
        raise Conflict(f"there is a person {pseudonym!r} already; choose another pseudonym")
    person = Person(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        collection_point_id=collection_point_id,
        pseudonym=pseudonym,
        role=role.value,
        password_hash=None if password is None else _hashed(password),
        failures=0,
        locked_until=None,
        created_at=now(),
        ended_at=None,
    )
    session.add(person)
    session.flush()
    note(session, caller.organisation_id, "person.added", person.id, caller.name, person.created_at,
         pseudonym=pseudonym, role=role.value)  # fmt: skip
    return person


def find_person(session: Session, organisation_id: UUID, pseudonym: str) -> Person | None:
    """The organisation's person of that pseudonym, if there is one."""
    return session.scalar(
        select(Person).where(Person.organisation_id == organisation_id, Person.pseudonym == pseudonym)
    )


def person_called(session: Session, organisation_id: UUID, pseudonym: str) -> Person:
    """The organisation's person of that pseudonym.

    Raises:
        NotFound: There is none, or they have left.
    """
    person = find_person(session, organisation_id, pseudonym)
    if person is None or person.ended_at is not None:
        raise NotFound(f"no person {pseudonym!r} in your organisation; `qc user add` enters one")
    return person


def check_password(session: Session, slug: str, pseudonym: str, password: str) -> Person | None:
    """The person, if the password is theirs; None if not, whatever the reason. Counts failures and locks.

    The caller commits either way: a failure that is not counted would be a free guess.
    """
    try:
        organisation: Organisation | None = organisation_called(session, slug)
    except NotFound:
        organisation = None
    person = None if organisation is None else find_person(session, organisation.id, pseudonym)
    known = person is not None and person.password_hash is not None and person.ended_at is None
    # The comparison runs for an unknown person too, so that the time taken does not tell who exists.
    right = _matches((person.password_hash if person is not None else None) or _NOBODY, password)
    if person is None or not known or (person.locked_until is not None and person.locked_until > now()):
        return None
    if right:
        person.failures, person.locked_until = 0, None
        return person
    person.failures += 1
    if person.failures >= FAILURES:
        person.failures, person.locked_until = 0, now() + LOCKED
        note(
            session, person.organisation_id, "person.locked", person.id, "sign-in", now(), minutes=LOCKED.seconds // 60
        )
    return None


def sign_in(session: Session, person: Person, *, enrolled: bool) -> SignedIn:
    """Begin a session of a person in a browser."""
    lasts = ENROLLED if enrolled else BY_PASSWORD
    key, cookie = create_key(
        session,
        person.organisation_id,
        f"browser of {person.pseudonym}",
        role=Role(person.role),
        collection_point_id=person.collection_point_id,
        expires_at=now() + lasts,
        actor=f"person:{person.pseudonym}",
    )
    csrf = secrets.token_urlsafe(32)
    session.add(BrowserSession(api_key_id=key.id, person_id=person.id, csrf_hash=_digest(csrf), enrolled=enrolled))
    session.flush()
    return SignedIn(person, cookie, csrf, lasts)


def caller_in_browser(session: Session, cookie: str, csrf: str | None, *, changes: bool) -> Caller:
    """Who is signed in with this cookie.

    Args:
        session: A session that may only read.
        cookie: The cookie's text.
        csrf: The CSRF header, if one came.
        changes: Whether the request may change something, and so must carry the CSRF token.

    Raises:
        NotAuthenticated: The session is unknown, ended, or the CSRF token is not its own.
    """
    caller = authenticate(session, cookie)
    browser = session.get(BrowserSession, caller.key_id)
    if browser is None or browser.person.ended_at is not None:
        raise NotAuthenticated("this browser is not signed in; sign in again")
    if changes and not hmac.compare_digest(browser.csrf_hash, _digest(csrf or "")):
        raise NotAuthenticated("the X-CSRF-Token header is missing or not this session's; sign in again")
    return replace(caller, name=f"person:{browser.person.pseudonym}")


def caller_with_key(session: Session, text: str) -> Caller:
    """Who holds this program's key. A browser's key is none: it counts only in its cookie, with its CSRF token.

    Raises:
        NotAuthenticated: Nobody, as `accounts.authenticate`.
    """
    caller = authenticate(session, text)
    if session.get(BrowserSession, caller.key_id) is not None:
        raise NotAuthenticated("this is the key of a browser's session; use a program's key")
    return caller


def sign_out(session: Session, caller: Caller) -> None:
    """End the session that the caller came with.

    Raises:
        BadRequest: The caller came with a program's key, which `qc key revoke` ends.
    """
    browser = None if caller.key_id is None else session.get(BrowserSession, caller.key_id)
    if browser is None:
        raise BadRequest("only a browser's session can be signed out; end a key with `qc key revoke`")
    end_key(session, browser.key, actor=caller.name)


def _hashed(password: str) -> str:
    if len(password) < PASSWORD_LENGTH:
        raise BadRequest(f"got a password of {len(password)} characters; choose one of at least {PASSWORD_LENGTH}")
    return _hasher.hash(password)


def _matches(kept: str, secret: str) -> bool:
    try:
        return _hasher.verify(kept, secret)
    except VerificationError:
        return False


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
