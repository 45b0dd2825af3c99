"""Is a size within its tolerance? Decided with a guard band, after the idea of ISO 14253-1.

A size that is measured with uncertainty U lies within +-U of what was read. It passes only if all of that interval is
within the tolerance, fails only if none of it is, and is otherwise for the tape measure. So a doubtful reading never
sends a weaver's piece back, and never lets one through.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from qc.errors import BadRequest


class SizeDecision(StrEnum):
    """What a measured size says about its tolerance."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    MEASURE_BY_TAPE = "measure_by_tape"


class Tolerance(NamedTuple):
    """Allowed deviation from nominal, either way: in mm, or as a share of nominal."""

    value: float
    relative: bool = False

    def mm(self, nominal_mm: float) -> float:
        """In mm at a nominal size."""
        return self.value * nominal_mm if self.relative else self.value


def guard_band(deviation_mm: float, u_mm: float, tolerance_mm: float) -> SizeDecision:
    """Decide on a deviation from nominal known to +-`u_mm` (k = 2).

    Pass if |deviation| + U <= tolerance; fail if |deviation| - U > tolerance; else measure by tape.

    Raises:
        ValueError: a negative or unending uncertainty or tolerance.
    """
    if not (0 <= u_mm < float("inf") and 0 <= tolerance_mm < float("inf") and abs(deviation_mm) < float("inf")):
        raise ValueError(
            f"guard band of deviation {deviation_mm}, U {u_mm}, tolerance {tolerance_mm}: all finite, U >= 0"
        )
    if abs(deviation_mm) + u_mm <= tolerance_mm:
        return SizeDecision.PASS
    if abs(deviation_mm) - u_mm > tolerance_mm:
        return SizeDecision.FAIL
    return SizeDecision.MEASURE_BY_TAPE


def worst(decisions: list[SizeDecision]) -> SizeDecision:
    """One decision over several sizes: any fail fails, any doubt asks for the tape."""
    for decision in (SizeDecision.FAIL, SizeDecision.MEASURE_BY_TAPE):
        if decision in decisions:
            return decision
    return SizeDecision.PASS


def parse_tolerance(text: str) -> Tolerance:
    """`3%`, `5mm` or `5` (mm).

    Raises:
        BadRequest: anything else.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%|mm)?\s*", text)
    if match is None:
        raise BadRequest(f"tolerance {text!r}: write it as 3% (of nominal) or 5mm")
    value = float(match[1])
    return Tolerance(value / 100, relative=True) if match[2] == "%" else Tolerance(value)


def parse_nominal(text: str) -> tuple[float, ...]:
    """`300x200` (length x width) or `300` (a diameter), in mm: largest first.

    Raises:
        BadRequest: anything else.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)(?:\s*[xX\u00d7]\s*(\d+(?:\.\d+)?))?\s*(?:mm)?\s*", text)
    if match is None or not all(float(part) > 0 for part in match.groups() if part):
        raise BadRequest(f"nominal size {text!r}: write it in mm as 300x200, or 300 for a diameter")
    return tuple(sorted((float(part) for part in match.groups() if part), reverse=True))
