"""What differs between two verdicts on the same photos, by two models or under two standards."""

from __future__ import annotations

from dataclasses import dataclass

from qc.standards.verdict import Verdict


@dataclass(frozen=True)
class Differences:
    """How a second verdict differs from the first.

    Attributes:
        status: whether the piece is graded, referred, ... otherwise.
        grade: whether it has another grade, none among them.
        missed: codes of defects that only the first found for certain, sorted.
        added: codes that only the second did, sorted.
    """

    status: bool
    grade: bool
    missed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def codes(self) -> bool:
        """Whether they found different defects."""
        return bool(self.missed or self.added)

    @property
    def any(self) -> bool:
        """Whether they differ at all."""
        return self.status or self.grade or self.codes


def differences(first: Verdict, second: Verdict) -> Differences:
    """Compare two verdicts. Doubts do not count as defects found: they show in the status."""
    one, other = found_codes(first), found_codes(second)
    return Differences(
        status=first.status != second.status,
        grade=first.grade != second.grade,
        missed=tuple(sorted(one - other)),
        added=tuple(sorted(other - one)),
    )


def found_codes(verdict: Verdict) -> frozenset[str]:
    """Codes of the defects that a verdict found for certain in the photos."""
    return frozenset(x.code for x in verdict.reasons if x.rule.startswith("defect.") and x.code is not None)
