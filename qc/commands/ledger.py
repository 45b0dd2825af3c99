"""`qc ledger`: bring the schema up to date, prove that nothing was changed."""

from __future__ import annotations

import typer

from qc.commands.opened import opened_database
from qc.ledger.migrations import migrate as bring_up
from qc.ledger.verify import verify as walk
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The ledger itself: schema and proof.")


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version. A second time does nothing."""
    with opened_database(Settings(), current=False) as database:
        bring_up(database)
    typer.echo("The schema is up to date.")


@app.command()
def verify() -> None:
    """Walk every chain of events and hash every row that it vouches for. Exit code 1 when anything was changed."""
    with opened_database(Settings()) as database, database.read() as session:
        reports = walk(session)
    for report in reports:
        for fault in report.faults:
            typer.echo(f"{report.organisation}: {fault}")
        typer.echo(f"{report.organisation}: {report.events} events, {len(report.faults) or 'no'} faults")
    if any(report.faults for report in reports):
        raise typer.Exit(1)
