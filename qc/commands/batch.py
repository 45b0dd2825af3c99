"""`qc batch`: open batches and see how full they are."""

from __future__ import annotations

from typing import Annotated

import typer

from qc.commands.opened import DEMO, on_command_line, opened_database
from qc.errors import BadRequest, NotFound
from qc.ledger import batches
from qc.ledger.batches import NewBatchLine
from qc.ledger.orders import order_called
from qc.ledger.tables import Batch
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Shipment batches.")

Organisation = Annotated[str, typer.Option(help="Slug of the organisation.")]


@app.command("open")
def open_batch(
    number: Annotated[str, typer.Argument(help="Your own number of the batch.")],
    line: Annotated[list[str] | None, typer.Option(help="SKU=QUANTITY; once a SKU.")] = None,
    po_number: Annotated[
        str | None, typer.Option(help="The purchase order; its lines are taken when none is named.")
    ] = None,
    organisation: Organisation = DEMO,
) -> None:
    """Open a batch; accepted pieces that wait enter it."""
    lines = [_line(text) for text in line or []]
    with opened_database(Settings()) as database, database.write() as session:
        caller = on_command_line(session, organisation)
        order = order_called(session, caller.organisation_id, po_number) if po_number else None
        _show(batches.open_batch(session, caller, number, lines, order))


@app.command("list")
def list_batches(organisation: Organisation = DEMO) -> None:
    """Show the newest hundred batches."""
    with opened_database(Settings()) as database, database.read() as session:
        caller = on_command_line(session, organisation)
        for batch in batches.list_batches(session, caller.organisation_id, 100, None).rows:
            _show(batch)


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="Number of the batch.")],
    organisation: Organisation = DEMO,
) -> None:
    """Show a batch and the pieces in it."""
    with opened_database(Settings()) as database, database.read() as session:
        caller = on_command_line(session, organisation)
        batch = batches.find_batch(session, caller.organisation_id, number)
        if batch is None:
            raise NotFound(f"no batch {number!r} in {organisation}; `qc batch list` shows them")
        _show(batch)
        position = 0
        while page := batches.pieces_in(session, batch, 500, position):
            for place, piece in page:
                typer.echo(f"{place.position:6}  {piece.id}  {piece.grade}  {piece.sku}  {piece.tag or ''}")
            position = page[-1][0].position


def _line(text: str) -> NewBatchLine:
    sku, _, quantity = text.partition("=")
    if not sku or not quantity.isdigit() or int(quantity) < 1:
        raise BadRequest(f"got --line {text!r}, wanted SKU=QUANTITY such as WB-30=3105")
    return NewBatchLine(sku, int(quantity))


def _show(batch: Batch) -> None:
    lines = ", ".join(f"{line.sku} {line.filled}/{line.target}" for line in batch.lines)
    typer.echo(f"{batch.number}  {batch.state}  {lines}")
