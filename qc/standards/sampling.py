"""Lot acceptance by ISO 2859-1:1999 single sampling: the plan of a lot, the draw, the decision.

Sources: table 1 (code letters) and tables 2-A to 2-C; rules as stated there and in the practice of importers:

* an arrow leads to another letter, and that letter's n is used;
* n >= lot size means that every piece is inspected;
* a sampled piece counts once, in its most severe class; classes are compared apart, and any class may fail the lot;
* "AQL 0" for critical defects is no column: it means Ac 0, Re 1 on the whole sample;
* only the random sample counts: pieces found bad by screening are no sample result.

An AQL is not a share of defectives that is allowed: operating_characteristic.py says what a plan really promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Literal

from pydantic import Field

from qc.errors import BadRequest
from qc.standards.aql_tables import Edition, Inspection, Level, SinglePlan, aql_tables
from qc.standards.evidence import Frozen
from qc.standards.standard import Acceptance
from qc.standards.vocabulary import Severity

DefectClass = Literal["critical", "major", "minor"]
CLASSES: tuple[DefectClass, ...] = ("critical", "major", "minor")


class ClassPlan(Frozen):
    """How one class of defects is judged."""

    defect_class: DefectClass
    aql: float = Field(description="0: none is accepted, which is no column of the tables.")
    inspection: Inspection
    letter: str = Field(description="The code letter in force, after arrows.")
    n: int = Field(ge=1, description="This class is counted on the first n pieces in the order of the draw.")
    ac: int = Field(ge=0, description="Accept at this many or fewer.")
    re: int = Field(ge=1, description="Reject at this many or more.")


class Plan(Frozen):
    """How a lot is sampled."""

    edition: Edition
    level: Level
    lot_size: int = Field(ge=1)
    letter: str = Field(description="Of the lot size, before arrows.")
    n: int = Field(ge=1, description="Pieces to draw: the largest n of the classes.")
    every_piece: bool = Field(description="The sample would be as large as the lot, so every piece is inspected.")
    classes: tuple[ClassPlan, ...]


class ClassResult(Frozen):
    """What one class of defects came to."""

    defect_class: DefectClass
    d: int = Field(ge=0, description="Defective pieces among the first n of the draw.")
    plan: ClassPlan
    accepted: bool


class LotDecision(Frozen):
    """Whether the lot is accepted: only if every class is."""

    accepted: bool
    classes: tuple[ClassResult, ...]

    def result(self, defect_class: DefectClass) -> ClassResult:
        """The result of one class."""
        return next(r for r in self.classes if r.defect_class == defect_class)


def plan_lot(
    lot_size: int,
    acceptance: Acceptance,
    inspections: Mapping[DefectClass, Inspection] | None = None,
    *,
    reduced_allowed: bool = False,
) -> Plan:
    """The plan of a lot.

    Args:
        lot_size: Pieces in the lot.
        acceptance: Level and AQL by class, from the export standard.
        inspections: Normal, tightened or reduced by class, from its switching state (switching.py); normal if left out.
        reduced_allowed: The flag of reduced inspection. Off: its table has not been compared with the bought standard.

    Arrows may send classes to different n. Then all are inspected on the largest n where the table has a plan of that
    letter for them, and otherwise each on its own first n pieces in the order of the draw; each class's `n` says which.

    Raises:
        BadInput: No lot, or an AQL that is no column.
        BadRequest: Reduced inspection while it is not allowed.

    >>> plan = plan_lot(12_422, Acceptance(edition="ISO 2859-1:1999", level="II", critical=0, major=2.5, minor=4.0))
    >>> plan.n, [(c.defect_class, c.ac) for c in plan.classes]
    (315, [('critical', 0), ('major', 14), ('minor', 21)])
    """
    tables = aql_tables()
    letter = tables.code_letter(lot_size, acceptance.level)
    how: dict[DefectClass, Inspection] = {c: (inspections or {}).get(c, "normal") for c in CLASSES}
    if "reduced" in how.values() and not reduced_allowed:
        raise BadRequest("reduced inspection is not allowed here: its table was not compared with the bought standard")
    aqls: dict[DefectClass, float] = {c: getattr(acceptance, c) for c in CLASSES}
    own = {c: tables.plan(how[c], letter, aqls[c]) for c in CLASSES if aqls[c] > 0}
    largest_class = max(own, key=lambda c: own[c].n)
    largest = own[largest_class]
    classes = []
    for name in CLASSES:
        plan = own.get(name, SinglePlan(largest.letter, largest.n, 0))
        if plan.n < largest.n and how[name] == how[largest_class]:
            plan = tables.cell(how[name], largest.letter, aqls[name]) or plan
        classes.append(
            ClassPlan(
                defect_class=name, aql=aqls[name], inspection=how[name], letter=plan.letter,
                n=min(plan.n, lot_size), ac=plan.ac, re=plan.re,
            )
        )  # fmt: skip
    return Plan(
        edition=tables.edition,
        level=acceptance.level,
        lot_size=lot_size,
        letter=letter,
        n=min(largest.n, lot_size),
        every_piece=largest.n >= lot_size,
        classes=tuple(classes),
    )


def draw(pieces: Iterable[str], n: int, seed: str) -> tuple[str, ...]:
    """A random sample of `n` pieces, in the order in which they are to be inspected.

    Pieces are ordered by sha256 of seed, a line feed and id (UTF-8), so that anybody can repeat the draw from the seed,
    in any language and for ever; the order in which pieces are given does not matter, and a smaller sample is the
    beginning of a larger one. The seed must be made after the lot is closed, or pieces could be chosen to suit it.

    Raises:
        BadRequest: Fewer pieces than asked for, or a piece given twice.
    """
    ids = list(pieces)
    if len(set(ids)) != len(ids):
        raise BadRequest("a piece is in the lot twice; a lot holds each piece once")
    if not 0 < n <= len(ids):
        raise BadRequest(f"got a sample of {n} from {len(ids)} pieces, wanted 1 to {len(ids)}")
    return tuple(sorted(ids, key=lambda piece: (sha256(f"{seed}\n{piece}".encode()).digest(), piece))[:n])


def worst_class(severities: Iterable[Severity]) -> DefectClass | None:
    """The class in which a piece counts: that of its worst defect. A `hold` that nobody resolved counts as critical."""
    found = {"critical" if severity == "hold" else severity for severity in severities}
    return next((name for name in CLASSES if name in found), None)


def judge_lot(plan: Plan, findings: Sequence[DefectClass | None]) -> LotDecision:
    """Accept or reject a lot by its sample.

    Args:
        plan: The lot's plan.
        findings: For each drawn piece, in the order of the draw, the class of its worst defect, or None.

    Raises:
        BadRequest: Not exactly the sample was inspected.
    """
    if len(findings) != plan.n:
        raise BadRequest(
            f"got findings of {len(findings)} pieces, the plan asks for {plan.n}: inspect all drawn pieces"
        )
    results = []
    for rule in plan.classes:
        d = sum(found == rule.defect_class for found in findings[: rule.n])
        results.append(ClassResult(defect_class=rule.defect_class, d=d, plan=rule, accepted=d <= rule.ac))
    return LotDecision(accepted=all(r.accepted for r in results), classes=tuple(results))
