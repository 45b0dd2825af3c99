"""Escape and false-reject rates, the policy behind them, and switching states."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from qc.api.schemas.reinspections import ReinspectionOut
from qc.api.schemas.words import Incoming, Pseudonym, Sentence, Time
from qc.ledger.rates import StratumRate
from qc.ledger.states import Purpose
from qc.ledger.switching import state_of
from qc.ledger.tables import Reinspection, SamplingPolicy, SwitchingState
from qc.standards.estimates import Estimate
from qc.standards.sampling import DefectClass
from qc.standards.switching import ReducedPermission, Switching

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class StratumOut(BaseModel):
    """One stratum: a rate is as good as the share of the chosen pieces that was judged."""

    judged: int
    open: int = Field(description="Still to be judged again.")
    missed: int = Field(description="Gone before anybody could.")
    rate: Estimate | None = Field(description="With its interval; null while nothing was judged.")

    @classmethod
    def of(cls, stratum: StratumRate) -> StratumOut:
        """From the ledger's counts."""
        return cls(judged=stratum.judged, open=stratum.open, missed=stratum.missed, rate=stratum.rate)


class RatesOut(BaseModel):
    """What blind re-inspection says of the first decisions."""

    escapes: StratumOut = Field(description="Accepted pieces chosen by chance that are below the standard.")
    escapes_in_lots: StratumOut = Field(description="Pieces drawn from lots that are below the standard.")
    false_rejects: StratumOut = Field(description="Returned and rejected pieces chosen by chance that are good.")


class DisagreementOut(BaseModel):
    """A piece that was judged otherwise the second time."""

    first: Literal["accepted", "refused"]
    reinspection: ReinspectionOut

    @classmethod
    def of(cls, row: Reinspection) -> DisagreementOut:
        """From the ledger's row."""
        first: Literal["accepted", "refused"] = "refused" if row.purpose is Purpose.REFUSED else "accepted"
        return cls(first=first, reinspection=ReinspectionOut.of(row))


class DisagreementList(BaseModel):
    """A page of disagreements, newest first."""

    items: list[DisagreementOut]
    next: int | None = Field(description="`before` of the next page; null on the last.")


class PolicyIn(Incoming):
    """What the organisation asks for."""

    lots_required: bool = Field(
        strict=True, description="A batch is sealed only with accepted lots, unless its order says otherwise."
    )
    accepted_rate: Share = Field(description="Share of accepted pieces that are judged again by chance.")
    refused_rate: Share = Field(description="Share of returned and rejected pieces.")
    decided_by: Pseudonym


class PolicyOut(BaseModel):
    """The policy in force. Its seed is secret until it is replaced, and then stands in the chain."""

    lots_required: bool
    accepted_rate: float
    refused_rate: float
    decided_by: str | None = Field(description="Null where none was set.")
    set_at: Time | None

    @classmethod
    def of(cls, policy: SamplingPolicy | None) -> PolicyOut:
        """From the ledger's row."""
        if policy is None:
            return cls(lots_required=False, accepted_rate=0, refused_rate=0, decided_by=None, set_at=None)
        return cls.model_validate(policy, from_attributes=True)


class OrderRequirementIn(Incoming):
    """Whether batches of an order need accepted lots."""

    lots_required: bool | None = Field(strict=True, description="Null: as the organisation's policy says.")
    decided_by: Pseudonym


class OrderRequirementOut(BaseModel):
    """What an order asks for."""

    order_id: UUID
    po_number: str
    lots_required: bool | None


class SwitchingOut(BaseModel):
    """How the next lot of a SKU is inspected for one class of defects, and why."""

    id: UUID
    sku: str
    defect_class: DefectClass
    edition: str
    level: str
    aql: str = Field(description="0: none is accepted.")
    state: Switching
    permission: ReducedPermission | None = Field(description="For reduced inspection: who said so, and when.")
    lots: int = Field(description="Original lots that have moved it.")
    changed_at: Time

    @classmethod
    def of(cls, row: SwitchingState) -> SwitchingOut:
        """From the ledger's row."""
        return cls.model_validate(
            {
                "id": row.id,
                "sku": row.sku,
                "defect_class": row.defect_class,
                "edition": row.edition,
                "level": row.level,
                "aql": row.aql,
                "state": state_of(row),
                "permission": row.permission,
                "lots": row.lots,
                "changed_at": row.changed_at,
            }
        )


class SwitchingList(BaseModel):
    """A page of switching states."""

    items: list[SwitchingOut]
    next: UUID | None = Field(description="`after` of the next page; null on the last.")


class SwitchingStepIn(Incoming):
    """A step that people order: the others follow from lots."""

    step: Literal["resume", "allow_reduced", "withdraw_reduced"] = Field(
        description="Resume discontinued sampling after corrective action; allow reduced inspection, or no longer."
    )
    decided_by: Pseudonym = Field(description="The responsible authority.")
    reason: Sentence
    steady_production_by: Pseudonym | None = Field(
        default=None, description="For `allow_reduced`: who says that production is steady; somebody else."
    )

    @model_validator(mode="after")
    def _two_people_for_reduced(self) -> SwitchingStepIn:
        if (self.step == "allow_reduced") != (self.steady_production_by is not None):
            raise ValueError("`steady_production_by` goes with `allow_reduced`, and with nothing else")
        return self
