"""What these photos and checks leave open. A photo alone never says "free of mould, insects, metal"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qc.standards.checks import Outcome
from qc.standards.evidence import Evidence
from qc.standards.reasons import NotAssessable, Reason, WhyNot
from qc.standards.standard import ExportStandard
from qc.standards.taxonomy import Defect, taxonomy

_WHY_AGAIN: tuple[tuple[str, WhyNot], ...] = (
    ("retake.view_missing", "view_missing"),
    ("retake.blurred", "blurred"),
    ("retake.photo_too_small", "too_small"),
    ("retake.piece_too_small", "too_small"),
    ("retake.too_far", "too_small"),
)
"""Why a retake leaves the codes open that a photo would decide; the first that applies. Others: unusable_photo."""


def not_assessable(
    standard: ExportStandard, evidence: Evidence, outcomes: Mapping[str, Outcome], reasons: Sequence[Reason]
) -> tuple[NotAssessable, ...]:
    """The codes that the standard minds and nothing has decided, in the taxonomy's order."""
    rules = [reason.rule for reason in reasons]
    again: WhyNot | None = None
    if any(rule.startswith("retake.") for rule in rules):
        again = next((why for rule, why in _WHY_AGAIN if rule in rules), "unusable_photo")
    found = {reason.code for reason in reasons if reason.rule.startswith("defect.")}
    by_hand = _by_hand(standard, outcomes)
    open_codes = []
    for code, code_rule in standard.rules.items():
        checked = by_hand.get(code, set())
        if not code_rule.minded or code in found or "failed" in checked:
            continue
        if checked and not checked & {"missing", "waived"}:
            continue
        waived = "waived" in checked and "missing" not in checked
        why: WhyNot | None = "waived" if waived else _why(taxonomy().defects[code], evidence, again)
        if why is not None:
            open_codes.append(NotAssessable(code=code, why=why))
    return tuple(open_codes)


def _by_hand(standard: ExportStandard, outcomes: Mapping[str, Outcome]) -> dict[str, set[Outcome]]:
    """What the hand checks say of each code that they answer for."""
    answers: dict[str, set[Outcome]] = {}
    for name, result in outcomes.items():
        rule = standard.checks[name]
        answers.setdefault(rule.code, set()).add(result)
        if result in ("passed", "warning"):
            for code in rule.clears:
                answers.setdefault(code, set()).add(result)
    return answers


def _why(defect: Defect, evidence: Evidence, again: WhyNot | None) -> WhyNot | None:
    """Why photos do not decide a code, None where they do."""
    if defect.photo != "yes":
        return "needs_instrument"
    if again is not None:
        return again
    if defect.model_channel is None:
        return "not_looked_for"
    views = {photo.view for photo in evidence.photos}
    # A photo on its own names no view; it may show anything.
    if defect.views and None not in views and views.isdisjoint(defect.views):
        return "view_missing"
    return None
