"""`qc ledger`: bring the schema up to date, prove that nothing was changed, copy it, hand it to others."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer

from qc.commands.files import written_whole
from qc.commands.opened import DEMO, on_command_line, opened_database
from qc.ledger.accounts import organisation_called
from qc.ledger.auditing import begin_export, export
from qc.ledger.backup import copy_embedded, faults_of_photos
from qc.ledger.events import lock_chain
from qc.ledger.makers import erase_maker, maker_called
from qc.ledger.migrations import migrate as bring_up
from qc.ledger.photo_rows import judged_photos
from qc.ledger.photos import PhotoStore
from qc.ledger.statements import statement, statement_csv
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


@app.command("export")
def export_ledger(
    file: Annotated[Path, typer.Argument(help="ZIP file to write.")],
    organisation: Annotated[str, typer.Option(help="Slug of the organisation.")] = DEMO,
) -> None:
    """Write every event, inspection and decision for an auditor, with a checker that needs none of our software."""
    with opened_database(Settings()) as database:
        with database.read() as session:
            start = begin_export(session, organisation_called(session, organisation).id)
        with written_whole(file) as out:
            for chunk in export(database, start):
                out.write(chunk)
    typer.echo(f"{file}: {start.sequence:,} events, ending in {start.hash}")


@app.command("photos")
def list_photos(
    organisation: Annotated[str, typer.Option(help="Slug of the organisation.")] = DEMO,
) -> None:
    """Print the SHA-256 of every judged photo, a line each: a listing for `qc regrade`."""
    with opened_database(Settings()) as database, database.snapshot() as session:
        for sha256 in judged_photos(session, organisation_called(session, organisation).id):
            typer.echo(sha256)


@app.command("statement")
def write_statement(
    begin: Annotated[datetime, typer.Argument(help="First day of the period.", formats=["%Y-%m-%d"])],
    end: Annotated[datetime, typer.Argument(help="First day after it.", formats=["%Y-%m-%d"])],
    to: Annotated[Path | None, typer.Option(help="CSV file to write; printed when not given.")] = None,
    maker: Annotated[str | None, typer.Option(help="One weaver's pseudonym; all when not given.")] = None,
    organisation: Annotated[str, typer.Option(help="Slug of the organisation.")] = DEMO,
) -> None:
    """Accepted pieces of each weaver in a period, as CSV for pay. Days are those of QC_UTC_OFFSET."""
    settings = Settings()
    zone = timezone(settings.local_offset)
    with opened_database(settings) as database, database.snapshot() as session:
        owner = organisation_called(session, organisation).id
        lines = statement(session, owner, begin.replace(tzinfo=zone), end.replace(tzinfo=zone), maker)
        if to is None:
            for chunk in statement_csv(lines):
                typer.echo(chunk, nl=False)
            return
        with written_whole(to) as out:
            for chunk in statement_csv(lines):
                out.write(chunk)
    typer.echo(f"{to} is written.")


@app.command("erase-maker")
def forget(
    maker: Annotated[str, typer.Argument(help="The weaver's pseudonym.")],
    organisation: Annotated[str, typer.Option(help="Slug of the organisation.")] = DEMO,
) -> None:
    """Forget a weaver, for good. Their pieces and the chain stay, and nobody can tell any more whose they were."""
    with opened_database(Settings()) as database, database.write() as session:
        caller = on_command_line(session, organisation)
        lock_chain(session, caller.organisation_id)
        erase_maker(session, caller, maker_called(session, caller.organisation_id, maker))
    typer.echo("Erased.")
