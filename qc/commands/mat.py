"""`qc mat`: the measuring mat, to be printed at 100 %."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from qc.errors import Unavailable
from qc.measure.layout import MATS_PER_PAPER, mat_layout
from qc.measure.printing import mat_pdf


def mat(
    paper: Annotated[Literal["A4", "A3"], typer.Option(help="A3 for pieces up to 25 cm, A4 for small ones.")] = "A3",
    number: Annotated[int, typer.Option(min=1, max=MATS_PER_PAPER, help="Which mat: one for each print run.")] = 1,
    out: Annotated[Path | None, typer.Option(help="The PDF to write; mat-A3-01.pdf and so on when left out.")] = None,
) -> None:
    """Print a measuring mat. Put a ruler on its 100 mm bar afterwards: what it measures is the print scale."""
    layout = mat_layout(paper, number)
    place = out or Path(f"mat-{layout.board_id}.pdf")
    try:
        place.write_bytes(mat_pdf(layout))
    except OSError as wrong:
        raise Unavailable(f"{place} cannot be written: {wrong.strerror}; name another place with --out") from wrong
    typer.echo(
        f"{place}: mat {layout.board_id}. Print at 100 % on {paper}, then measure the bar: if it is not 100 mm, print "
        "again, or give qc measure --print-scale, such as 0.965 for 96.5 mm"
    )
