"""`qc drift`: which collection points' photos and verdicts are no longer as they were; a report with pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import simplejpeg
import typer
from rich.console import Console
from rich.table import Table

from qc.commands.files import written_whole
from qc.commands.opened import DEMO, opened_database
from qc.drift.judge import ALARM, PointChart, judge
from qc.drift.report import Subject, report
from qc.drift.weeks import IsoWeek, week_or_none
from qc.drift.words import figure
from qc.errors import BadPhoto, Unavailable
from qc.ledger.accounts import organisation_called
from qc.ledger.drift import kept_weeks, week_asked
from qc.ledger.photos import PhotoStore
from qc.model.photo import Photo, PhotoLimits
from qc.model.preprocess import fit, resize
from qc.settings import Settings

THUMBNAIL = 320
"""Longer side of a photo in the report, in pixels."""


def drift(
    week: Annotated[str | None, typer.Option(help="ISO week, such as 2026-W47; the last one that is over.")] = None,
    report_to: Annotated[
        Path | None, typer.Option("--report", help="Write a page with charts and photos here.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="The baseline begins with this week (QC_DRIFT_SINCE).")] = None,
    organisation: Annotated[str, typer.Option(help="Slug of the organisation.")] = DEMO,
) -> None:
    """Say which charts are out of control, of each collection point. Ends with 0 whatever is found."""
    settings = Settings()
    asked, began = week_asked(week), week_or_none(since or settings.drift_since)
    with opened_database(settings) as database:
        with database.read() as session:
            ours = organisation_called(session, organisation)
        digests = kept_weeks(database, ours.id, asked)
    model = digests[-1].model() if digests else None
    lines = judge(digests, model, asked, since=began) if model is not None else []
    _show(asked, model, lines)
    if report_to is not None:
        photos = PhotoStore.open(settings.photo_store or settings.home / "photos")
        limits = PhotoLimits.of(settings)
        subject = Subject(ours.name, asked, model)
        with written_whole(report_to) as file:
            for part in report(subject, lines, digests, lambda name: _thumbnail(photos, name, limits)):
                file.write(part.encode())
        photos.close()
        typer.echo(f"{report_to}: the report")


def _thumbnail(photos: PhotoStore, name: str, limits: PhotoLimits) -> bytes | None:
    """A photo of the store, small; None where it is not there any more or cannot be read."""
    try:
        photo = Photo.decode(photos.get(name), limits, at_least=THUMBNAIL)
    except (Unavailable, BadPhoto):
        return None
    small = resize(photo.rgb, *fit(photo.rgb.shape[1], photo.rgb.shape[0], THUMBNAIL))
    jpeg: bytes = simplejpeg.encode_jpeg(small, quality=80, colorspace="RGB", colorsubsampling="420")
    return jpeg


def _show(week: IsoWeek, model: str | None, lines: list[PointChart]) -> None:
    console = Console()
    if model is None:
        console.print(f"{week}: nothing was inspected.", highlight=False)
        return
    found = [(line, line.weeks[-1]) for line in lines if line.weeks[-1].week == week and line.weeks[-1].signal]
    if found:
        table = Table(title=f"out of control, {week}")
        for column in ("point", "chart", "figure", "usual", "limits", "of", ""):
            table.add_column(column, justify="right" if column in {"figure", "usual", "of"} else "left")
        for line, judged in found:
            signal = judged.signal
            assert signal is not None
            value, usual, low, high = (
                figure(line.chart, x, "en")
                for x in (signal.value, signal.band.centre, signal.band.low, signal.band.high)
            )
            said = ("new" if signal.fresh else "goes on") + (", four weeks together" if signal.rule == "window" else "")
            table.add_row(line.point, line.chart.key, value, usual, f"{low} to {high}", str(signal.pieces), said)
        console.print(table)
    points = {line.point for line in lines}
    now = [(line.point, line.weeks[-1]) for line in lines if line.weeks[-1].week == week]
    able = {point for point, last in now if last.band is not None}
    short = {point for point, last in now if last.state == "learning"} - able
    few = points - able - short
    console.print(
        f"{week}, {model}: {len(found)} of {len(lines)} charts out of control at {len(points)} points; a point where "
        f"nothing changes is alarmed in at most {ALARM:.0%} of weeks."
        + (f" Baseline still short: {', '.join(sorted(short))}." if short else "")
        + (f" Too few pieces: {', '.join(sorted(few))}." if few else ""),
        highlight=False,
    )
