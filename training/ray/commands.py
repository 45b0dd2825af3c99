"""`qc-train regrade` and `qc-train train`: many photos graded anew, and a training shared, on a cluster or here."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from qc.bulk.pool import grade_each
from qc.bulk.references import listed_photos
from qc.bulk.regrade import regrade as into_file
from qc.bulk.shard import Grading
from qc.model.bundle import Bundle
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library
from training.ray.cluster import LOCAL, cluster

app = typer.Typer(no_args_is_help=True)


@app.command()
def regrade(
    source: Annotated[
        Path,
        typer.Argument(help="A folder of photos, a snapshot, or a listing (.txt): a path a line.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="File of rows, a JSON line a photo.", show_default=False)],
    bundle: Annotated[Path | None, typer.Option(help="The model; the one in service if not given.")] = None,
    standard: Annotated[str, typer.Option(help="Name of the standard that judges.")] = "woven-general",
    ray: Annotated[
        str | None,
        typer.Option(help="Address of a Ray cluster (`auto`, ray://HOST:10001), or `local`; else processes here."),
    ] = None,
) -> None:
    """Grade photos anew; killed, it goes on when begun again with the same words. Exit code 2 where some failed."""
    settings = Settings()
    photos = listed_photos(source.resolve())
    judge = Library.load(settings.own_standards).named(standard)
    grading = Grading.by(Bundle.load(bundle or bundle_in_force(settings)), judge, settings)
    with ExitStack() as opened:
        if ray is None:
            done = into_file(photos, grading, out, partial(grade_each, cores=settings.threads))
        else:
            opened.enter_context(cluster(ray))
            from training.ray.rows import ray_rows

            done = into_file(photos, grading, out, ray_rows)
    print(done.sentence(out))
    if done.failed:
        raise typer.Exit(2)


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="The run (YAML), as of `make train`.", show_default=False)],
    workers: Annotated[int, typer.Option(min=1, help="That share each batch, which must be a multiple.")] = 2,
    ray: Annotated[str, typer.Option(help="Address of a Ray cluster, or `local`: this machine's cores.")] = LOCAL,
    gpu: Annotated[bool, typer.Option("--gpu", help="Each worker has a GPU of its own.")] = False,
) -> None:
    """Train, or go on with a training, on several workers through Ray Train; all see the same files."""
    from training.train import read_config

    with cluster(ray):
        from training.ray.together import train_together

        train_together(read_config(config), workers, gpu)
