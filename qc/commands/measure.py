"""`qc measure`: sizes of a piece from a photo of it on the measuring mat."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qc.errors import BadInput, BadRequest, Unavailable
from qc.measure.compare import SizeCheck, Wanted, check_sizes, height_by, wanted_by, wanted_from
from qc.measure.marked import mark_sizes
from qc.measure.measurement import Measurement
from qc.measure.measurement import measure as measure_photo
from qc.measure.tolerance import parse_nominal, parse_tolerance
from qc.model.photo import Photo, PhotoLimits
from qc.settings import Settings
from qc.standards.library import Library

_STYLE = {"pass": "green", "fail": "red", "measure_by_tape": "yellow"}


def measure(
    photo: Annotated[Path, typer.Argument(help="A photo of the piece on the mat, from above.", show_default=False)],
    print_scale: Annotated[float, typer.Option(help="What the mat's 100 mm bar measures, over 100.")] = 1.0,
    height_mm: Annotated[float | None, typer.Option(help="Of the face to be measured above the mat.")] = None,
    focal_35mm: Annotated[float | None, typer.Option(help="The phone's focal length as on 35 mm film.")] = None,
    nominal: Annotated[str | None, typer.Option(help="Wanted size in mm: 300x200, or 300 for a diameter.")] = None,
    tolerance: Annotated[str | None, typer.Option(help="Allowed either way: 3% or 5mm.")] = None,
    standard: Annotated[str | None, typer.Option(help="Take wanted sizes and height from this standard.")] = None,
    marked: Annotated[Path | None, typer.Option(help="Write the photo with outline and sizes drawn on it.")] = None,
) -> None:
    """Measure a piece. Flat goods are taken to be up to 3 mm thick; a piece that stands up needs its height."""
    settings = Settings()
    wanted, height = _wanted(settings, nominal, tolerance, standard)
    if height_mm is not None:
        height = (height_mm, None)
    try:
        data = photo.read_bytes()
    except OSError as wrong:
        raise BadInput(f"{photo} cannot be read: {wrong.strerror}") from wrong
    picture = Photo.decode(data, PhotoLimits.of(settings)).rgb
    height_of_face, height_u = height or (None, None)
    measured = measure_photo(
        picture, print_scale, height_mm=height_of_face, height_u_mm=height_u, focal_35mm=focal_35mm
    )
    checks = check_sizes(measured, wanted) if wanted else ()
    _show(measured, checks)
    if marked is not None:
        try:
            marked.write_bytes(mark_sizes(picture, measured, checks))
        except OSError as wrong:
            raise Unavailable(f"{marked} cannot be written: {wrong.strerror}; name another place") from wrong


def _wanted(
    settings: Settings, nominal: str | None, tolerance: str | None, standard: str | None
) -> tuple[Wanted | None, tuple[float, float | None] | None]:
    """The wanted sizes, and the height that the standard gives."""
    if standard is not None:
        if nominal is not None or tolerance is not None:
            raise BadRequest("a standard brings its own sizes: give --standard, or --nominal with --tolerance")
        named = Library.load(settings.own_standards).named(standard)
        return wanted_by(named), height_by(named)
    if (nominal is None) != (tolerance is None):
        raise BadRequest("--nominal and --tolerance go together, such as --nominal 300x200 --tolerance 3%")
    if nominal is None or tolerance is None:
        return None, None
    return wanted_from(parse_nominal(nominal), parse_tolerance(tolerance)), None


def _show(measured: Measurement, checks: tuple[SizeCheck, ...]) -> None:
    console = Console()
    table = Table(title=f"{measured.shape}, mat {measured.board_id}, {measured.sizes[0].plane}")
    for column in ("size", "mm", "+- U (k = 2)", "method", "main doubt"):
        table.add_column(column, justify="right" if column in ("mm", "+- U (k = 2)") else "left")
    for size in measured.sizes:
        doubt = max(size.contributions, key=lambda cause: size.contributions[cause])
        table.add_row(size.name, f"{size.value_mm:.1f}", f"{size.u_mm:.1f}", size.method, doubt)
    console.print(table)
    if checks:
        verdicts = Table(title="against what is wanted")
        for column in ("size", "wanted", "read", "off by", "U", "decision"):
            verdicts.add_column(column)
        for check in checks:
            verdicts.add_row(
                check.dimension, f"{check.nominal_mm:g} +- {check.tolerance_mm:g}", f"{check.value_mm:.1f}",
                f"{check.deviation_mm:+.1f}", f"{check.u_mm:.1f}",
                f"[{_STYLE[check.decision]}]{check.decision.replace('_', ' ')}[/]",
            )  # fmt: skip
        console.print(verdicts)
    console.print(
        f"tilt {measured.tilt_deg:.0f} deg, lens {measured.camera_mm:.0f} mm above the mat, corners "
        f"{measured.reprojection_rms_px:.2f} px off, light {measured.light.flatness:.0%} even, colour not assessable"
        + (f"; mind: {', '.join(measured.cautions)}" if measured.cautions else ""),
        highlight=False,
    )
