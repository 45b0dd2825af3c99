"""The `qc-train` command: from corrections to a better model in service. Each room registers its own commands.

A room's module is imported when one of its commands is called, or when help is to list them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from qc.errors import BadInput, QcError

ROOMS = {
    "snapshot": "training.feedback.commands",
    "coco": "training.feedback.commands",
    "queue": "training.feedback.commands",
    "run": "training.promotion.commands",
    "compare": "training.promotion.commands",
    "promote": "training.promotion.commands",
    "lineage": "training.promotion.commands",
    "regrade": "training.ray.commands",
    "train": "training.ray.commands",
}
"""Which module holds a command's Typer `app`: a command, or a group of commands, of that name."""


class _Rooms(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, module in ROOMS.items() if _exists(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        found = typer.main.get_command(importlib.import_module(ROOMS[cmd_name]).app)
        return getattr(found, "commands", {cmd_name: found}).get(cmd_name)


def _exists(module: str) -> bool:
    room = module.rpartition(".")[0]
    return importlib.util.find_spec(room) is not None and importlib.util.find_spec(module) is not None


app = typer.Typer(cls=_Rooms, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def qc_train() -> None:
    """Turn corrections into a better model, prove that it is none the worse, and put it in service."""


def main() -> None:
    """Run the command line; an error of ours is one line on stderr and exit code 2 (bad input) or 1."""
    try:
        app()
    except QcError as error:
        print(f"qc-train: {error.detail}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, BadInput) else 1) from None


if __name__ == "__main__":
    main()
