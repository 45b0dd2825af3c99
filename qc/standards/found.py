"""What a person found on a piece: defects by class and hand checks, and what they come to under a standard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from qc.errors import BadRequest
from qc.standards.checks import Checks, outcome
from qc.standards.evidence import Frozen
from qc.standards.grading import grade_for
from qc.standards.sampling import CLASSES, DefectClass, worst_class
from qc.standards.standard import ExportStandard
from qc.standards.tally import COUNTED, Tally
from qc.standards.taxonomy import Code
from qc.standards.vocabulary import Grade, Severity, at_least


class FoundDefect(Frozen):
    """A defect that a person saw or felt."""

    code: Code
    defect_class: DefectClass | None = Field(
        default=None, description="As the person judges it; the standard's class of that code when left out."
    )


class Findings(Frozen):
    """What all that was found comes to."""

    defects: tuple[FoundDefect, ...] = Field(description="Each with its class; those of failed checks included.")
    worst: DefectClass | None = Field(description="In which class the piece counts in a lot; null: no defect.")
    grade: Grade = Field(description="By the standard's own grade rules.")
    meets_standard: bool
    checks_missing: tuple[str, ...] = Field(description="Required checks neither recorded nor waived.")


def judge_findings(standard: ExportStandard, defects: Sequence[FoundDefect], checks: Checks) -> Findings:
    """Judge what a person found on one piece.

    A hand check that failed is a defect of its code. A value within its uncertainty of the limit is none: it was not
    shown to be bad.

    Raises:
        BadRequest: No class was named for a code that the standard does not mind, or holds until a person has looked.
    """
    found = [FoundDefect(code=d.code, defect_class=d.defect_class or _class_of(standard, d.code)) for d in defects]
    outcomes = {
        name: outcome(rule, checks.get(name), *standard.check_limits(name)) for name, rule in standard.checks.items()
    }
    for name, result in outcomes.items():
        code = standard.checks[name].code
        if result == "failed" and code not in {d.code for d in found}:
            found.append(FoundDefect(code=code, defect_class=worst_class([standard.rules[code].severity])))
    tally = Tally()
    for code, counts in _counts(found).items():
        rule = standard.rules[code]
        tally.add(rule, {rung: min(n, 1) for rung, n in counts.items()} if rule.once else counts)
    grade = grade_for(standard, tally).grade
    return Findings(
        defects=tuple(found),
        worst=worst_class(d.defect_class for d in found if d.defect_class),
        grade=grade,
        meets_standard=standard.exports(grade),
        checks_missing=tuple(sorted(n for n, o in outcomes.items() if o == "missing" and standard.checks[n].required)),
    )


def _class_of(standard: ExportStandard, code: str) -> DefectClass:
    severity = standard.rules[code].severity
    if severity == "none" or severity == "hold":
        says = "does not mind it" if severity == "none" else "leaves it to the person who looks"
        raise BadRequest(
            f"{code} needs a `defect_class`, one of {', '.join(CLASSES)}: the standard {standard.name} {says}",
            pointer="/body/defects",
        )
    return severity


def _counts(found: Sequence[FoundDefect]) -> dict[str, dict[Severity, int]]:
    """Faults of at least each severity by code, as grade rules count them."""
    by_code: dict[str, Counter[Severity]] = {}
    for defect in found:
        if defect.defect_class is not None:
            by_code.setdefault(defect.code, Counter())[defect.defect_class] += 1
    return {
        code: {rung: sum(n for severity, n in seen.items() if at_least(severity, rung)) for rung in COUNTED}
        | {"hold": 0}
        for code, seen in by_code.items()
    }
