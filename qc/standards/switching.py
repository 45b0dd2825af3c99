"""Switching between normal, tightened and reduced inspection: ISO 2859-1:1999, 9.3 and 9.4, single sampling.

One state per supplier or collection point, product family, level and class of defects (that is, per AQL). Only lots on
original inspection count; resubmitted lots leave the state as it is.

* Start on normal, score 0.
* Normal to tightened: 2 lots not accepted among 5 or fewer consecutive ones.
* Tightened to normal: 5 consecutive lots accepted.
* Discontinue: 5 lots not accepted, all in all, while on tightened. After corrective action resume on tightened.
* Switching score, on normal: where Ac is 2 or more, +3 if the lot would also have been accepted at the AQL one step
  tighter, else back to 0; where Ac is 0 or 1, +2 if the lot was accepted, else back to 0.
* Normal to reduced: score 30 or more, production is steady, and the responsible authority approves. Off by default.
* Reduced to normal: a lot not accepted, production irregular or delayed, or other conditions.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from qc.errors import BadRequest, Conflict
from qc.standards.aql_tables import Inspection, SinglePlan, aql_tables
from qc.standards.evidence import Frozen
from qc.standards.sampling import ClassResult

WINDOW, TOO_MANY_REJECTED = 5, 2
ACCEPTED_IN_A_ROW = 5
REJECTED_TO_DISCONTINUE = 5
SCORE_FOR_REDUCED = 30


class SignedOff(Frozen):
    """Who said so, and when."""

    by: str = Field(min_length=1)
    at: datetime


class ReducedPermission(Frozen):
    """What reduced inspection needs beside the score. Both are statements of named people."""

    steady_production: SignedOff
    authority: SignedOff


class Switching(Frozen):
    """The state between two lots."""

    inspection: Inspection = "normal"
    recent: tuple[bool, ...] = Field(
        default=(), max_length=WINDOW, description="Accepted or not, since the last switch."
    )
    score: int = Field(default=0, ge=0, description="Switching score; counts on normal inspection only.")
    rejected_on_tightened: int = Field(default=0, ge=0, le=REJECTED_TO_DISCONTINUE)
    discontinued: bool = False

    def after(
        self, result: ClassResult, *, original: bool = True, reduced: ReducedPermission | None = None
    ) -> Switching:
        """The state after a lot.

        Args:
            result: What this class came to in the lot, under this state's inspection.
            original: False for a resubmitted lot, which never counts.
            reduced: Permission for reduced inspection; without it the state never goes there. Its lack sends a state on
                reduced back to normal: production is no longer said to be steady.

        Raises:
            BadRequest: The lot was inspected under another inspection than the state's.
            Conflict: Sampling is discontinued: no lot may be accepted by sample before `resume`.
        """
        if not original:
            return self
        if self.discontinued:
            raise Conflict("sampling is discontinued after 5 rejected lots on tightened inspection; resume it first")
        if result.plan.inspection != self.inspection:
            raise BadRequest(f"got a lot on {result.plan.inspection} inspection, the state is {self.inspection}")
        recent = (*self.recent, result.accepted)[-WINDOW:]
        if self.inspection == "tightened":
            return self._after_tightened(result.accepted, recent)
        if self.inspection == "reduced":
            return Switching() if not result.accepted or reduced is None else self.model_copy(update={"recent": recent})
        if recent.count(False) >= TOO_MANY_REJECTED:
            return Switching(inspection="tightened")
        score = _score_after(self.score, result)
        if score >= SCORE_FOR_REDUCED and reduced is not None:
            return Switching(inspection="reduced")
        return self.model_copy(update={"recent": recent, "score": score})

    def _after_tightened(self, accepted: bool, recent: tuple[bool, ...]) -> Switching:
        if recent == (True,) * ACCEPTED_IN_A_ROW:
            return Switching()
        rejected = self.rejected_on_tightened + (not accepted)
        stop = rejected >= REJECTED_TO_DISCONTINUE
        return self.model_copy(update={"recent": recent, "rejected_on_tightened": rejected, "discontinued": stop})

    def resume(self) -> Switching:
        """After effective corrective action: tightened inspection anew."""
        if not self.discontinued:
            raise Conflict("sampling is not discontinued; there is nothing to resume")
        return Switching(inspection="tightened")

    def back_to_normal(self) -> Switching:
        """Leave reduced inspection: production is irregular or delayed, or other conditions ask for it."""
        if self.inspection != "reduced":
            raise Conflict(f"inspection is {self.inspection}; only reduced inspection is left on request")
        return Switching()


def _score_after(score: int, result: ClassResult) -> int:
    plan = result.plan
    if plan.ac <= 1:
        return score + 2 if result.accepted else 0
    used = SinglePlan(plan.letter, plan.n, plan.ac)
    tighter = aql_tables().one_step_tighter(plan.inspection, used, plan.aql)
    return score + 3 if tighter is not None and result.d <= tighter.ac else 0
