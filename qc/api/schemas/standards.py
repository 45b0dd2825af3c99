"""Export standards: what is in force, versions, releases, and what another version would change."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Instant, Pseudonym, Sentence, Time
from qc.ledger.standard_preview import Preview
from qc.ledger.tables import StandardRelease
from qc.standards.standard import ExportStandard


class StandardOut(BaseModel):
    """A standard in short."""

    name: str
    version: int
    title: dict[str, str] = Field(description="By language: en, id.")
    buyer: str | None
    sku: str | None = Field(description="Null: it grades and never logs.")
    views: list[str] = Field(description="Photos that it asks for.")
    export_grades: list[str]
    checks: dict[str, Any] = Field(description="Hand checks that it knows, by name.")
    fingerprint: str = Field(description="sha256 of all that decides in it.")

    @classmethod
    def of(cls, standard: ExportStandard) -> StandardOut:
        """From the standard."""
        return cls(
            name=standard.name,
            version=standard.version,
            title=standard.title.model_dump(),
            buyer=standard.buyer,
            sku=standard.product.sku,
            views=list(standard.views.required),
            export_grades=list(standard.export_grades),
            checks={name: rule.model_dump(mode="json") for name, rule in standard.checks.items()},
            fingerprint=standard.fingerprint,
        )


class StandardList(BaseModel):
    """The version in force of every standard."""

    items: list[StandardOut]


class VersionOut(BaseModel):
    """A version of a standard. Its content never changes."""

    name: str
    version: int
    fingerprint: str
    origin: Literal["file", "service"] = Field(description="Brought by the installation, or proposed over HTTP.")
    in_force: bool
    proposed_at: Time | None = Field(description="Null for a version that a file brought.")


class ReleaseOut(BaseModel):
    """Who put which version into force, from when, and why."""

    number: int = Field(description="Of this standard's releases, from 1.")
    version: int
    effective_from: Time
    decided_by: str
    reason: str
    released_at: Time

    @classmethod
    def of(cls, release: StandardRelease) -> ReleaseOut:
        """From the ledger's row."""
        return cls(
            number=release.number,
            version=release.edition.version,
            effective_from=release.effective_from,
            decided_by=release.decided_by,
            reason=release.reason,
            released_at=release.released_at,
        )


class VersionList(BaseModel):
    """Every version of a standard, oldest first, and every release of one."""

    items: list[VersionOut]
    releases: list[ReleaseOut]


class ReleaseIn(Incoming):
    """Put a version into force."""

    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")
    reason: Sentence
    effective_from: Instant | None = Field(default=None, description="When it begins; now when left out.")


class PreviewIn(Incoming):
    """Which version to try on past evidence, and which page of pieces."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    after: UUID | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, description="Most pieces of the page.")] = 200


class OutcomeCount(BaseModel):
    """How many pieces would go from one outcome to another; also those that stay."""

    before: str = Field(description="A grade, or the status where there is none.", examples=["A"])
    after: str
    pieces: int


class ChangeOut(BaseModel):
    """A piece whose outcome would be another."""

    piece_id: UUID
    tag: str | None
    inspection_id: UUID
    before: str
    after: str
    rules: list[str] = Field(description="Rules behind the new verdict, worst first.")


class PreviewOut(BaseModel):
    """A page of pieces judged again; counts are of this page, so add the pages up. Nothing was written."""

    name: str
    present_version: int
    version: int
    examined: int
    counts: list[OutcomeCount]
    changes: list[ChangeOut]
    next: UUID | None = Field(description="`after` of the next page; null on the last.")

    @classmethod
    def of(cls, present: ExportStandard, other: ExportStandard, seen: Preview) -> PreviewOut:
        """From what was found."""
        return cls(
            name=other.name,
            present_version=present.version,
            version=other.version,
            examined=seen.examined,
            counts=[
                OutcomeCount(before=before, after=after, pieces=count)
                for (before, after), count in sorted(seen.counts.items())
            ],
            changes=[ChangeOut.model_validate(change, from_attributes=True) for change in seen.changes],
            next=seen.next,
        )
