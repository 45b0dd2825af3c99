"""Organisations, collection points and API keys."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotAuthenticated, NotFound
from qc.ledger.events import note, now, start_chain
from qc.ledger.ids import uuid7
from qc.ledger.tables import ApiKey, CollectionPoint, Organisation


class Scope(StrEnum):
    """What a key may do."""

    INSPECT = "inspections:write"
    DECIDE = "decisions:write"
    READ_PIECES = "pieces:read"
    READ_ORDERS = "orders:read"
    READ_BATCHES = "batches:read"
    OPEN_BATCHES = "batches:write"
    READ_STANDARDS = "standards:read"
    READ_EVENTS = "events:read"
    ENROL_PEOPLE = "people:enrol"


@dataclass(frozen=True)
class Caller:
    """Who asks: a key, for an organisation. `name` goes into the chain, so it is never a person's name."""

    organisation_id: UUID
    name: str
    scopes: frozenset[Scope]
    key_id: UUID | None = None
    collection_point_id: UUID | None = None


def create_organisation(session: Session, slug: str, name: str) -> Organisation:
    """Enter an organisation and begin its chain.

    Raises:
        Conflict: The slug is taken.
    """
    if find_organisation(session, slug) is not None:
        raise Conflict(f"there is an organisation {slug!r} already; choose another slug")
    organisation = Organisation(id=uuid7(), slug=slug, name=name, created_at=now())
    session.add(organisation)
    session.flush()
    start_chain(session, organisation.id)
    note(session, organisation.id, "organisation.created", organisation.id, "cli", organisation.created_at, slug=slug)
    return organisation


def find_organisation(session: Session, slug: str) -> Organisation | None:
    """The organisation of that slug, if there is one."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug))


def organisation_called(session: Session, slug: str) -> Organisation:
    """The organisation of that slug.

    Raises:
        NotFound: There is none; the sentence lists those there are.
    """
    found = find_organisation(session, slug)
    if found is None:
        known = ", ".join(session.scalars(select(Organisation.slug).order_by(Organisation.slug))) or "none"
        raise NotFound(f"no organisation {slug!r}; there are: {known}")
    return found


def add_collection_point(session: Session, organisation_id: UUID, code: str, name: str) -> CollectionPoint:
    """Enter a collection point.

    Raises:
        Conflict: The code is taken.
    """
    if find_collection_point(session, organisation_id, code) is not None:
        raise Conflict(f"there is a collection point {code!r} already; choose another code")
    point = CollectionPoint(id=uuid7(), organisation_id=organisation_id, code=code, name=name, created_at=now())
    session.add(point)
    note(session, organisation_id, "collection_point.added", point.id, "cli", point.created_at, code=code)
    return point


def find_collection_point(session: Session, organisation_id: UUID, code: str) -> CollectionPoint | None:
    """The organisation's collection point of that code, if there is one."""
    return session.scalar(
        select(CollectionPoint).where(CollectionPoint.organisation_id == organisation_id, CollectionPoint.code == code)
    )


def collection_point_for(session: Session, caller: Caller, code: str | None) -> UUID:
    """Where an inspection takes place: the point named, else the key's own, else the only one there is.

    Raises:
        BadRequest: The code is unknown, or none was named and there is more than one.
    """
    if code is not None:
        named = find_collection_point(session, caller.organisation_id, code)
        if named is None:
            raise BadRequest(f"no collection point {code!r}; use a code of your organisation")
        return named.id
    if caller.collection_point_id is not None:
        return caller.collection_point_id
    points = session.scalars(
        select(CollectionPoint.id).where(CollectionPoint.organisation_id == caller.organisation_id).limit(2)
    ).all()
    if len(points) != 1:
        raise BadRequest("name the `collection_point`: your organisation has none or more than one")
    return points[0]


def create_key(
    session: Session,
    organisation_id: UUID,
    name: str,
    scopes: Iterable[Scope],
    *,
    collection_point_id: UUID | None = None,
    expires_at: datetime | None = None,
    actor: str = "cli",
) -> tuple[ApiKey, str]:
    """Make a key. The text is returned this once and kept nowhere: `qc_<prefix>_<secret>`."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"qc_{prefix}_{secret}"
    key = ApiKey(
        id=uuid7(),
        organisation_id=organisation_id,
        collection_point_id=collection_point_id,
        name=name,
        prefix=prefix,
        secret_hash=_hash(text),
        scopes=sorted(scopes),
        created_at=now(),
        expires_at=expires_at,
    )
    session.add(key)
    note(
        session, organisation_id, "key.created", key.id, actor, key.created_at,
        name=name, prefix=prefix, scopes=list(key.scopes),
    )  # fmt: skip
    return key, text


def revoke_key(session: Session, prefix: str, actor: str = "cli") -> ApiKey:
    """End a key at once; a second time does nothing.

    Raises:
        NotFound: No key has that prefix.
    """
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    if key is None:
        raise NotFound(f"no key with the prefix {prefix!r}; `qc key list` shows them")
    if key.revoked_at is None:
        key.revoked_at = now()
        note(session, key.organisation_id, "key.revoked", key.id, actor, key.revoked_at, prefix=prefix)
    return key


def keys_of(session: Session, organisation_id: UUID) -> list[ApiKey]:
    """All keys of an organisation, oldest first."""
    return list(
        session.scalars(select(ApiKey).where(ApiKey.organisation_id == organisation_id).order_by(ApiKey.created_at))
    )


def authenticate(session: Session, text: str) -> Caller:
    """Who holds this key.

    Raises:
        NotAuthenticated: Nobody: it is malformed, unknown, revoked or expired. The answer does not tell which.
    """
    parts = text.split("_", 2)
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == parts[1])) if len(parts) == 3 else None
    # The comparison runs for an unknown prefix too, so that the time taken does not tell which prefixes exist.
    matches = hmac.compare_digest(key.secret_hash if key is not None else _hash(""), _hash(text))
    if key is None or not matches or _ended(key):
        raise NotAuthenticated("the API key is not known or no longer valid; ask your administrator for one")
    known = {scope.value for scope in Scope}
    return Caller(
        organisation_id=key.organisation_id,
        name=f"key:{key.prefix}",
        scopes=frozenset(Scope(scope) for scope in key.scopes if scope in known),
        key_id=key.id,
        collection_point_id=key.collection_point_id,
    )


def _ended(key: ApiKey) -> bool:
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now())


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
