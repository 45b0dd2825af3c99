"""`qc regrade`: grade many photos anew into a file, with any released model; killed, it goes on where it stopped."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from qc.bulk.pool import grade_each
from qc.bulk.references import listed_photos
from qc.bulk.regrade import regrade as run
from qc.bulk.shard import Grading
from qc.bulk.stored import FromStore
from qc.model.bundle import Bundle
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library


def regrade(
    source: Annotated[
        Path,
        typer.Argument(
            help="A folder of photos, a snapshot, or a listing (.txt): a path or a stored photo's sha256 a line.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="File of rows, a JSON line a photo.", show_default=False)],
    bundle: Annotated[Path | None, typer.Option(help="The model; the one in service if not given.")] = None,
    standard: Annotated[str, typer.Option(help="Name of the standard that judges.")] = "woven-general",
) -> None:
    """Grade photos anew. Begun again with the same words, it goes on after the last row; exit code 2 where some failed.

    The photos of the ledger: `qc ledger photos > photos.txt`, then `qc regrade photos.txt --out rows.jsonl`.
    """
    settings = Settings()
    photos = listed_photos(source)
    judge = Library.load(settings.own_standards).named(standard)
    grading = Grading.by(Bundle.load(bundle or bundle_in_force(settings)), judge, settings)
    read = FromStore(str(settings.photo_store or settings.home / "photos"))
    done = run(photos, grading, out, partial(grade_each, cores=settings.threads, read=read))
    print(done.sentence(out))
    if done.failed:
        raise typer.Exit(2)
