"""`qc organisation`: enter exporters and their collection points."""

from __future__ import annotations

from typing import Annotated

import typer

from qc.commands.opened import opened_database
from qc.ledger import accounts
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Exporters and their collection points.")


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="Short name, such as `out-of-asia`.")],
    name: Annotated[str, typer.Argument(help="Full name.")],
) -> None:
    """Enter an organisation."""
    with opened_database(Settings()) as database, database.write() as session:
        accounts.create_organisation(session, slug, name)
    typer.echo(f"{slug} is entered. Next: qc organisation collection-point {slug} CODE NAME, then qc key create.")


@app.command()
def collection_point(
    slug: Annotated[str, typer.Argument(help="Slug of the organisation.")],
    code: Annotated[str, typer.Argument(help="Short code, such as BTL-1.")],
    name: Annotated[str, typer.Argument(help="Full name.")],
) -> None:
    """Enter a collection point."""
    with opened_database(Settings()) as database, database.write() as session:
        accounts.add_collection_point(session, accounts.organisation_called(session, slug).id, code, name)
    typer.echo(f"{code} is entered.")
