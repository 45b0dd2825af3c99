"""`qc key`: make, list, rotate and end API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from qc.commands.opened import DEMO, opened_database
from qc.errors import NotFound
from qc.ledger import accounts, keys
from qc.ledger.accounts import Role, Scope
from qc.ledger.events import now
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="API keys of programs and phones.")

Organisation = Annotated[str, typer.Option(help="Slug of the organisation.")]
Prefix = Annotated[str, typer.Argument(help="The eight letters after `qc_`.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, such as `phone-btl-1`.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; all when no role is named either.")] = None,
    role: Annotated[Role | None, typer.Option(help="A named set of scopes, such as `shipper`.")] = None,
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
        _, text = keys.create_key(
            session,
            owner.id,
            name,
            scope or ([] if role else list(Scope)),
            role=role,
            collection_point_id=point.id if point else None,
            expires_at=now() + timedelta(days=days) if days else None,
        )
    typer.echo(text)


@app.command("list")
def list_keys(organisation: Organisation = DEMO) -> None:
    """Show all keys of an organisation, without their secrets."""
    with opened_database(Settings()) as database, database.read() as session:
        for key in keys.keys_of(session, accounts.organisation_called(session, organisation).id):
            state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "valid"
            used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            may = " ".join([*([f"role:{key.role}"] if key.role else []), *key.scopes])
            typer.echo(f"{key.prefix}  {state:16}  {used:21}  {key.name}  {may}")


@app.command()
def rotate(
    prefix: Prefix,
    overlap_days: Annotated[
        float, typer.Option(min=0, max=90, help="Days for which the secret before goes on working.")
    ] = keys.OVERLAP.days,
) -> None:
    """Give a key a new secret. It is printed this once; the one before works until the overlap ends."""
    with opened_database(Settings()) as database, database.write() as session:
        text = keys.rotate_key(session, keys.key_called(session, prefix), timedelta(days=overlap_days))
    typer.echo(text)


@app.command()
def revoke(prefix: Prefix) -> None:
    """End a key at once, with every secret of it."""
    with opened_database(Settings()) as database, database.write() as session:
        keys.end_key(session, keys.key_called(session, prefix))
    typer.echo(f"{prefix} is revoked.")
