"""`qc-train snapshot | coco | queue`: from what people said to data, and to what they should say next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from qc.errors import BadInput
from qc.ledger.accounts import Caller, Scope, organisation_called
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.labelling import queue as labelling_queue
from qc.ledger.labelling_words import in_words
from qc.ledger.migrations import require_current
from qc.ledger.photos import PhotoStore
from qc.settings import Settings
from training.feedback.checking import check_snapshot
from training.feedback.coco import export_coco, import_coco
from training.feedback.snapshot import Snapshot
from training.feedback.taking import Shares, take_snapshot, wanted_of
from training.feedback.telling import tell_check, tell_snapshot

app = typer.Typer(no_args_is_help=True)
coco_app = typer.Typer(help="Labels as COCO files, out and in.", no_args_is_help=True)
snapshot_app = typer.Typer(help="Labelled snapshots of what people said of pieces.")
app.add_typer(snapshot_app, name="snapshot")
app.add_typer(coco_app, name="coco")
console = Console(highlight=False, soft_wrap=True)

Organisation = Annotated[
    str, typer.Option("--organisation", help="Slug of the organisation.", envvar="QC_ORGANISATION")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, for programs.")]


@contextmanager
def opened_ledger() -> Iterator[tuple[Database, PhotoStore]]:
    """Ledger and photo store of the settings (QC_*). Nothing is written to either."""
    settings = Settings()
    database = Database(settings.database)
    try:
        require_current(database)
        photos = PhotoStore.open(settings.photo_store or settings.home / "photos")
        try:
            yield database, photos
        finally:
            photos.close()
    finally:
        database.close()


@snapshot_app.callback(invoke_without_command=True)
def snapshot(
    context: typer.Context,
    organisation: Organisation = "anyaman-demo",
    into: Annotated[Path, typer.Option(help="Folder of snapshots.")] = Path("snapshots"),
    consent: Annotated[
        list[str] | None, typer.Option(help="A version of the makers' consent that covers training; may be repeated.")
    ] = None,
    unattributed: Annotated[bool, typer.Option(help="Also pieces for which no maker is named.")] = False,
    licence: Annotated[str, typer.Option(help="Under which the photos may be used.")] = "proprietary",
    since: Annotated[str | None, typer.Option(help="Pieces registered from this day on, such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Pieces registered before this day.")] = None,
    sku: Annotated[str | None, typer.Option(help="Pieces of this SKU only.")] = None,
    val: Annotated[float, typer.Option(help="Share of weavers to choose on.")] = 0.15,
    test: Annotated[float, typer.Option(help="Share of weavers to report on, once.")] = 0.15,
    seed: Annotated[str, typer.Option(help="Of the split; the same seed keeps every weaver in their split.")] = "1",
    as_json: AsJson = False,
) -> None:
    """Write what people said of pieces as one immutable folder, named by its content."""
    if context.invoked_subcommand is not None:
        return
    if not consent and not unattributed:
        raise BadInput(
            "name with --consent each version of the makers' consent that covers training (`consent_version` of the "
            "inspections); without one no maker's piece may be used"
        )
    with opened_ledger() as (database, photos):
        wanted = wanted_of(
            database, organisation, consent=frozenset(consent or ()), unattributed=unattributed,
            since=_day(since), until=_day(until), sku=sku,
        )  # fmt: skip
        taken = take_snapshot(
            database, photos, organisation, into, wanted, licence=licence, shares=Shares(val, test, seed)
        )
    if as_json:
        print(json.dumps({"folder": str(taken.folder), **asdict(taken.manifest)}))
    else:
        tell_snapshot(console, taken)


@snapshot_app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="snapshot-<12 hex>.")],
    most: Annotated[int, typer.Option(min=1, max=10_000, help="Most doubtful labels and near-duplicates shown.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say how well inspectors agree, which labels are doubtful and why, and which photos of two splits are alike."""
    report = check_snapshot(Snapshot.open(folder), most)
    if as_json:
        print(json.dumps(asdict(report)))
    else:
        tell_check(console, report)


@coco_app.command("export")
def coco_export(
    folder: Annotated[Path, typer.Argument(help="snapshot-<12 hex>.")],
    target: Annotated[Path, typer.Argument(help="The COCO file to write.")],
) -> None:
    """Write a snapshot's labels as one COCO file."""
    console.print(f"{target}: {export_coco(Snapshot.open(folder), target)} images")


@coco_app.command("import")
def coco_import(
    file: Annotated[Path, typer.Argument(help="COCO JSON whose categories are defect codes.")],
    photos: Annotated[Path, typer.Argument(help="The folder that its file names are relative to.")],
    into: Annotated[Path, typer.Option(help="Folder of snapshots.")] = Path("snapshots"),
    licence: Annotated[str, typer.Option(help="Under which the photos may be used.")] = "proprietary",
    complete: Annotated[
        bool, typer.Option(help="Every image was looked over whole: without a box it is good.")
    ] = False,
) -> None:
    """Write what a COCO file says of photos as a snapshot."""
    tell_snapshot(console, import_coco(file, photos, into, licence=licence, complete=complete))


@app.command()
def queue(
    organisation: Organisation = "anyaman-demo",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many photos.")] = 20,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Of pieces registered within so many days.")] = 90,
    sku: Annotated[str | None, typer.Option(help="Of this SKU only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a photo, for programs.")] = False,
) -> None:
    """Which photos to label next, and why. Labels go to POST /v1/inspections/ID/labels."""
    with opened_ledger() as (database, photos), database.read() as session:
        caller = Caller(organisation_called(session, organisation).id, "cli", frozenset({Scope.LABEL}))
        for place, row in enumerate(labelling_queue(session, caller, limit, now(), days=days, sku=sku), 1):
            why = "; ".join(in_words(reason, "en") for reason in row.why)
            if as_json:
                told = {"inspection": str(row.inspection_id), "photo": row.photo, "view": row.view, "sku": row.sku}
                print(json.dumps(told | {"chosen": row.chosen, "value": row.value, "why": why}))
            else:
                value = "  random" if row.value is None else f"{row.value:8.2f}"
                console.print(f"{place:3} {value}  {why}\n              {photos.where(row.photo)}")


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput(f"got the day {text!r}, wanted one such as 2026-11-01") from error
