"""Standards written through the service: proposed as new versions, previewed, and put into force by a named person.

A version is never changed. What is in force is the release that began last; an organisation that has released nothing
of a standard uses the latest version of its library, as files bring it. Decisions that were made stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, UnknownStandard
from qc.ledger.accounts import Caller
from qc.ledger.events import lock_chain, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.tables import StandardEdition, StandardRelease, StandardVersion
from qc.standards.library import Library
from qc.standards.standard import ExportStandard

HIGHEST = 1_000_000
"""Versions of a standard."""


def library_in_force(session: Session, organisation_id: UUID, files: Library, at: datetime | None = None) -> Library:
    """The organisation's standards in force: its releases, and the library's own latest versions for all others.

    Args:
        session: Any session.
        organisation_id: Whose.
        files: The library as files bring it.
        at: When; now if not given.
    """
    released = [read_edition(row) for row in _in_force(session, organisation_id, at or now())]
    return files.with_in_force(released) if released else files


def propose(session: Session, caller: Caller, standard: ExportStandard, files: Library) -> StandardEdition:
    """Keep a new version of a standard. It judges nothing until it is put into force.

    The same version with the same content again gives the one that is kept.

    Raises:
        BadStandard: Its SKU is another standard's.
        BadRequest: It changes the SKU of its standard, or its version is beyond all measure.
        Conflict: The version is taken by other content, or is not above those there are.
    """
    if standard.version > HIGHEST:
        raise BadRequest(f"got version {standard.version}, at most {HIGHEST} is taken", pointer="/version")
    lock_chain(session, caller.organisation_id)
    known = find_edition(session, caller.organisation_id, standard.name, standard.version)
    if known is not None and known.fingerprint == standard.fingerprint:
        return known
    highest = _highest(session, caller.organisation_id, standard.name, files)
    if standard.version <= highest:
        raise Conflict(
            f"{standard.name} has versions up to {highest}, and a version never changes: give this document "
            f"version {highest + 1}",
            next_version=highest + 1,
        )
    _see_that_sku_stays(session, caller.organisation_id, standard, files)
    at = now()
    edition = _keep(session, caller, standard, at)
    note(
        session, caller.organisation_id, "standard.proposed", edition.id, caller.name, at,
        name=standard.name, version=standard.version, sku=standard.product.sku, fingerprint=standard.fingerprint,
    )  # fmt: skip
    return edition


def put_into_force(
    session: Session,
    caller: Caller,
    name: str,
    version: int,
    files: Library,
    *,
    decided_by: str,
    reason: str,
    effective_from: datetime | None = None,
) -> StandardRelease:
    """Put a version into force, now or at a later time. An earlier version may come back the same way.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        name: Of the standard.
        version: A proposed one, or one of the library's.
        files: The library as files bring it.
        decided_by: The person, as a pseudonym.
        reason: Why.
        effective_from: When it begins; now if not given.

    Raises:
        BadRequest: It shall begin in the past.
        BadStandard: Its SKU has become another standard's.
        Conflict: It is in force then already.
        UnknownStandard: There is no such version.
    """
    lock_chain(session, caller.organisation_id)
    at = now()
    begins = at if effective_from is None else effective_from
    if begins < at:
        raise BadRequest(
            f"got effective_from {rfc3339(begins)}, which is past: what was judged then stays judged as it was; "
            "leave it out to begin now",
            pointer="/body/effective_from",
        )
    standard = version_of(session, caller.organisation_id, name, version, files)
    before = library_in_force(session, caller.organisation_id, files, begins)
    standing = next((x for x in before if x.name == name), None)
    if standing is not None and (standing.version, standing.fingerprint) == (version, standard.fingerprint):
        raise Conflict(f"version {version} of {name} is in force then already")
    before.with_in_force([standard])  # refuses a SKU that another standard has taken
    edition = find_edition(session, caller.organisation_id, name, version) or _keep(session, caller, standard, at)
    last = session.scalar(
        select(func.max(StandardRelease.number)).where(
            StandardRelease.organisation_id == caller.organisation_id, StandardRelease.name == name
        )
    )
    release = StandardRelease(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        edition=edition,
        name=name,
        number=(last or 0) + 1,
        effective_from=begins,
        decided_by=decided_by,
        reason=reason,
        actor=caller.name,
        released_at=at,
    )
    session.add(release)
    session.flush()
    note(
        session, caller.organisation_id, "standard.put_into_force", edition.id, caller.name, at,
        release=str(release.id), name=name, version=version, sku=standard.product.sku, fingerprint=standard.fingerprint,
        replaces=standing.version if standing else None, effective_from=rfc3339(begins),
        decided_by=decided_by, reason=reason,
    )  # fmt: skip
    return release


def version_of(session: Session, organisation_id: UUID, name: str, version: int, files: Library) -> ExportStandard:
    """A version of a standard, proposed or of the library's.

    Raises:
        UnknownStandard: There is none.
    """
    edition = find_edition(session, organisation_id, name, version)
    return files.named(name, version) if edition is None else read_edition(edition)


def find_edition(session: Session, organisation_id: UUID, name: str, version: int) -> StandardEdition | None:
    """The kept version, if there is one."""
    return session.scalar(
        select(StandardEdition).where(
            StandardEdition.organisation_id == organisation_id,
            StandardEdition.name == name,
            StandardEdition.version == version,
        )
    )


def editions_of(session: Session, organisation_id: UUID, name: str) -> Sequence[StandardEdition]:
    """Every kept version of a standard, oldest first."""
    return session.scalars(
        select(StandardEdition)
        .where(StandardEdition.organisation_id == organisation_id, StandardEdition.name == name)
        .order_by(StandardEdition.version)
    ).all()


def releases_of(session: Session, organisation_id: UUID, name: str) -> Sequence[StandardRelease]:
    """Every release of a standard, first to last."""
    return session.scalars(
        select(StandardRelease)
        .where(StandardRelease.organisation_id == organisation_id, StandardRelease.name == name)
        .order_by(StandardRelease.number)
    ).all()


def read_edition(edition: StandardEdition) -> ExportStandard:
    """The standard that a version keeps."""
    return _parsed(edition.document)


@lru_cache(maxsize=256)
def _parsed(document: str) -> ExportStandard:
    return ExportStandard.model_validate_json(document)


def _in_force(session: Session, organisation_id: UUID, at: datetime) -> Sequence[StandardEdition]:
    """The versions whose releases began last."""
    ranked = (
        select(
            StandardRelease.edition_id,
            func.row_number()
            .over(
                partition_by=StandardRelease.name,
                order_by=(StandardRelease.effective_from.desc(), StandardRelease.number.desc()),
            )
            .label("place"),
        )
        .where(StandardRelease.organisation_id == organisation_id, StandardRelease.effective_from <= at)
        .subquery()
    )
    return session.scalars(
        select(StandardEdition).join(ranked, ranked.c.edition_id == StandardEdition.id).where(ranked.c.place == 1)
    ).all()


def _highest(session: Session, organisation_id: UUID, name: str, files: Library) -> int:
    """The highest version that is known by this name, wherever it came from; 0: none."""
    tables: tuple[type[StandardEdition | StandardVersion], ...] = (StandardEdition, StandardVersion)
    kept = [
        session.scalar(
            select(func.max(table.version)).where(table.organisation_id == organisation_id, table.name == name)
        )
        for table in tables
    ]
    with suppress(UnknownStandard):  # a new standard
        kept.append(files.named(name).version)
    return max(version or 0 for version in kept)


def _see_that_sku_stays(session: Session, organisation_id: UUID, standard: ExportStandard, files: Library) -> None:
    present = library_in_force(session, organisation_id, files)
    standing = next((x for x in present if x.name == standard.name), None)
    if standing is not None and standing.product.sku != standard.product.sku:
        raise BadRequest(
            f"{standard.name} is for {standing.product.sku or 'no SKU'}, this document is for "
            f"{standard.product.sku or 'no SKU'}: a standard keeps its SKU; give another SKU a standard of its own",
            pointer="/product/sku",
        )
    present.with_in_force([standard])  # refuses a SKU that another standard has


def _keep(session: Session, caller: Caller, standard: ExportStandard, at: datetime) -> StandardEdition:
    edition = StandardEdition(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        name=standard.name,
        version=standard.version,
        sku=standard.product.sku,
        fingerprint=standard.fingerprint,
        document=standard.model_dump_json(),
        actor=caller.name,
        proposed_at=at,
    )
    session.add(edition)
    session.flush()
    return edition
