"""What a decision comes to under the rules: which grade goes with it, and whether it must say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qc.errors import BadRequest
from qc.ledger.decisions import Ruling
from qc.ledger.states import Outcome
from qc.standards.checks import CheckRecord
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict
from qc.standards.vocabulary import Grade

AUTO_ACCEPT = "auto_accept"
"""The stated policy: what the rules grade for export, with no doubt open and no required check missing, is accepted."""


@dataclass(frozen=True)
class Ordered:
    """What a person decides about an inspected piece.

    Attributes:
        outcome: what becomes of the piece.
        decided_by: the person, as a pseudonym.
        reason: needed wherever the decision goes against the rules' grade.
        grade: the person's own grade; for `overrule` only.
        checks: hand checks recorded since.
    """

    outcome: Outcome
    decided_by: str
    reason: str | None = None
    grade: Grade | None = None
    checks: Mapping[str, Any] | None = None


def plain(checks: Mapping[str, CheckRecord]) -> dict[str, Any]:
    """Checks as the ledger keeps them."""
    return {name: record.model_dump(mode="json", exclude_defaults=True) for name, record in sorted(checks.items())}


def by_person(
    ordered: Ordered, verdict: Verdict, standard: ExportStandard, checks: Mapping[str, CheckRecord]
) -> Ruling:
    """A person's decision.

    Args:
        ordered: What they decide.
        verdict: Of the piece's evidence with all checks known by now.
        standard: The one behind the verdict.
        checks: All checks known by now.

    Raises:
        BadRequest: A grade without `overrule`, or no reason for a decision against the rules.
    """
    if ordered.grade is not None and ordered.outcome is not Outcome.OVERRULE:
        raise BadRequest("`grade` goes with `overrule` only: the rules give the grade", pointer="/body/grade")
    if ordered.reason is None and _against_the_rules(ordered.outcome, verdict, standard):
        raise BadRequest(
            f"the rules say {verdict.grade or verdict.status}; give a `reason` for {ordered.outcome!s}",
            pointer="/body/reason",
        )
    grade = _grade(ordered, verdict)
    return Ruling(
        outcome=ordered.outcome,
        grade=grade,
        exportable=standard.exports(grade),
        checks=plain(checks),
        verdict=verdict.model_dump(mode="json"),
        checks_missing=verdict.checks_missing,
        reason=ordered.reason,
        decided_by=ordered.decided_by,
    )


def by_policy(verdict: Verdict, standard: ExportStandard, checks: Mapping[str, CheckRecord]) -> Ruling | None:
    """The acceptance that the policy allows, or None: it never returns nor rejects, which is for a person."""
    clear = verdict.status == "graded" and standard.exports(verdict.grade) and not verdict.checks_missing
    if not (clear and standard.logs):
        return None
    return Ruling(
        outcome=Outcome.ACCEPT,
        grade=verdict.grade,
        exportable=True,
        checks=plain(checks),
        verdict=verdict.model_dump(mode="json"),
        policy=AUTO_ACCEPT,
    )


def _grade(ordered: Ordered, verdict: Verdict) -> Grade | None:
    """The grade that goes with a decision."""
    if ordered.outcome is Outcome.OVERRULE:
        return ordered.grade
    if ordered.outcome is Outcome.ACCEPT:
        # Who accepts what was referred has looked, and says that the doubts are groundless.
        return verdict.best if verdict.status in {"referred", "awaiting_checks"} else verdict.grade
    if ordered.outcome is Outcome.REJECT:
        return "reject"
    if ordered.outcome is Outcome.RETURN:
        return "B" if verdict.grade == "B" else "rework"
    return None


def _against_the_rules(outcome: Outcome, verdict: Verdict, standard: ExportStandard) -> bool:
    """Whether a weaver would ask why: a piece good enough goes back, or one that could be mended is rejected."""
    if outcome is Outcome.RETURN:
        return standard.exports(verdict.grade)
    return outcome is Outcome.REJECT and verdict.grade != "reject"
