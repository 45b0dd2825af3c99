"""API keys of programs: made, rotated with an overlap, ended, and told apart. Only hashes are kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotAllowed, NotAuthenticated, NotFound
from qc.ledger.accounts import ROLES, Caller, Role, Scope
from qc.ledger.events import note, now
from qc.ledger.ids import uuid7
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.tables import ApiKey, BrowserSession

OVERLAP = timedelta(days=7)
"""How long the secret before a rotation goes on working, unless told otherwise."""
LONGEST_OVERLAP = timedelta(days=90)


def create_key(
    session: Session,
    organisation_id: UUID,
    name: str,
    scopes: Iterable[Scope] = (),
    *,
    role: Role | None = None,
    collection_point_id: UUID | None = None,
    expires_at: datetime | None = None,
    actor: str = "cli",
) -> tuple[ApiKey, str]:
    """Make a key. The text is returned this once and kept nowhere: `qc_<prefix>_<secret>`.

    Args:
        session: A session of `Database.write()`.
        organisation_id: Whose.
        name: What the key is for.
        scopes: What it may do, beside what its role may.
        role: A named set of scopes. The key follows it: what a later version adds to the role, the key may do.
        collection_point_id: Where it is used.
        expires_at: When it ends; never when not given.
        actor: Who makes it.

    Raises:
        BadRequest: Neither a scope nor a role: the key could do nothing.
    """
    granted = sorted(scopes)
    if not granted and role is None:
        raise BadRequest("got neither a scope nor a role: name at least one, or the key can do nothing")
    prefix = secrets.token_hex(4)
    text = _text(prefix)
    key = ApiKey(
        id=uuid7(),
        organisation_id=organisation_id,
        collection_point_id=collection_point_id,
        name=name,
        prefix=prefix,
        secret_hash=_hash(text),
        scopes=granted,
        role=role.value if role else None,
        created_at=now(),
        expires_at=expires_at,
    )
    session.add(key)
    note(
        session, organisation_id, "key.created", key.id, actor, key.created_at,
        name=name, prefix=prefix, scopes=list(key.scopes), role=key.role,
    )  # fmt: skip
    return key, text


def see_that_may_grant(caller: Caller, scopes: Iterable[Scope], role: Role | None) -> None:
    """See that a caller has all that they want to give away: no key makes a mightier one.

    Judging pieces again may be given by whoever does not have it: they see too much to be blind themselves.

    Raises:
        NotAllowed: They lack some of it.
    """
    wanted = frozenset(scopes) | (ROLES[role] if role else frozenset())
    lacking = wanted - caller.scopes - {Scope.REINSPECT}
    if lacking:
        raise NotAllowed(f"you cannot give what you do not have: {', '.join(sorted(lacking))}")


def rotate_key(session: Session, key: ApiKey, overlap: timedelta = OVERLAP, actor: str = "cli") -> str:
    """Give a key a new secret. The one before works until the overlap ends; an older one ends at once.

    It stays the same key, with its prefix, scopes and remembered requests: what was sent with the old secret and comes
    again with the new one is still carried out once.

    Returns:
        The new text, this once.

    Raises:
        BadRequest: The overlap is negative or too long.
        Conflict: The key has ended.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise BadRequest(f"got an overlap of {overlap}, wanted 0 to {LONGEST_OVERLAP.days} days")
    if _ended(key):
        raise Conflict(f"the key {key.prefix} has ended; make a new one")
    text, at = _text(key.prefix), now()
    key.previous_hash, key.previous_until = key.secret_hash, at + overlap
    key.secret_hash, key.rotated_at = _hash(text), at
    note(session, key.organisation_id, "key.rotated", key.id, actor, at,
         prefix=key.prefix, overlap_s=int(overlap.total_seconds()))  # fmt: skip
    return text


def end_key(session: Session, key: ApiKey, actor: str = "cli") -> None:
    """End a key at once, with every secret of it; a second time does nothing."""
    if key.revoked_at is None:
        key.revoked_at = now()
        note(session, key.organisation_id, "key.revoked", key.id, actor, key.revoked_at, prefix=key.prefix)


def key_called(session: Session, prefix: str) -> ApiKey:
    """The key of that prefix, whatever organisation's: for the command line.

    Raises:
        NotFound: There is none.
    """
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    if key is None:
        raise NotFound(f"no key with the prefix {prefix!r}; `qc key list` shows them")
    return key


def key_of_id(session: Session, organisation_id: UUID, key_id: UUID, *, change: bool = False) -> ApiKey:
    """The organisation's program key of that id; with `change` its row is held until the transaction ends.

    Raises:
        NotFound: There is none, or it belongs to another organisation, or to a person's browser.
    """
    wanted = _programs(organisation_id).where(ApiKey.id == key_id)
    key: ApiKey | None = session.scalar(wanted.with_for_update(of=ApiKey) if change else wanted)
    if key is None:
        raise NotFound(f"no key {key_id} in your organisation")
    return key


def keys_of(session: Session, organisation_id: UUID) -> list[ApiKey]:
    """All program keys of an organisation, oldest first."""
    return list(session.scalars(_programs(organisation_id).order_by(ApiKey.created_at)))


def list_keys(session: Session, organisation_id: UUID, limit: int, before: Position | None) -> Page[ApiKey]:
    """Program keys, newest first, a page at a time."""
    return newest_first(session, _programs(organisation_id), ApiKey.created_at, ApiKey.id, limit, before)


def authenticate(session: Session, text: str) -> Caller:
    """Who holds this key.

    Raises:
        NotAuthenticated: Nobody: it is malformed, unknown, revoked or expired. The answer does not tell which.
    """
    parts = text.split("_", 2)
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == parts[1])) if len(parts) == 3 else None
    # The comparisons run for an unknown prefix too, so that the time taken does not tell which prefixes exist.
    given = _hash(text)
    matches = hmac.compare_digest(key.secret_hash if key is not None else _hash(""), given)
    replaced = hmac.compare_digest((key.previous_hash if key is not None else None) or _hash(""), given)
    if key is None or _ended(key) or not (matches or (replaced and _overlaps(key))):
        raise NotAuthenticated("the API key is not known or no longer valid; ask your administrator for one")
    return Caller(
        organisation_id=key.organisation_id,
        name=f"key:{key.prefix}",
        scopes=scopes_of(key),
        key_id=key.id,
        collection_point_id=key.collection_point_id,
    )


def scopes_of(key: ApiKey) -> frozenset[Scope]:
    """What a key may do: its own scopes and its role's. Words that this version does not know count for nothing."""
    own = frozenset(scope for scope in Scope if scope in key.scopes)
    return own | next((may for role, may in ROLES.items() if role == key.role), frozenset())


def mark_used(session: Session, seen: Mapping[UUID, datetime]) -> None:
    """Keep when keys were last used. An older time never replaces a newer one: replicas write at different moments."""
    for key_id, at in sorted(seen.items()):
        session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < at))
            .values(last_used_at=at)
        )


def _programs(organisation_id: UUID) -> Select[Any]:
    browsers = select(BrowserSession.api_key_id)
    return select(ApiKey).where(ApiKey.organisation_id == organisation_id, ApiKey.id.not_in(browsers))


def _ended(key: ApiKey) -> bool:
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now())


def _overlaps(key: ApiKey) -> bool:
    return key.previous_until is not None and key.previous_until > now()


def _text(prefix: str) -> str:
    return f"qc_{prefix}_{secrets.token_urlsafe(32)}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
