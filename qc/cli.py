"""The `qc` command. Each module of qc/commands is a command: it holds a Typer `app`, or a function of its own name.

A module is imported when its command is called: `qc grade` waits for no web server.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Any

import typer
from typer.core import TyperGroup

import qc.commands
from qc import __version__
from qc.errors import BadInput, QcError


class _Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        names = (module.name for module in pkgutil.iter_modules(qc.commands.__path__))
        return [name for name in names if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in {module.name for module in pkgutil.iter_modules(qc.commands.__path__)}:
            return None
        module = importlib.import_module(f"qc.commands.{cmd_name}")
        app = getattr(module, "app", None)
        if app is None:
            command = getattr(module, cmd_name, None)
            if command is None:
                return None  # a module that commands share
            app = typer.Typer(add_completion=False)
            app.command(cmd_name)(command)
        found = typer.main.get_command(app)
        found.name = cmd_name  # a group does not know under which name it is called
        return found


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback(invoke_without_command=True)
def qc_command(
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    """Quality control for handwoven export goods."""
    if version:
        typer.echo(f"anyaman-qc {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error of ours is one line on stderr and exit code 2 (bad input) or 1."""
    try:
        app()
    except QcError as error:
        print(f"qc: {error.detail}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, BadInput) else 1) from None
