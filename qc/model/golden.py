"""Golden photos: a bundle must decide them as it did when it was released, on whatever machine serves it.

golden/expected.json holds a `Golden`. `seal` writes it with the very grader that serves; that the graph decides like
the network it was exported from is for the exporter to prove before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from qc.errors import BadBundle
from qc.model.bundle import Bundle, hash_files, write_spec
from qc.model.bundle_spec import Band, BundleSpec, Part
from qc.model.grader import Grader
from qc.standards.evidence import Box, PhotoEvidence

EXPECTED_FILE = "golden/expected.json"
_SAME_PLACE = 0.5  # intersection over union from which two boxes name the same place


class GoldenDefect(Part):
    """The most probable detection of one code."""

    probability: float
    decision: str
    box: Box


class GoldenPhoto(Part):
    """What a bundle decides on one photo."""

    woven: float
    woven_decision: str
    kind: str | None
    material: str | None
    defect_probability: float
    defect_decision: str
    defects: dict[str, GoldenDefect] = Field(description="By code; what the thresholds act on or refer, or nearly so.")

    @classmethod
    def of(cls, seen: PhotoEvidence, spec: BundleSpec) -> GoldenPhoto:
        """The decisions in the evidence of one photo, under the bundle's own thresholds."""
        defects: dict[str, GoldenDefect] = {}
        for found in seen.detections:  # most probable first
            band = spec.thresholds.codes[found.code]
            if found.code not in defects and found.probability >= band.refer - spec.golden.tolerance:
                decision = _decision(found.probability, band)
                defects[found.code] = GoldenDefect(probability=found.probability, decision=decision, box=found.box)
        return cls(
            woven=seen.woven,
            woven_decision=_decision(seen.woven, spec.thresholds.woven),
            kind=seen.kind,
            material=seen.material,
            defect_probability=seen.defect_probability,
            defect_decision=_decision(seen.defect_probability, spec.thresholds.defect),
            defects=defects,
        )


class Golden(Part):
    """golden/expected.json."""

    photos: dict[str, GoldenPhoto] = Field(min_length=1)


def check_golden(bundle: Bundle) -> None:
    """Grade the golden photos again.

    Raises:
        BadBundle: one is decided differently, or a probability moved by more than the tolerance; the sentence says
            which and by how much.
    """
    golden = Golden.model_validate_json((bundle.path / EXPECTED_FILE).read_bytes())
    with Grader(bundle) as grader:
        for name, wanted in golden.photos.items():
            got = GoldenPhoto.of(grader.examine(_photo(bundle.path, name)), bundle.spec)
            if differences := compare(wanted, got, bundle.spec.golden.tolerance):
                raise BadBundle(
                    f"{bundle.path} decides golden/{name} differently on this machine: {'; '.join(differences)}; "
                    "use the onnxruntime and OpenCV versions of constraints.txt, or release the bundle anew",
                    file=f"golden/{name}",
                )


def compare(wanted: GoldenPhoto, got: GoldenPhoto, tolerance: float) -> list[str]:
    """What differs between two decisions on the same photo, in words; empty where nothing does.

    Two decisions are alike where a probability moved by no more than the tolerance, also across a threshold: on another
    processor the last digit differs, and a golden photo may lie right on it.
    """
    differences = [
        f"{field} is {getattr(got, field)}, wanted {getattr(wanted, field)}"
        for field in ("kind", "material")
        if getattr(got, field) != getattr(wanted, field)
    ]
    differences += [
        f"{field} is {getattr(got, field):.3f}, wanted {getattr(wanted, field):.3f}"
        for field in ("woven", "defect_probability")
        if abs(getattr(got, field) - getattr(wanted, field)) > tolerance
    ]
    for code in sorted(set(wanted.defects) | set(got.defects)):
        one, other = wanted.defects.get(code), got.defects.get(code)
        if one is None or other is None:
            only = one or other
            if only is not None and only.decision != "none":
                differences.append(f"{code} is {'missing' if other is None else 'found'}")
        elif abs(one.probability - other.probability) > tolerance:
            differences.append(
                f"{code} is {other.decision} ({other.probability:.3f}), wanted {one.decision} ({one.probability:.3f})"
            )
        elif _overlap(one.box, other.box) < _SAME_PLACE:
            differences.append(f"{code} lies at {other.box}, wanted {one.box}")
    return differences


def seal(folder: Path, fields: dict[str, Any]) -> Bundle:
    """Finish a bundle: write golden/expected.json and bundle.json, then load and check it.

    Args:
        folder: holds model.onnx, novelty.npy, card.md and the photos golden/*.jpg, and nothing that is not to be
            released. To change a card or a threshold later, seal the folder again with the fields of its bundle.json.
        fields: `BundleSpec` without `files`.

    Raises:
        BadBundle: the folder lacks a part, or the fields break the schema.
    """
    photos = sorted(p.name for p in (folder / "golden").glob("*.jpg"))
    if not photos:
        raise BadBundle(f"{folder / 'golden'} holds no photo; wanted a few free JPEGs", file="golden")
    expected = folder / EXPECTED_FILE
    expected.write_text("{}", encoding="utf-8")  # listed among the files before it can be written
    spec = BundleSpec.model_validate(fields | {"files": hash_files(folder)})
    centroids = np.load(folder / spec.novelty.file, allow_pickle=False)
    draft = Bundle(folder, spec, centroids)
    with Grader(draft) as grader:
        seen = {name: GoldenPhoto.of(grader.examine(_photo(folder, name)), spec) for name in photos}
    document = json.dumps(Golden(photos=seen).model_dump(mode="json"), indent=2)
    expected.write_text(document + "\n", encoding="utf-8")
    write_spec(folder, spec.model_copy(update={"files": hash_files(folder)}))
    return Bundle.load(folder, check=True)


def _photo(folder: Path, name: str) -> bytes:
    try:
        return (folder / "golden" / name).read_bytes()
    except OSError as wrong:
        raise BadBundle(f"golden/{name} cannot be read: {wrong}", file=f"golden/{name}") from wrong


def _decision(probability: float, band: Band) -> str:
    return "act" if probability >= band.act else "refer" if probability >= band.refer else "none"


def _overlap(one: Box, other: Box) -> float:
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)
