"""Models on the wire: what serves, what challenges it, and where the two differ."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.verdicts import VerdictOut
from qc.api.schemas.words import Time
from qc.ledger.shadow_verdicts import Comparison
from qc.ledger.tables import ShadowVerdict
from qc.model.promotions import Change
from qc.serving.in_service import Refusal
from qc.serving.loaded import LoadedModel
from qc.standards.estimates import Estimate, estimate


class ModelOut(BaseModel):
    """A model in the memory of the replica that answers."""

    model: str = Field(description="Name and version.", examples=["anyaman-0.2.0"])
    bundle_sha256: str | None = Field(description="Of bundle.json: it lists the hash of every other file.")
    since: Time = Field(description="When this replica loaded it.")

    @classmethod
    def of(cls, model: LoadedModel) -> ModelOut:
        """From what is loaded."""
        return cls(model=model.title, bundle_sha256=model.sha256, since=model.since)


class RefusalOut(BaseModel):
    """A bundle that the registry names and that this replica could not take."""

    bundle: str
    why: str
    at: Time

    @classmethod
    def of(cls, refusal: Refusal | None) -> RefusalOut | None:
        """From a refusal, if there is one."""
        return None if refusal is None else cls(bundle=refusal.name, why=refusal.why, at=refusal.at)


class ChangeOut(BaseModel):
    """A line of the registry's history: chained by hash, append-only."""

    number: int
    at: Time
    action: Literal["switch", "rollback", "challenger"]
    before: str | None = Field(description="The bundle that held the place until then.")
    to: str | None = Field(description="The one that holds it from then on.")
    by: str
    why: str
    model_sha256: str | None = Field(description="Of its network.")
    record: str | None = Field(description="SHA-256 of the signed-off record, for a promotion through the gates.")
    sha256: str

    @classmethod
    def of(cls, change: Change) -> ChangeOut:
        """From the registry's line."""
        return cls(
            number=change.number,
            at=change.at,
            action=change.action,
            before=change.before,
            to=change.to,
            by=change.by,
            why=change.why,
            model_sha256=change.model,
            record=change.record,
            sha256=change.sha256,
        )


class ModelsOut(BaseModel):
    """What judges, as the replica that answers has it; the history is that of all replicas."""

    serving: ModelOut
    promotion: ChangeOut | None = Field(description="What put it in service; null for the one that came along.")
    refused: RefusalOut | None = Field(description="What was to serve and does not; the model above goes on serving.")
    challenger: ModelOut | None = Field(description="Judges the same photos in the shadow, and decides nothing.")
    challenger_refused: RefusalOut | None
    follows_registry: bool = Field(description="Whether a promotion is taken up without a restart.")
    bundles: list[str] = Field(description="Bundles that the registry keeps.")
    history_fault: str | None = Field(description="What is wrong with the history, where its hashes do not hold.")
    history: list[ChangeOut] = Field(description="The last 50 changes, newest first.")


class CodeDifference(BaseModel):
    """How often only one of two models found a defect."""

    code: str
    missed: int = Field(description="Only the model in service found it.")
    added: int = Field(description="Only the challenger found it.")


class ComparisonOut(BaseModel):
    """A model in service and a challenger on the same inspections, with 95 % intervals."""

    first_model: str
    model: str = Field(description="The challenger.")
    bundle_sha256: str = Field(description="Of the challenger's bundle.json.")
    compared: int
    disagree: Estimate
    by_status: Estimate = Field(description="Share that has another status: graded, referred, retake, ...")
    by_grade: Estimate
    by_codes: Estimate = Field(description="Share on which they found different defects.")
    codes: list[CodeDifference] = Field(description="The code on which they differ most first.")

    @classmethod
    def of(cls, found: Comparison) -> ComparisonOut:
        """From the ledger's counts."""
        codes = [
            CodeDifference(code=code, missed=found.missed[code], added=found.added[code])
            for code in {*found.missed, *found.added}
        ]
        return cls(
            first_model=found.first_model,
            model=found.model,
            bundle_sha256=found.bundle_sha256,
            compared=found.compared,
            disagree=estimate(found.disagreed, found.compared),
            by_status=estimate(found.by_status, found.compared),
            by_grade=estimate(found.by_grade, found.compared),
            by_codes=estimate(found.by_codes, found.compared),
            codes=sorted(codes, key=lambda each: (-each.missed - each.added, each.code)),
        )


class DisagreementOut(BaseModel):
    """An inspection that the challenger judges differently."""

    inspection_id: UUID
    piece_id: UUID
    first_model: str
    first_status: str
    first_grade: str | None
    differs: list[Literal["status", "grade", "codes"]]
    missed: list[str] = Field(description="Codes that only the model in service found.")
    added: list[str] = Field(description="Codes that only the challenger found.")
    verdict: VerdictOut = Field(description="The challenger's. It decides nothing.")
    at: Time

    @classmethod
    def of(cls, row: ShadowVerdict) -> DisagreementOut:
        """From the ledger's row."""
        ways: dict[Literal["status", "grade", "codes"], bool] = {
            "status": row.status_differs,
            "grade": row.grade_differs,
            "codes": row.codes_differ,
        }
        return cls(
            inspection_id=row.inspection_id,
            piece_id=row.piece_id,
            first_model=row.first_model,
            first_status=row.first_status,
            first_grade=row.first_grade,
            differs=[way for way, differs in ways.items() if differs],
            missed=row.missed,
            added=row.added,
            verdict=VerdictOut.model_validate(row.verdict),
            at=row.judged_at,
        )


class ShadowOut(BaseModel):
    """How challengers compare with what served, and a page of the inspections on which they differ."""

    comparisons: list[ComparisonOut] = Field(description="The pair compared most often first.")
    items: list[DisagreementOut] = Field(description="Newest first.")
    next: str | None = Field(description="`before` of the next page; null: there is none.")
