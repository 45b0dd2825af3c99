"""`qc manifest`: a batch's manifest as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc.commands.files import written_whole
from qc.commands.opened import DEMO, on_command_line, opened_database
from qc.errors import NotFound
from qc.ledger.batches import find_batch
from qc.ledger.manifests import manifest_of
from qc.manifest.forms import FORMS, FormName
from qc.settings import Settings


def manifest(
    batch: Annotated[str, typer.Argument(help="Number of the batch.")],
    format: Annotated[FormName, typer.Option(help="Its form; pdf is the packing list.")] = FormName.JSON,
    to: Annotated[Path | None, typer.Option(help="File to write; BATCH.FORMAT here when not given.")] = None,
    organisation: Annotated[str, typer.Option(help="Slug of the organisation.")] = DEMO,
) -> None:
    """Write the manifest of a batch, and list what it does not know yet."""
    settings, form = Settings(), FORMS[format]
    path = to or Path(f"{''.join(x if x.isalnum() or x in '-_.' else '_' for x in batch)}.{form.suffix}")
    with opened_database(settings) as database, database.snapshot() as session:
        caller = on_command_line(session, organisation)
        found = find_batch(session, caller.organisation_id, batch)
        if found is None:
            raise NotFound(f"no batch {batch!r} in {organisation}; `qc batch list` shows them")
        made = manifest_of(session, found, settings.local_offset)
        with written_whole(path) as file:
            form.write(made, file)
    totals = made.head.totals
    typer.echo(f"{path}: batch {batch}, {made.head.status}, {totals.pieces:,} pieces in {totals.cartons:,} cartons")
    for gap in made.head.missing:
        typer.echo(f"missing: {gap.detail} ({gap.code})", err=True)
