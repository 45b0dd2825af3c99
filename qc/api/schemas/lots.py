"""Lots: plan, draw, decision, and what the plan promises."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from qc.api.schemas.words import Incoming, Pseudonym, Sentence, Time
from qc.ledger.states import LotState
from qc.ledger.tables import Lot
from qc.standards.lot_words import promises, why
from qc.standards.sampling import DefectClass, LotDecision, Plan
from qc.standards.switching import Switching
from qc.standards.vocabulary import Language

LANGUAGES: tuple[Language, ...] = ("en", "id")


class SamplingIn(Incoming):
    """Who begins to sample a batch."""

    started_by: Pseudonym = Field(description="The person, as a pseudonym.")


class StepIn(Incoming):
    """Who orders the next step of a lot."""

    decided_by: Pseudonym = Field(description="The person, as a pseudonym.")


class WithdrawalIn(StepIn):
    """Who undoes a sampling, and why."""

    reason: Sentence


class ClassResultOut(BaseModel):
    """What one class of defects came to."""

    defect_class: DefectClass
    d: int = Field(description="Defective pieces among the first n of the draw.")
    n: int
    ac: int = Field(description="Accepted at this many or fewer.")
    re: int = Field(description="Rejected at this many or more.")
    accepted: bool
    words: dict[str, str] = Field(description="The reason as a sentence that names the plan, by language.")


class MovedOut(BaseModel):
    """How a lot moved the switching state of a class."""

    before: Switching
    after: Switching


class LotOut(BaseModel):
    """A lot as it stands."""

    id: UUID
    number: int = Field(description="Of the organisation's lots: the order in which switching sees them.")
    batch_id: UUID
    batch_number: str
    sku: str
    state: LotState
    original: bool = Field(description="False for a resubmitted lot, which never counts for switching.")
    previous_lot_id: UUID | None = Field(description="The rejected lot that this one resubmits.")
    size: int
    plan: Plan
    standard: str
    standard_version: int
    sampled_at: Time
    started_by: str
    accepted: bool | None = Field(description="Null while the sample is being judged.")
    results: list[ClassResultOut]
    switching: dict[str, MovedOut] = Field(description="By class; empty until decided.")
    decided_at: Time | None
    promises: dict[str, list[str]] = Field(description="What the plan really promises, in sentences, by language.")

    @classmethod
    def of(cls, lot: Lot) -> LotOut:
        """From the ledger's row."""
        plan = Plan.model_validate(lot.plan)
        decision = LotDecision.model_validate(lot.decision) if lot.decision else None
        return cls(
            id=lot.id,
            number=lot.number,
            batch_id=lot.batch_id,
            batch_number=lot.batch.number,
            sku=lot.sku,
            state=lot.state,
            original=lot.previous_lot_id is None,
            previous_lot_id=lot.previous_lot_id,
            size=lot.size,
            plan=plan,
            standard=lot.standard.name,
            standard_version=lot.standard.version,
            sampled_at=lot.sampled_at,
            started_by=lot.started_by,
            accepted=decision.accepted if decision else None,
            results=_results(decision, plan),
            switching={name: MovedOut.model_validate(moved) for name, moved in (lot.switching or {}).items()},
            decided_at=lot.decided_at,
            promises={language: promises(plan, language) for language in LANGUAGES},
        )


def _results(decision: LotDecision | None, plan: Plan) -> list[ClassResultOut]:
    return [
        ClassResultOut(
            defect_class=result.defect_class,
            d=result.d,
            n=result.plan.n,
            ac=result.plan.ac,
            re=result.plan.re,
            accepted=result.accepted,
            words={language: why(result, plan, language) for language in LANGUAGES},
        )
        for result in (decision.classes if decision else ())
    ]


class LotsOut(BaseModel):
    """The lots of one step."""

    items: list[LotOut]


class LotList(BaseModel):
    """A page of lots, newest first."""

    items: list[LotOut]
    next: int | None = Field(description="`before` of the next page; null on the last.")


class DrawOut(BaseModel):
    """All that is needed to repeat a draw."""

    rule: str = Field(
        default="order the lot's piece ids by sha256(seed + line feed + id), UTF-8, and take the first n",
        description="How the sample follows from seed and content.",
    )
    seed: str
    n: int
    content_sha256: str = Field(description="Of the lot's piece ids, sorted, joined by line feeds.")
    sample_sha256: str = Field(description="Of the drawn ids in their order, joined by line feeds.")
    drawn: list[UUID] = Field(description="In the order of the draw.")
    genuine: bool = Field(description="Whether the service, drawing again just now, found the same.")


class LotPieceOut(BaseModel):
    """A piece of a lot as it was when sampling began."""

    position: int = Field(description="In the batch.")
    piece_id: UUID


class LotPieceList(BaseModel):
    """A page of a lot's pieces."""

    items: list[LotPieceOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")


class RemovedOut(BaseModel):
    """Pieces that were taken out of a batch; a person looks at each of them next."""

    pieces: list[UUID]


class CurveOut(BaseModel):
    """The operating characteristic of one class."""

    defect_class: DefectClass
    n: int
    ac: int
    points: list[tuple[float, float]] = Field(description="Share defective in the lot, probability of acceptance.")


class OperatingCharacteristicOut(BaseModel):
    """The curves of a lot's plan, and what they say."""

    curves: list[CurveOut]
    words: dict[str, list[str]]
