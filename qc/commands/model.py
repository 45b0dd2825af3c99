"""`qc model`: which model serves, which others are kept, which judges in the shadow, and back to the one before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from qc.errors import BadBundle, BadRequest
from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.promotions import Change
from qc.model.registry import Registry
from qc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Released models: list, show, compare in the shadow, roll back.")

By = Annotated[str, typer.Option(help="Who says so; kept with the change.")]
Why = Annotated[str, typer.Option(help="The reason; kept with the change.")]


@app.command("list")
def list_models() -> None:
    """Show every bundle that is kept, and which of them serves or is the challenger. Exit code 1 for a broken link."""
    registry = Registry.of(Settings())
    broken: list[str] = []
    serving, challenger = _led_to(registry.current, broken), _led_to(registry.challenger, broken)
    for name in registry.bundles():
        state = "in service" if serving is not None and serving.name == name else ""
        if challenger is not None and challenger.name == name:
            state = "challenger"
        spec = Bundle.load(registry.path_of(name)).spec
        typer.echo(f"{name:28}  {state:10}  {spec.created:%Y-%m-%d}  {spec.files[MODEL_FILE][:12]}")
    if serving is not None and serving.name not in registry.bundles():
        typer.echo(f"{Bundle.load(serving).spec.title:28}  in service  as shipped, {serving}")
    for why in broken:
        typer.echo(why, err=True)
    if broken:
        raise typer.Exit(1)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A bundle; the one in service when not named.")] = "") -> None:
    """Show what a bundle is made of, its changes, and the record that it was signed off with."""
    registry = Registry.of(Settings())
    spec = Bundle.load(registry.path_of(name) if name else registry.current()).spec
    typer.echo(f"{spec.title}, made {spec.created:%Y-%m-%d}, model.onnx {spec.files[MODEL_FILE]}")
    typer.echo(f"code {spec.training.code_revision}, seed {spec.training.seed}")
    for dataset in spec.datasets:
        typer.echo(f"  {dataset.role:11}  {dataset.samples:6} of {dataset.name}, {dataset.sha256[:12]}")
    for change in registry.history():
        if spec.title in (change.to, change.before):
            typer.echo(_line(change))
        if change.to == spec.title and change.record is not None:
            typer.echo(json.dumps(registry.record(change.record), indent=2, ensure_ascii=False))


@app.command()
def history() -> None:
    """Show every change of the model in service and of the challenger, checked against its chain of hashes."""
    for change in Registry.of(Settings()).history():
        typer.echo(_line(change))


@app.command()
def rollback(
    by: By,
    why: Why,
    to: Annotated[str | None, typer.Option(help="The bundle to go back to; the one before when not named.")] = None,
) -> None:
    """Let the bundle serve again that the present one replaced."""
    typer.echo(f"{Registry.of(Settings()).roll_back(by=by, why=why, to=to)} is in service again")


@app.command()
def shadow(
    name: Annotated[str | None, typer.Argument(help="The bundle that shall judge in the shadow.")] = None,
    off: Annotated[bool, typer.Option("--off", help="None shall.")] = False,
    by: By = "command line",
    why: Why = "to be compared",
) -> None:
    """Let a bundle judge what the one in service has judged, without deciding anything; or let none."""
    if (name is None) is not off:
        raise BadRequest("name the bundle that shall judge in the shadow, or say --off; `qc model list` shows them")
    Registry.of(Settings()).set_challenger(name, by=by, why=why)
    shown = "GET /v1/models/shadow shows where it differs"
    typer.echo("nothing judges in the shadow" if name is None else f"{name} judges in the shadow; {shown}")


def _led_to(link: Callable[[], Path | None], broken: list[str]) -> Path | None:
    """Where a link leads; a broken one is added to those, and what else is kept is listed all the same."""
    try:
        return link()
    except BadBundle as wrong:
        broken.append(wrong.detail)
        return None


def _line(change: Change) -> str:
    return f"{change.at:%Y-%m-%d %H:%M}  {change.action:10}  {change.before} -> {change.to}  {change.by}: {change.why}"
