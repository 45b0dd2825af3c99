"""`qc standard`: the standards there are, and approved samples learnt for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from qc.bulk.references import PhotoRef, find_photos
from qc.bulk.shard import judge
from qc.commands import standard_versions
from qc.errors import BadRequest, Unavailable
from qc.model.approved import FEWEST_PHOTOS, MOST_PHOTOS, ApprovedSample
from qc.model.approved_store import SampleStore
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.photo import PhotoLimits
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library
from qc.standards.standard import Approved, ExportStandard, parse_standard

app = typer.Typer(no_args_is_help=True, help="Export standards, and approved samples learnt for them.")
app.command()(standard_versions.propose)
app.command("preview")(standard_versions.preview_version)
app.command()(standard_versions.release)


@app.command("list")
def list_standards() -> None:
    """The latest version of every standard."""
    table = Table("standard", "version", "SKU", "buyer", "approved sample", "what", box=None, pad_edge=False)
    for standard in Library.load(Settings().own_standards):
        sample = standard.approved
        learnt = f"{sample.photos} photos, {sample.model}" if sample else "-"
        row = (standard.name, str(standard.version), standard.product.sku or "-", standard.buyer or "-")
        table.add_row(*row, learnt, standard.title.en)
    Console().print(table)


@app.command()
def learn(
    sku: Annotated[str, typer.Argument(help="The product whose standard it is.", show_default=False)],
    photos: Annotated[
        list[Path], typer.Argument(help="5 to 30 photos of good pieces, or a folder.", show_default=False)
    ],
) -> None:
    """Learn the approved sample of a product from photos of good pieces: a new version of its standard."""
    began = perf_counter()
    settings = Settings()
    standard = Library.load(settings.own_standards).for_sku(sku)
    sample = learnt_from([path for path, _ in find_photos(photos)], settings)
    folder = settings.own_standards or settings.home / "standards"
    changed, place = keep(standard, sample, folder)
    taken = perf_counter() - began
    print(
        f"{changed.name} version {changed.version}: {len(sample.patches)} patches of {len(sample.photos)} photos, "
        f"learnt in {taken:.1f} s with {sample.model}; {place}"
    )


def learnt_from(paths: Sequence[Path], settings: Settings) -> ApprovedSample:
    """An approved sample from files.

    Raises:
        BadRequest: too few or too many, or the same photo twice.
        BadPhoto: one is no photo; the sentence names it.
        BadBundle: the model in service gives no patches to compare by.
    """
    if not FEWEST_PHOTOS <= len(paths) <= MOST_PHOTOS:
        raise BadRequest(f"got {len(paths)} photos of good pieces, wanted {FEWEST_PHOTOS} to {MOST_PHOTOS}")
    with Grader(Bundle.load(bundle_in_force(settings)), settings.threads, PhotoLimits.of(settings)) as grader:
        return grader.learn([judge(PhotoRef.of(path), grader) for path in paths])


def keep(standard: ExportStandard, sample: ApprovedSample, folder: Path) -> tuple[ExportStandard, Path]:
    """Write the sample and the next version of the standard, which names it; that version, and its file.

    A used standard never changes, so a new sample is a new version.

    Raises:
        Unavailable: the folder cannot be written.
    """
    digest = SampleStore(folder).put(sample)
    approved = Approved(sha256=digest, model=sample.model, photos=len(sample.photos))
    version = standard.version + 1
    document = standard.model_dump(mode="json", exclude_unset=True)
    document |= {"version": version, "approved": approved.model_dump(mode="json")}
    place = folder / f"{standard.name}-{version}.yaml"
    text = (
        f"# As version {standard.version}, with an approved sample of {len(sample.photos)} photos.\n"
        + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    )
    changed = parse_standard(text, str(place))
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as wrong:
        raise Unavailable(f"{place} is there already and holds something else; move it away") from wrong
    except OSError as wrong:
        raise Unavailable(f"{place} cannot be written: {wrong.strerror}; make room or set QC_STANDARDS") from wrong
    return changed, place
