"""How far a run is, for who looks on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from qc.bulk.shard import Row


def with_progress(rows: Iterable[Row], total: int, done: int = 0) -> Iterator[Row]:
    """A progress bar on standard error, where a person looks on and there is something to wait for.

    Args:
        rows: What is waited for.
        total: How many there will be, those that are done included.
        done: How many there are already.
    """
    console = Console(stderr=True)
    if total < 4 or not console.is_terminal:
        yield from rows
        return
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(rows, total=total, completed=done, description="Grading")
