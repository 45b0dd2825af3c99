"""What `qc grade` tells a person: a table where a terminal has room for it, a line for each photo elsewhere.

No path is ever cut or broken: whoever reads it wants to open the file.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from qc.model.overlay_words import headline, line
from qc.standards.evidence import PhotoEvidence
from qc.standards.verdict import Verdict
from qc.standards.vocabulary import Language

ROWS = 40
"""Photos told one by one; of more, the rest is counted."""


class GradeSummary:
    """The first photos one by one, all of them counted."""

    def __init__(self, language: Language, console: Console | None = None) -> None:
        self._language: Language = language
        self._console = console or Console()
        self._rows: list[tuple[str, ...]] = []
        self._marked: list[Path] = []
        self._counts: Counter[str] = Counter()

    def add(self, photo: str, seen: PhotoEvidence, verdict: Verdict, marked: Path | None) -> None:
        """Take in one graded photo, and where its marked one was written."""
        title = headline(verdict, self._language)
        self._counts[title] += 1
        if len(self._rows) >= ROWS:
            return
        why = "; ".join(line(r, 1, self._language) for r in verdict.reasons[:3])
        promise = f"{seen.quality.smallest_defect_px:.0f} px"
        self._rows.append((photo, title, seen.kind or "?", seen.material or "?", promise, why))
        if marked is not None:
            self._marked.append(marked)

    def show(self) -> None:
        """Print it; nothing where nothing was graded."""
        total = sum(self._counts.values())
        if not total:
            return
        table = self._table()
        unbounded = self._console.options.update_width(100_000)
        needed = self._console.measure(table, options=unbounded).minimum  # no word broken
        if self._console.is_terminal and needed <= self._console.width:
            self._console.print(table)
        else:
            self._lines()
        for marked in self._marked:
            self._line(f"marked: {marked}")
        if total > ROWS:
            self._line(f"... and {total - ROWS} more")
        if total > 1:
            self._line(f"{total}: " + ", ".join(f"{title} {n}" for title, n in self._counts.most_common()))

    def _table(self) -> Table:
        whole = Column("photo", no_wrap=True)
        table = Table(whole, "verdict", "kind", "material", "sees from", "why", box=None, pad_edge=False)
        for row in self._rows:
            table.add_row(*map(Text, row))
        return table

    def _lines(self) -> None:
        for path, title, kind, material, promise, why in self._rows:
            self._line(f"{path}: {title} ({kind}, {material}, sees from {promise}){why and f': {why}'}")

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)
