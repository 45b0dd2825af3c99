"""The tables of ISO 2859-1:1999: code letters, and single sampling plans after their arrows. Data: aql_tables.yaml."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from qc.errors import BadInput
from qc.standards.marked_yaml import fault_at, read
from qc.standards.vocabulary import Written

TABLES_FILE = Path(__file__).with_name("aql_tables.yaml")

Inspection = Literal["normal", "tightened", "reduced"]
Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]
Edition = Literal["ISO 2859-1:1999"]

DOWN, UP, NOTHING = "v", "^", "."


@dataclass(frozen=True)
class SinglePlan:
    """Inspect `n` units; accept at `ac` defectives or fewer, reject at `re` or more."""

    letter: str
    n: int
    ac: int

    @property
    def re(self) -> int:
        """Rejection number: in this edition always the acceptance number plus one, reduced inspection included."""
        return self.ac + 1


class Tables(Written):
    """Code letters and the three master tables, with their arrows."""

    edition: Edition
    aqls: tuple[float, ...]
    lot_sizes: tuple[int, ...]
    levels: dict[Level, str]
    tables: dict[Inspection, dict[str, str]] = Field(description='Letter to "n | cells".')

    @model_validator(mode="after")
    def _rows_are_full(self) -> Self:
        for level, letters in self.levels.items():
            if len(letters.split()) != len(self.lot_sizes) + 1:
                raise fault_at(("levels", level), f"wanted {len(self.lot_sizes) + 1} letters, one a range of lot sizes")
        for inspection, rows in self.tables.items():
            for letter, row in rows.items():
                n, _, cells = row.partition("|")
                wrong = [c for c in cells.split() if c not in (DOWN, UP, NOTHING) and not c.isdigit()]
                if not n.strip().isdigit() or len(cells.split()) != len(self.aqls) or wrong:
                    raise fault_at(
                        ("tables", inspection, letter), f"wanted n | and {len(self.aqls)} cells, got {row!r}"
                    )
        return self

    def code_letter(self, lot_size: int, level: Level) -> str:
        """The letter of a lot size (table 1). A lot of one piece is treated as one of two: it is inspected anyway."""
        if lot_size < 1:
            raise BadInput(f"got a lot of {lot_size} pieces, wanted at least 1")
        return self.levels[level].split()[bisect_left(self.lot_sizes, lot_size)]

    def cell(self, inspection: Inspection, letter: str, aql: float) -> SinglePlan | None:
        """The plan written at that place; None where there is an arrow or nothing."""
        mark = self._cells(inspection, letter)[self._column(aql)]
        return SinglePlan(letter, self._sample_size(inspection, letter), int(mark)) if mark.isdigit() else None

    def plan(self, inspection: Inspection, letter: str, aql: float) -> SinglePlan:
        """The plan in force, following arrows letter by letter; its letter and n are those where the arrow ends.

        Letters are stepped, never sample sizes: reduced A, B and C all have n = 2.
        """
        letters = list(self.tables[inspection])
        at = letters.index(letter)
        while (found := self.cell(inspection, letters[at], aql)) is None:
            mark = self._cells(inspection, letters[at])[self._column(aql)]
            at += {DOWN: 1, UP: -1}[mark]
        return found

    def one_step_tighter(self, inspection: Inspection, plan: SinglePlan, aql: float) -> SinglePlan | None:
        """The plan of the same letter at the next smaller AQL; None where there is an arrow or no such column."""
        column = self._column(aql)
        return self.cell(inspection, plan.letter, self.aqls[column - 1]) if column else None

    def _column(self, aql: float) -> int:
        if aql not in self.aqls:
            raise BadInput(f"got AQL {aql:g}, the tables have {', '.join(f'{a:g}' for a in self.aqls)}")
        return self.aqls.index(aql)

    def _cells(self, inspection: Inspection, letter: str) -> list[str]:
        return self.tables[inspection][letter].partition("|")[2].split()

    def _sample_size(self, inspection: Inspection, letter: str) -> int:
        return int(self.tables[inspection][letter].partition("|")[0])


@cache
def aql_tables() -> Tables:
    """The tables, read once."""
    return read(TABLES_FILE).validated(Tables)
