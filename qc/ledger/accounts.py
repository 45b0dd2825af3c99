"""Organisations and their collection points; who calls, and what scopes and roles let them do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.events import note, now, start_chain
from qc.ledger.ids import uuid7
from qc.ledger.tables import CollectionPoint, Organisation


class Scope(StrEnum):
    """What a key may do."""

    INSPECT = "inspections:write"
    DECIDE = "decisions:write"
    READ_PIECES = "pieces:read"
    READ_ORDERS = "orders:read"
    WRITE_ORDERS = "orders:write"
    READ_BATCHES = "batches:read"
    OPEN_BATCHES = "batches:write"  # and their cartons and containers
    SEAL_BATCHES = "batches:seal"
    READ_STANDARDS = "standards:read"
    WRITE_STANDARDS = "standards:write"
    READ_MODELS = "models:read"  # which model serves, and where its challenger differs
    READ_DRIFT = "drift:read"
    READ_EVENTS = "events:read"
    EXPORT_LEDGER = "ledger:export"
    READ_MAKERS = "makers:read"  # consent, and statements for pay
    CHANGE_MAKERS = "makers:write"  # record consent, erase
    ENROL_PEOPLE = "people:enrol"
    READ_WEBHOOKS = "webhooks:read"
    CHANGE_WEBHOOKS = "webhooks:write"
    MANAGE_KEYS = "keys:write"
    DECIDE_LOTS = "lots:write"
    REINSPECT = "reinspections:write"
    REJUDGE = "rejudgements:write"  # what past pieces would be under another standard or model
    LABEL = "labels:write"  # what to label next, and labels of photos


class Role(StrEnum):
    """A named set of scopes, for people and for keys of programs."""

    INSPECTOR = "inspector"  # photographs and decides at a collection point
    SUPERVISOR = "supervisor"  # answers for a collection point
    SHIPPER = "shipper"  # the shipment system, or who packs
    ML_ENGINEER = "ml_engineer"  # looks at evidence and photos; labels, and decides nothing
    ADMIN = "admin"


_INSPECTOR = frozenset({Scope.INSPECT, Scope.DECIDE, Scope.READ_PIECES, Scope.READ_STANDARDS})
ROLES: dict[Role, frozenset[Scope]] = {
    Role.INSPECTOR: _INSPECTOR | {Scope.REINSPECT},  # and so does not see what they may judge blind
    Role.SUPERVISOR: _INSPECTOR
    | {
        Scope.READ_ORDERS,
        Scope.READ_BATCHES,
        Scope.OPEN_BATCHES,
        Scope.READ_EVENTS,
        Scope.ENROL_PEOPLE,
        Scope.DECIDE_LOTS,
        Scope.WRITE_STANDARDS,
        Scope.READ_MAKERS,
        Scope.CHANGE_MAKERS,
        Scope.LABEL,
        Scope.REJUDGE,
        Scope.READ_DRIFT,
        Scope.READ_MODELS,  # whose verdicts they answer for
    },
    Role.SHIPPER: frozenset(
        {
            Scope.READ_PIECES,
            Scope.READ_STANDARDS,
            Scope.READ_ORDERS,
            Scope.WRITE_ORDERS,
            Scope.READ_BATCHES,
            Scope.OPEN_BATCHES,
            Scope.SEAL_BATCHES,
            Scope.READ_EVENTS,
            Scope.READ_WEBHOOKS,
            Scope.CHANGE_WEBHOOKS,
        }
    ),
    Role.ML_ENGINEER: frozenset(
        {
            Scope.READ_PIECES,
            Scope.READ_STANDARDS,
            Scope.READ_EVENTS,
            Scope.READ_MODELS,
            Scope.READ_DRIFT,
            Scope.LABEL,
            Scope.REJUDGE,
        }
    ),
    Role.ADMIN: frozenset(Scope),
}
"""What each role may do."""


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
