"""`qc user`: enter people and enrol their phones."""

from __future__ import annotations

from typing import Annotated

import typer

from qc.commands.opened import DEMO, on_command_line, opened_database
from qc.errors import NotFound
from qc.ledger import accounts, enrolments, people
from qc.ledger.accounts import Role
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="People who work with the app, as pseudonyms.")

Organisation = Annotated[str, typer.Option(help="Slug of the organisation.")]
Pseudonym = Annotated[str, typer.Argument(help="Never a name: letters, digits and - . _")]


@app.command()
def add(
    pseudonym: Pseudonym,
    role: Annotated[Role, typer.Option(help="What the person does.")] = Role.INSPECTOR,
    password: Annotated[bool, typer.Option("--password", help="Ask for a password, for signing in at a desk.")] = False,
    collection_point: Annotated[str | None, typer.Option(help="Where they work.")] = None,
    organisation: Organisation = DEMO,
) -> None:
    """Enter a person. Without --password they enter with an enrolled phone only."""
    secret = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if password else None
    with opened_database(Settings()) as database, database.write() as session:
        caller = on_command_line(session, organisation)
        point = None
        if collection_point is not None:
            point = accounts.find_collection_point(session, caller.organisation_id, collection_point)
            if point is None:
                raise NotFound(f"no collection point {collection_point!r} in {organisation}")
        people.add_person(
            session, caller, pseudonym, role, password=secret, collection_point_id=point.id if point else None
        )
    typer.echo(f"{pseudonym} is entered as {role.value}. Next: qc user enrol {pseudonym}")


@app.command()
def enrol(pseudonym: Pseudonym, organisation: Organisation = DEMO) -> None:
    """Print a one-time code and a PIN with which a phone becomes a person's."""
    with opened_database(Settings()) as database, database.write() as session:
        ticket = enrolments.enrol(session, on_command_line(session, organisation), pseudonym)
    typer.echo(f"code {ticket.code}\nPIN  {ticket.pin}\nGood for {ticket.lasts.seconds // 60} minutes, once.")
