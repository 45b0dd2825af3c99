"""`qc-train run | compare | promote | rollback | lineage`."""

from __future__ import annotations

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def promotion() -> None:
    """Fine-tune, compare, promote, roll back."""
