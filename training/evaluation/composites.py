"""Defects composited on real good products, as pairs of before and after: made on the fly, never stored, never learnt.

No public photos of defective basketry exist. So each defect code is put on photos of good products under their own
light, seeded, and the photo is graded with and without it. It says whether a defect that was not there before is seen;
it is not field accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.model.preprocess import place
from qc.standards.evidence import Evidence, PhotoEvidence
from qc.standards.standard import ExportStandard
from qc.standards.verdict import apply
from training.surface.composite import COMPOSITES, SMALLEST, composite

TRIES = 3
"""Seeds tried where nobody could see the defect that the first one made."""

QUALITY = 90


@dataclass(frozen=True)
class Pair:
    """One photo before and after a defect was put on it.

    Attributes:
        photo: the good product.
        group: its product.
        code: of the defect.
        seed: makes the same composite again.
        box: of the defect, in pixels of the photo, x1 and y1 exclusive.
        size: its longest extent in pixels of the network's input, the whole photo in it.
        size_px: the same in pixels of the photo.
        before: probability of a defect without it.
        after: the same with it.
        accepted: whether the photo with the defect would be accepted.
        found: whether a detection that people would see lies on the defect.
    """

    photo: Path
    group: str
    code: str
    seed: int
    box: tuple[int, int, int, int]
    size: float
    size_px: float
    before: float
    after: float
    accepted: bool
    found: bool


def pairs(
    photos: Sequence[tuple[Path, str]], grader: Grader, standard: ExportStandard, per_code: int, seed: int
) -> Iterator[Pair]:
    """Composites of every code on good products.

    Args:
        photos: good products, each with its group.
        grader: grades both.
        standard: judges both.
        per_code: photos that each code is put on, drawn anew for each code.
        seed: decides on photos, places and sizes.
    """
    codes: dict[int, list[str]] = {}
    for code in COMPOSITES:
        order = np.random.default_rng([seed, *code.encode()]).permutation(len(photos))
        for k in order[:per_code]:
            codes.setdefault(int(k), []).append(code)
    for k in sorted(codes):
        path, group = photos[k]
        judged = grader.judge(path.read_bytes())
        if min(judged.photo.rgb.shape[:2]) < SMALLEST:
            continue
        rgb, before = judged.photo.rgb, grader.examine(as_stored(judged.photo.rgb))
        region = piece_of(grader, judged)
        for code in codes[k]:
            made = visible_composite(rgb, region, code, _seed(path, code, seed))
            if made is not None:
                picture, mask, used = made
                after = grader.examine(as_stored(picture))
                yield _pair(path, group, code, used, mask, before, after, grader, standard)


def visible_composite(
    rgb: NDArray[np.uint8], region: NDArray[np.bool_], code: str, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], int] | None:
    """The picture with a defect that can be seen, where it is, and the seed that made it; None after three tries."""
    for used in range(seed, seed + TRIES):
        picture, mask = composite(rgb, region, code, used)
        if mask.any():
            return picture, mask > 0, used
    return None


def piece_of(grader: Grader, judged: JudgedPhoto) -> NDArray[np.bool_]:
    """Where the grader sees the piece, bool [H, W] of the judged pixels; everywhere where it finds none."""
    height, width = judged.photo.rgb.shape[:2]
    cells = grader.silhouette(judged).astype(np.uint8)
    return cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST).astype(bool)


def as_stored(rgb: NDArray[np.uint8]) -> JudgedPhoto:
    """A picture as a phone would have stored it; before and after go the same way, so only the defect differs."""
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(rgb), quality=QUALITY, colorspace="RGB", colorsubsampling="420")
    return JudgedPhoto.make(data)


def _seed(path: Path, code: str, seed: int) -> int:
    return int.from_bytes(sha256(f"{seed} {path.name} {code}".encode()).digest()[:4]) // TRIES * TRIES


def _pair(
    path: Path, group: str, code: str, seed: int, mask: NDArray[np.bool_], before: PhotoEvidence,
    after: PhotoEvidence, grader: Grader, standard: ExportStandard,
) -> Pair:  # fmt: skip
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    size_px = float(max(box[2] - box[0], box[3] - box[1]))
    spec = grader.bundle.spec
    scale = place(mask.shape[1], mask.shape[0], spec.preprocess).scale
    verdict = apply(standard, Evidence(photos=(after,), model=grader.model), {}, spec.bands)
    shown = [d for d in after.detections if d.probability >= spec.thresholds.codes[d.code].refer]
    return Pair(
        path, group, code, seed, box, size_px / scale, size_px, before.defect_probability, after.defect_probability,
        accepted=verdict.status != "referred" and verdict.grade in ("A", "B"),
        found=any(_touch(d.box, box) for d in shown),
    )  # fmt: skip


def _touch(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether the middle of one box lies in the other, either way round."""
    return _middle_in(one, other) or _middle_in(other, one)


def _middle_in(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    x, y = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def as_record(pair: Pair) -> dict[str, Any]:
    """A pair as one line of `composites.jsonl`."""
    return {**pair.__dict__, "photo": str(pair.photo), "box": list(pair.box)}
