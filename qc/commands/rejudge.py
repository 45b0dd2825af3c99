"""`qc rejudge`: what past pieces would be under another standard or model. Nothing that was decided changes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qc.commands.opened import DEMO, on_command_line, opened_database
from qc.errors import BadRequest, NotFound
from qc.ledger import rejudgements
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.rejudgements import OPEN, Scope
from qc.ledger.tables import Rejudgement
from qc.rejudging.models import bundle_called
from qc.rejudging.standards import standard_asked_for
from qc.rejudging.worker import RejudgementWorker
from qc.settings import Settings
from qc.standards.library import Library

app = typer.Typer(no_args_is_help=True, help="Judge past pieces again: what would be under another standard or model.")

Organisation = Annotated[str, typer.Option(help="Slug of the organisation.")]
Number = Annotated[int, typer.Argument(help="Number of the rejudgement.", show_default=False)]
Moment = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="In local time.")]


@app.command()
def request(
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    standard: Annotated[str | None, typer.Option(help="NAME or NAME@VERSION of the standard that judges.")] = None,
    model: Annotated[str | None, typer.Option(help="NAME-VERSION of the model that looks at the photos anew.")] = None,
    sku: Annotated[str | None, typer.Option(help="Only pieces of this SKU.")] = None,
    inspected_from: Moment = None,
    inspected_before: Moment = None,
    run: Annotated[bool, typer.Option(help="Work on it here and now; else a running service does.")] = False,
    organisation: Organisation = DEMO,
) -> None:
    """Enter a job."""
    settings = Settings()
    if model is not None:
        bundle_called(settings, model)
    name, _, version = (standard or "").partition("@")
    if version and not version.isdigit():
        raise BadRequest(f"got --standard {standard!r}, wanted NAME or NAME@VERSION such as waste-basket@2")
    scope = Scope(sku, *(None if at is None else at.astimezone() for at in (inspected_from, inspected_before)))
    with opened_database(settings) as database:
        with database.write() as session:
            caller = on_command_line(session, organisation)
            files = Library.load(settings.own_standards)
            judge = standard_asked_for(session, caller, files, name or None, int(version) if version else None)
            job = rejudgements.request(session, caller, judge, model, scope, reason)
        if run:
            _work_off(settings, database)
        _say(_found(database, caller, job.number))


@app.command()
def run() -> None:
    """Work on every job that nobody works on, until there is none. It may be killed: run it again."""
    settings = Settings()
    with opened_database(settings) as database:
        _work_off(settings, database)


@app.command("list")
def list_jobs(organisation: Organisation = DEMO) -> None:
    """Show the newest hundred jobs."""
    with opened_database(Settings()) as database, database.read() as session:
        caller = on_command_line(session, organisation)
        for job in rejudgements.list_rejudgements(session, caller.organisation_id, 100):
            _say(job)


@app.command()
def show(number: Number, organisation: Organisation = DEMO) -> None:
    """Show a job, and every piece that would be another."""
    with opened_database(Settings()) as database:
        with database.read() as session:
            caller = on_command_line(session, organisation)
        job = _found(database, caller, number)
        _say(job)
        table = Table("before", "after", "pieces", box=None, pad_edge=False)
        for before, after, pieces in job.counts:
            table.add_row(before, after, str(pieces))
        Console().print(table)
        last = None
        while True:
            with database.read() as session:
                page = rejudgements.rejudged(session, caller, job, 500, last)
            for row in page:
                typer.echo(f"{row.piece_id}  {row.before} -> {row.after}  decided: {row.decided or '-'}")
            if not page:
                return
            last = page[-1].piece_id


@app.command()
def cancel(number: Number, organisation: Organisation = DEMO) -> None:
    """End a job early; what it found stays."""
    with opened_database(Settings()) as database:
        with database.read() as session:
            caller = on_command_line(session, organisation)
        found = _found(database, caller, number)
        with database.write() as session:
            job = rejudgements.hold(session, caller, found.id)
            rejudgements.cancel(session, caller, job)
        _say(job)


def _work_off(settings: Settings, database: Database) -> None:
    worker = RejudgementWorker.of(settings, database, processes=settings.threads, rest=0)
    while worker.look():
        pass


def _found(database: Database, caller: Caller, number: int) -> Rejudgement:
    with database.read() as session:
        job = next(iter(rejudgements.list_rejudgements(session, caller.organisation_id, 1, number + 1)), None)
    if job is None or job.number != number:
        raise NotFound(f"no rejudgement {number}; `qc rejudge list` shows them")
    return job


def _say(job: Rejudgement) -> None:
    judge = f"{job.standard} {job.standard_version}" if job.standard else "their own standards"
    looked = f", photos looked at by {job.model}" if job.model else ""
    state = "waits for a worker" if job.state in OPEN and job.leased_until is None else job.state
    told = f"{job.number}: {judge}{looked}; {state}; {job.done} of {job.pieces} pieces, {job.changed} would be another"
    typer.echo(told + (f", {job.failed} could not be judged" if job.failed else ""))
    if job.failure:
        typer.echo(f"   {job.failure}")
