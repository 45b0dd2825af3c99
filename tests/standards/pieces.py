"""Evidence and standards for tests: a good piece, and what may be seen on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from qc.standards.checks import CheckRecord, read_checks
from qc.standards.evidence import Detection, Evidence, PhotoEvidence, Quality, View
from qc.standards.library import Library
from qc.standards.standard import ExportStandard

LIBRARY = Library.load()
BASKET = LIBRARY.named("waste-basket-water-hyacinth")
GENERAL = LIBRARY.named("woven-general")
BASKET_VIEWS: tuple[View, ...] = BASKET.views.required
GOOD_CHECKS = read_checks(
    {
        "moisture_pct": 11, "odour": "pass", "sharp_points": "pass", "mould": "pass", "insects": "pass",
        "base_flat": "pass",
    },
    BASKET.checks,
)  # fmt: skip


def saw(
    code: str, probability: float = 0.95, length: float = 0.02, area: float = 0.001, x: int = 100, y: int = 100
) -> Detection:
    """A detection; length and area are shares of the piece."""
    box = (x, y, x + 40, y + 40)
    return Detection(code=code, probability=probability, box=box, area_share=area, length_share=length)


def photo(
    view: View | None = None, detections: Iterable[Detection] = (), name: str = "",
    quality: Mapping[str, Any] | None = None, **changes: Any,
) -> PhotoEvidence:  # fmt: skip
    """A fit photo of a water-hyacinth basket."""
    seen = {
        "sharpness": 300.0, "exposure": 0.5, "clipped_share": 0.01, "piece_found": True, "piece_share": 0.4,
        "pieces": 1, "smallest_defect_px": 12.0, **(quality or {}),
    }  # fmt: skip
    fields = {
        "view": view, "sha256": sha256(f"{view}/{name}".encode()).hexdigest(), "width": 1600, "height": 1200,
        "woven": 0.99, "kind": "basket", "kind_probability": 0.9, "material": "water_hyacinth",
        "material_probability": 0.8, "defect_probability": 0.05, "detections": tuple(detections),
        "quality": Quality(**seen), "novelty": 0.5, "ms": {"network": 10.0}, **changes,
    }  # fmt: skip
    return PhotoEvidence.model_validate(fields)


def evidence(*photos: PhotoEvidence) -> Evidence:
    return Evidence(photos=photos, model="test-1.0.0")


def basket(seen: Mapping[View, Iterable[Detection]] | None = None, **changes: Any) -> Evidence:
    """All the views that the basket's standard asks for; `changes` go to every photo."""
    return evidence(*(photo(view, (seen or {}).get(view, ()), **changes) for view in BASKET_VIEWS))


def changed(standard: ExportStandard, **changes: Any) -> ExportStandard:
    """The standard with fields replaced, validated anew."""
    return ExportStandard.model_validate({**standard.model_dump(exclude_unset=True), **changes})


def with_rule(standard: ExportStandard, code: str, **rule: Any) -> ExportStandard:
    """The standard with another rule for one code."""
    defects = standard.model_dump(exclude_unset=True)["defects"]
    return changed(standard, defects={**defects, code: rule})


def checks(**given: Any) -> dict[str, CheckRecord]:
    """Good checks of the basket, some of them otherwise; None leaves one out."""
    wanted = {name: record for name, record in GOOD_CHECKS.items() if name not in given}
    return wanted | read_checks({name: value for name, value in given.items() if value is not None}, BASKET.checks)
