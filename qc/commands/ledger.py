"""`qc ledger`: bring the schema up to date, prove that nothing was changed, copy it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc.commands.opened import opened_database
from qc.ledger.backup import copy_embedded, faults_of_photos
from qc.ledger.migrations import migrate as bring_up
from qc.ledger.photos import PhotoStore
from qc.ledger.verify import verify as walk
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The ledger itself: schema, proof and copies.")


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version. A second time does nothing."""
    with opened_database(Settings(), current=False) as database:
        bring_up(database)
    typer.echo("The schema is up to date.")


@app.command()
def verify(
    photos: Annotated[
        bool, typer.Option("--photos", help="Read and hash every photo that the ledger names, too.")
    ] = False,
) -> None:
    """Walk every chain of events and hash every row that it vouches for. Exit code 1 when anything was changed."""
    settings, wrong = Settings(), False
    with opened_database(settings) as database, database.snapshot() as session:
        for report in walk(session):
            wrong |= bool(report.faults)
            for fault in report.faults:
                typer.echo(f"{report.organisation}: {fault}")
            typer.echo(f"{report.organisation}: {report.events} events, {len(report.faults) or 'no'} faults")
        if photos:
            store = PhotoStore.open(settings.photo_store or settings.home / "photos")
            count = 0
            for fault in faults_of_photos(session, store):
                typer.echo(fault)
                count += 1
            store.close()
            wrong |= count > 0
            typer.echo(f"photos: {count or 'no'} faults")
    if wrong:
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file for the copy.")]) -> None:
    """Copy an embedded ledger into a file while the service runs. Copy the photo folder after it, never before."""
    with opened_database(Settings(), current=False) as database:  # a copy changes nothing, not even an old schema
        copy_embedded(database, file)
    typer.echo(f"The ledger was copied to {file}. Now copy the photos; then `qc ledger verify --photos` proves both.")
