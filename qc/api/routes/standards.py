"""Export standards: to read, to propose as new versions, to try on past evidence, and to put into force."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, Once, carry_out_once
from qc.api.problems import BODY, answers
from qc.api.schemas.standards import (
    PreviewIn,
    PreviewOut,
    ReleaseIn,
    ReleaseOut,
    StandardList,
    StandardOut,
    VersionList,
    VersionOut,
)
from qc.api.security import CanReadStandards, CanWriteStandards, speaks_for
from qc.api.standard_bodies import OPENAPI_BODY, SentStandard
from qc.errors import BadRequest, UnknownStandard
from qc.inspection import Station
from qc.ledger import standards_edited
from qc.ledger.standard_preview import preview
from qc.standards.library import Library
from qc.standards.standard import ExportStandard

router = APIRouter(prefix="/v1/standards", tags=["standards"])

Named = Annotated[str, Path(max_length=60, description="Name of the standard, or its SKU.")]
Numbered = Annotated[int, Path(ge=1, le=standards_edited.HIGHEST)]
_CREATES = (errors.UnknownStandard, errors.Conflict, errors.StillRunning, errors.KeyReused, errors.BadStandard)


@router.get("", responses=answers())
def list_standards(caller: CanReadStandards, station: StationDep) -> StandardList:
    """The version in force of every standard: what it is for, the photos and hand checks that it asks for."""
    return StandardList(items=[StandardOut.of(standard) for standard in station.in_force(caller)])


@router.get("/{name}", response_model=ExportStandard, responses=tagged_answers(errors.UnknownStandard))
def get_standard(request: Request, name: Named, caller: CanReadStandards, station: StationDep) -> Response:
    """The version in force of a standard, whole: what a phone needs to judge by the same rules."""
    return tagged(request, _present(station.in_force(caller), name))


@router.get("/{name}/versions", responses=answers(errors.UnknownStandard))
def list_versions(name: Named, caller: CanReadStandards, station: StationDep) -> VersionList:
    """Every version of a standard, and who put which into force."""
    with station.database.read() as session:
        return _versions(session, caller.organisation_id, station, name)


@router.get("/{name}/versions/{version}", responses=answers(errors.UnknownStandard))
def get_version(name: Named, version: Numbered, caller: CanReadStandards, station: StationDep) -> ExportStandard:
    """A version of a standard, whole, in force or not."""
    with station.database.read() as session:
        owner = caller.organisation_id
        called = _name(standards_edited.library_in_force(session, owner, station.library), name)
        return standards_edited.version_of(session, owner, called, version, station.library)


@router.post(
    "/{name}/versions",
    status_code=201,
    response_model=VersionOut,
    openapi_extra=OPENAPI_BODY,
    responses=answers(*_CREATES, framework=(*BODY, 415)),
)
def propose(
    request: Request,
    name: Named,
    caller: CanWriteStandards,  # before the body: what strangers send is not even read
    standard: SentStandard,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Propose a new version, as JSON or YAML. It judges nothing until it is put into force, and never changes."""

    def work(session: Session) -> tuple[int, VersionOut, str]:
        present = standards_edited.library_in_force(session, caller.organisation_id, station.library)
        if _name(present, name) != standard.name:
            raise BadRequest(f"the document is {standard.name}, the address says {name}", pointer="/body/name")
        kept = standards_edited.propose(session, caller, standard, station.library)
        shown = VersionOut(
            name=kept.name,
            version=kept.version,
            fingerprint=kept.fingerprint,
            origin="service",
            in_force=any((x.name, x.version) == (kept.name, kept.version) for x in present),
            proposed_at=kept.proposed_at,
        )
        return 201, shown, f"/v1/standards/{kept.name}/versions/{kept.version}"

    once = Once(request, caller, key, standard.model_dump_json().encode())
    with once.alone():
        return once.earlier() or once.carry_out(work)


@router.post("/{name}/preview", responses=answers(errors.UnknownStandard, framework=BODY))
def what_would_change(name: Named, body: PreviewIn, caller: CanWriteStandards, station: StationDep) -> PreviewOut:
    """Judge past evidence again, as the standard in force does and as another version would, a page at a time.

    Each piece counts by its last inspection, with the hand checks that are known. Nothing is written, and decisions
    that were made stay as they are.
    """
    owner = caller.organisation_id
    with station.database.read() as session:
        present = _present(standards_edited.library_in_force(session, owner, station.library), name)
        other = standards_edited.version_of(session, owner, present.name, body.version, station.library)
        return PreviewOut.of(present, other, preview(session, owner, present, other, body.limit, body.after))


@router.post(
    "/{name}/versions/{version}/release",
    status_code=201,
    response_model=ReleaseOut,
    responses=answers(*_CREATES, framework=BODY),
)
def put_into_force(
    request: Request,
    name: Named,
    version: Numbered,
    body: ReleaseIn,
    caller: CanWriteStandards,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Put a version into force, now or later. Inspections from then on are judged by it; earlier ones stay."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, ReleaseOut, str]:
        present = standards_edited.library_in_force(session, caller.organisation_id, station.library)
        release = standards_edited.put_into_force(
            session,
            caller,
            _name(present, name),
            version,
            station.library,
            decided_by=body.decided_by,
            reason=body.reason,
            effective_from=body.effective_from,
        )
        return 201, ReleaseOut.of(release), f"/v1/standards/{release.name}/versions"

    return carry_out_once(request, caller, key, body, work)


def _present(library: Library, name: str) -> ExportStandard:
    return library.named(_name(library, name))


def _name(library: Library, name: str) -> str:
    """The name of the standard that is called so, or that is for this SKU."""
    return next((x.name for x in library if x.product.sku == name), name)


def _versions(session: Session, organisation_id: UUID, station: Station, name: str) -> VersionList:
    present = standards_edited.library_in_force(session, organisation_id, station.library)
    called = _name(present, name)
    kept = {x.version: x for x in standards_edited.editions_of(session, organisation_id, called)}
    brought = {x.version: x for x in _brought(station.library, called)}
    if not kept and not brought:
        present.named(called)  # says which there are
    standing = {x.version for x in present if x.name == called}
    return VersionList(
        items=[
            VersionOut(
                name=called,
                version=version,
                fingerprint=kept[version].fingerprint if version in kept else brought[version].fingerprint,
                origin="file" if version in brought else "service",
                in_force=version in standing,
                proposed_at=kept[version].proposed_at if version in kept and version not in brought else None,
            )
            for version in sorted(kept.keys() | brought.keys())
        ],
        releases=[ReleaseOut.of(x) for x in standards_edited.releases_of(session, organisation_id, called)],
    )


def _brought(library: Library, name: str) -> tuple[ExportStandard, ...]:
    try:
        return library.versions(name)
    except UnknownStandard:
        return ()
