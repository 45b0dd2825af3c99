"""Corrections: whoever replaces what stood says who they are and why, and both stay in the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qc.errors import BadRequest


@dataclass(frozen=True)
class Correction:
    """Who orders a correction, as a pseudonym, and why."""

    decided_by: str
    reason: str


def told(why: Correction | None) -> dict[str, str]:
    """Who and why, as an event tells it; nothing where nothing was corrected."""
    return {} if why is None else {"reason": why.reason, "decided_by": why.decided_by}


def see_that_explained(what: str, replaced: Sequence[str], why: Correction | None) -> None:
    """See that what is replaced is replaced by somebody, for a reason.

    Args:
        what: Whose figures, for the error, such as `carton 7`.
        replaced: Names of the figures that stand already and would change.
        why: Who and why.

    Raises:
        BadRequest: Something would change, and nobody says why.
    """
    if replaced and why is None:
        raise BadRequest(f"{', '.join(replaced)} of {what} stand already: a correction names `decided_by` and `reason`")
