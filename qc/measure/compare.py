"""Measured sizes against the sizes that are wanted: a decision for each, with the guard band."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from qc.errors import BadRequest
from qc.measure.measurement import FLAT_UP_TO_MM, Measurement, Size
from qc.measure.tolerance import SizeDecision, Tolerance, guard_band
from qc.standards.evidence import Frozen
from qc.standards.standard import ExportStandard

Wanted = Mapping[str, tuple[float, float]]
"""Nominal size and its tolerance in mm by dimension."""

_DIAMETERS = ("diameter", "top_diameter", "rim_diameter")


class SizeCheck(Frozen):
    """One dimension: what was wanted, what was read, and what follows."""

    dimension: str
    nominal_mm: float = Field(gt=0)
    tolerance_mm: float = Field(ge=0)
    value_mm: float = Field(gt=0)
    u_mm: float = Field(gt=0)
    deviation_mm: float
    decision: SizeDecision


def wanted_by(standard: ExportStandard) -> dict[str, tuple[float, float]]:
    """The sizes that a standard gives and a photo from above can show; its height is not among them.

    Raises:
        BadRequest: the standard gives none.
    """
    tolerance = standard.product.tolerance
    sizes = {name: mm for name, mm in standard.product.size_mm.items() if name in ("length", "width", *_DIAMETERS)}
    if tolerance is None or not sizes:
        raise BadRequest(f"standard {standard.name} gives no length, width or diameter with a tolerance to measure by")
    return {name: (mm, max(mm * tolerance.share, tolerance.mm)) for name, mm in sizes.items()}


def height_by(standard: ExportStandard) -> tuple[float, float] | None:
    """The height that a standard gives, if it is more than a flat piece's, and its standard uncertainty, mm."""
    height, tolerance = standard.product.size_mm.get("height", 0.0), standard.product.tolerance
    if height <= FLAT_UP_TO_MM:
        return None
    spread = 0.0 if tolerance is None else max(height * tolerance.share, tolerance.mm)
    return height, spread / 3**0.5


def wanted_from(nominal: tuple[float, ...], tolerance: Tolerance) -> dict[str, tuple[float, float]]:
    """One size is a diameter, two are length and width, largest first."""
    names = ("diameter",) if len(nominal) == 1 else ("length", "width")
    return {name: (mm, tolerance.mm(mm)) for name, mm in zip(names, nominal, strict=True)}


def check_sizes(measurement: Measurement, wanted: Wanted) -> tuple[SizeCheck, ...]:
    """A decision for every dimension.

    A piece that is not of the wanted shape is compared by its extents: an oval one is too long for a diameter or too
    narrow for it.

    Raises:
        BadRequest: a dimension that no photo from above shows.
    """
    checks = []
    for dimension, (nominal, tolerance) in wanted.items():
        for size in _sizes_for(measurement, dimension):
            deviation = size.value_mm - nominal
            checks.append(
                SizeCheck(
                    dimension=dimension,
                    nominal_mm=nominal,
                    tolerance_mm=round(tolerance, 2),
                    value_mm=size.value_mm,
                    u_mm=size.u_mm,
                    deviation_mm=round(deviation, 2),
                    decision=guard_band(deviation, size.u_mm, tolerance),
                )
            )
    return tuple(checks)


def _sizes_for(measurement: Measurement, dimension: str) -> list[Size]:
    is_round = measurement.shape == "round"
    if dimension in _DIAMETERS:
        return [measurement.size(name) for name in (("diameter",) if is_round else ("length", "width"))]  # type: ignore[arg-type]
    if dimension == "length":
        return [measurement.size("feret_max" if is_round else "length")]
    if dimension == "width":
        return [measurement.size("feret_min" if is_round else "width")]
    raise BadRequest(f"{dimension!r} cannot be seen from above: length, width and diameter can")
