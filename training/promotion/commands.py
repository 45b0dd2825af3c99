"""`qc-train run | compare | promote | lineage`."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError
from rich.console import Console

from qc.errors import BadInput
from qc.model.bundle import Bundle
from qc.model.registry import Registry
from qc.settings import Settings
from training.feedback.snapshot import Snapshot
from training.promotion.candidate import Candidate
from training.promotion.compare import compare as compared
from training.promotion.compare import show
from training.promotion.config import read_run_config
from training.promotion.fine_tune import run as fine_tune
from training.promotion.gates import Policy
from training.promotion.lineage import Lineage
from training.promotion.outcomes import Outcome, on_photos
from training.promotion.promote import Promotion
from training.promotion.promote import promote as promoted

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

By = Annotated[str, typer.Option(help="Who signs off; kept with the change.")]
Why = Annotated[str, typer.Option(help="The reason; kept with the change.")]
Frozen = Annotated[
    list[Path] | None, typer.Option("--on", help="A labelled snapshot, of which the test split is judged.")
]


@app.callback()
def promotion() -> None:
    """Fine-tune, compare, promote, roll back."""
    warnings.filterwarnings(
        "ignore", category=DeprecationWarning
    )  # of libraries; a person at a terminal cannot act on it


@app.command()
def run(config: Annotated[Path, typer.Argument(help="The run, such as training/configs/finetune.yaml.")]) -> None:
    """Fine-tune the bundle in service on made pieces and corrected photos. Killed, it goes on where it was."""
    folder = fine_tune(read_run_config(config))
    typer.echo(
        f"{folder}: {Bundle.load(folder).spec.title}; compare it with `qc-train compare models/current {folder.parent}`"
    )


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="A bundle, or a finished run.")],
    b: Annotated[Path, typer.Argument(help="The other one.")],
    on: Frozen = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Judge the same frozen photos with both and show every difference with its interval."""
    one, other = Candidate.at(a), Candidate.at(b)
    learnt = one.learnt_photos() | other.learnt_photos()
    found: list[list[Outcome]] = [[], []]
    for snapshot in _snapshots(on):
        for k, each in enumerate((one, other)):
            found[k] += on_photos(each.bundle, snapshot, "test", learnt).outcomes
    lines = compared(found[0], found[1])
    names = (one.bundle.spec.title, other.bundle.spec.title)
    if as_json:
        typer.echo(json.dumps({"a": names[0], "b": names[1], "lines": [line.document() for line in lines]}, indent=2))
    else:
        show(lines, names, Console(width=max(100, Console().width)))


@app.command()
def promote(
    candidate: Annotated[Path, typer.Argument(help="A finished run, or a bundle.")],
    by: By,
    why: Why,
    on: Frozen = None,
    policy: Annotated[Path | None, typer.Option(help="A YAML file with stricter limits than the gates' own.")] = None,
    accept_unjudged: Annotated[
        list[str] | None, typer.Option(help="A code that you sign for though too few pieces show it; may be repeated.")
    ] = None,
    accept_labels: Annotated[
        list[str] | None,
        typer.Option(help="A code whose labels you looked at, though they contradict what serves; may be repeated."),
    ] = None,
) -> None:
    """Put a bundle into service if every gate is open; change nothing if one is closed."""
    asked = Promotion(
        Candidate.at(candidate), Registry.of(Settings()), _snapshots(on) if on else [], _policy(policy), by, why,
        frozenset(accept_unjudged or ()), frozenset(accept_labels or ()),
    )  # fmt: skip
    typer.echo(
        f"{promoted(asked, Console(soft_wrap=True))} is in service; back: qc model rollback --by NAME --why TEXT"
    )


@app.command()
def lineage(
    what: Annotated[str, typer.Argument(help="A bundle, run, snapshot, piece (pseudonym) or photo (sha256).")],
    runs: Annotated[Path, typer.Option(help="Folder of runs.")] = Path("build/runs"),
    snapshots: Annotated[Path, typer.Option(help="Folder of snapshots.")] = Path("snapshots"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a tree.")] = False,
) -> None:
    """Show what a bundle or run was made from, or what became of a snapshot, a piece or a photo."""
    found = Lineage(Registry.of(Settings()), runs, snapshots).of(what)
    if as_json:
        typer.echo(json.dumps(found.document(), indent=2))
    else:
        Console(soft_wrap=True).print(found.tree())


def _snapshots(folders: list[Path] | None) -> list[Snapshot]:
    if not folders:
        raise BadInput("name at least one frozen set: --on snapshots/snapshot-...")
    return [Snapshot.open(folder) for folder in folders]


def _policy(path: Path | None) -> Policy:
    if path is None:
        return Policy()
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise BadInput(f"{path} is no policy: {error}; wanted any of {', '.join(Policy.model_fields)}") from None
