"""`qc key`: make, list and end API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from qc.commands.opened import DEMO, opened_database
from qc.errors import NotFound
from qc.ledger import accounts
from qc.ledger.accounts import Scope
from qc.ledger.events import now
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="API keys of programs and phones.")

Organisation = Annotated[str, typer.Option(help="Slug of the organisation.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, such as `phone-btl-1`.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; all when none is named.")] = None,
    collection_point: Annotated[str | None, typer.Option(help="Where it is used.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it ends; never when not given.")] = None,
    organisation: Organisation = DEMO,
) -> None:
    """Make a key. It is printed this once and kept nowhere."""
    with opened_database(Settings()) as database, database.write() as session:
        owner = accounts.organisation_called(session, organisation)
        point = None
        if collection_point is not None:
            point = accounts.find_collection_point(session, owner.id, collection_point)
            if point is None:
                raise NotFound(f"no collection point {collection_point!r} in {organisation}")
        _, text = accounts.create_key(
            session,
            owner.id,
            name,
            scope or list(Scope),
            collection_point_id=point.id if point else None,
            expires_at=now() + timedelta(days=days) if days else None,
        )
    typer.echo(text)


@app.command("list")
def list_keys(organisation: Organisation = DEMO) -> None:
    """Show all keys of an organisation, without their secrets."""
    with opened_database(Settings()) as database, database.read() as session:
        for key in accounts.keys_of(session, accounts.organisation_called(session, organisation).id):
            state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "valid"
            typer.echo(f"{key.prefix}  {state:16}  {key.name}  {' '.join(key.scopes)}")


@app.command()
def revoke(prefix: Annotated[str, typer.Argument(help="The eight letters after `qc_`.")]) -> None:
    """End a key at once."""
    with opened_database(Settings()) as database, database.write() as session:
        accounts.revoke_key(session, prefix)
    typer.echo(f"{prefix} is revoked.")
