"""What a batch still lacks before it can be sealed: the one shape in which every room says so.

A room that has something to say writes a check, `def lot_missing(session, batch) -> Iterator[Missing]`, and
`preflight.what_is_missing` asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from qc.ledger.tables import Batch


@dataclass(frozen=True)
class Missing:
    """Something that is missing, with everything that lacks it.

    Attributes:
        code: stable name for programs, such as `carton.sscc` or `line.hs6`.
        detail: what is missing and what to do, for people.
        subjects: what lacks it, by the names on paper: carton numbers, SKUs, container numbers. Empty: the batch.
        waivable: a named person may seal all the same, saying why. Where false, nobody can.
    """

    code: str
    detail: str
    subjects: tuple[str, ...] = ()
    waivable: bool = True


Check = Callable[[Session, Batch], Iterable[Missing]]
"""Looks at a batch in the transaction that may seal it, under its lock."""
