"""What a bundle gets right on frozen sets: an outcome for each thing that a person, or the making, says."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from qc.model.bundle import SPEC_FILE, Bundle
from qc.model.calibration import calibrated
from qc.model.grader import Grader
from qc.standards.evidence import Detection, PhotoEvidence
from training.calibrate import answers, by_graph, defect_probabilities
from training.dataset import fingerprint
from training.export import by_harm
from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Split
from training.feedback.snapshot import Snapshot
from training.promotion.config import Made
from training.sample import CHANNELS, Sample

ANY = "any defect"
"""In place of a code: whether the picture shows any defect at all."""

_SEED = 17

_REVISION = 2
"""To be raised with every change of what counts as found."""


@dataclass(frozen=True)
class Outcome:
    """One thing to get right. Two bundles on one set give the same outcomes in order, but for `found` and `score`.

    Attributes:
        unit: the piece; outcomes of one piece depend on each other.
        code: a defect code, or `ANY`.
        there: whether the defect is there, by the person or the making.
        found: whether the bundle refers or calls it, under its own thresholds, where it is said to be.
        score: the highest probability of the code anywhere on the picture; what its AUROC ranks by.
        material: of the piece; likewise collection_point and phone, empty for made pieces.
    """

    unit: str
    code: str
    there: bool
    found: bool
    score: float
    material: str = ""
    collection_point: str = ""
    phone: str = ""

    @property
    def key(self) -> tuple[str, str, bool]:
        """What is the same for two bundles."""
        return self.unit, self.code, self.there


@dataclass(frozen=True)
class Judged:
    """Outcomes, and the probability of a defect on pictures with a grave one and on good ones."""

    outcomes: tuple[Outcome, ...]
    grave: tuple[float, ...] = ()
    good: tuple[float, ...] = ()

    def __add__(self, other: Judged) -> Judged:
        return Judged(self.outcomes + other.outcomes, self.grave + other.grave, self.good + other.good)


def on_photos(bundle: Bundle, snapshot: Snapshot, split: Split | None, but: AbstractSet[str] = frozenset()) -> Judged:
    """What a bundle gets right on the photos of a snapshot, each judged as in service.

    Args:
        bundle: Whose decisions.
        snapshot: A frozen set.
        split: Which part of it; None: all.
        but: Photos left out, by sha256: what either bundle learnt from.
    """

    def judge() -> Judged:
        outcomes: list[Outcome] = []
        with Grader(bundle) as grader:
            for piece, row, labels in snapshot.photos(split):
                if row.photo in but or (row.good is None and not labels):
                    continue
                seen = grader.examine(snapshot.read_photo(row.photo))
                outcomes += _of_photo(bundle, piece, row, labels, seen)
        return Judged(tuple(outcomes))

    return _once(bundle, [snapshot.manifest.content_sha256, snapshot.manifest.organisation, split, sorted(but)], judge)


def _of_photo(
    bundle: Bundle, piece: PieceRow, row: PhotoRow, labels: Sequence[LabelRow], seen: PhotoEvidence
) -> Iterator[Outcome]:
    refer = {code: band.refer for code, band in bundle.spec.thresholds.codes.items()}
    claims = [d for d in seen.detections if d.probability >= refer[d.code]]
    scores = {ANY: seen.defect_probability}
    for detection in seen.detections:
        scores[detection.code] = max(scores.get(detection.code, 0.0), detection.probability)

    def outcome(code: str, there: bool, found: bool) -> Outcome:
        where = piece.material or "", piece.collection_point, piece.phone
        return Outcome(piece.piece, code, there, found, scores.get(code, 0.0), *where)

    said = {code: [label for label in labels if label.code == code] for code in CHANNELS}
    for code, mine in said.items():
        for there in (True, False):
            asked = [label for label in mine if label.present == there]
            if asked:
                yield outcome(code, there, any(_hits(d, asked) for d in claims if d.code == code))
        if row.good and not mine:
            yield outcome(code, False, any(d.code == code for d in claims))
    if row.good is not None:
        anything = bool(claims) or seen.defect_probability >= bundle.spec.thresholds.defect.refer
        yield outcome(ANY, not row.good, anything)


def _hits(found: Detection, asked: Sequence[LabelRow]) -> bool:
    """Whether a detection touches one of the labels' boxes, or one says nothing of a place."""
    x0, y0, x1, y1 = found.box
    boxes = [label.box for label in asked]
    return any(b is None or (x0 < b[2] and b[0] < x1 and y0 < b[3] and b[1] < y1) for b in boxes)


def on_made(bundle: Bundle, made: Made, samples: Sequence[Sample]) -> Judged:
    """What a bundle gets right on held-out made pieces, the whole view of each; by its own calibration."""
    return _once(bundle, [fingerprint(samples), str(made.hdri)], lambda: _on_made(bundle, made, samples))


def _on_made(bundle: Bundle, made: Made, samples: Sequence[Sample]) -> Judged:
    said = answers(by_graph(bundle.path / "model.onnx"), samples, bundle.spec.preprocess, made.hdri, seed=_SEED)
    calibration, thresholds = bundle.spec.calibration, bundle.spec.thresholds
    any_defect = defect_probabilities(said, calibration)
    outcomes: list[Outcome] = []
    for k, (sample, target) in enumerate(zip(said.samples, said.targets, strict=True)):
        if not target.woven:
            continue
        unit = f"made {sample.meta.get('piece') or sample.meta.get('twin') or sample.meta['id']}"
        material = str(sample.meta["material"] or "")
        claimed = False
        for channel, code in enumerate(CHANNELS):
            likely = calibrated(said.defects[k, channel], calibration.channels[code])
            here, score = likely >= thresholds.codes[code].refer, float(likely.max())
            claimed |= bool(here.any())
            shown = target.defects[channel]
            if shown.any():
                near = cv2.dilate(shown, np.ones((3, 3), np.uint8)) > 0
                outcomes.append(Outcome(unit, code, True, bool((here & near).any()), score, material))
            elif not target.defect:
                outcomes.append(Outcome(unit, code, False, bool(here.any()), score, material))
        claimed |= bool(any_defect[k] >= thresholds.defect.refer)
        outcomes.append(Outcome(unit, ANY, bool(target.defect), claimed, float(any_defect[k]), material))
    grave, good = by_harm(said, calibration)
    return Judged(tuple(outcomes), tuple(grave.tolist()), tuple(good.tolist()))


def judged_folder() -> Path:
    """Where outcomes are kept between commands: a frozen set is judged once by a bundle."""
    return Path("build/judged")


def _once(bundle: Bundle, what: Sequence[object], judge: Callable[[], Judged]) -> Judged:
    """The outcomes kept for a bundle and a set, or judged now and kept."""
    spec = (bundle.path / SPEC_FILE).read_bytes()  # names every other file's hash
    key = hashlib.sha256(spec + json.dumps([_REVISION, *what]).encode()).hexdigest()
    path = judged_folder() / f"{key}.json"
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Judged(tuple(Outcome(*o) for o in kept["outcomes"]), tuple(kept["grave"]), tuple(kept["good"]))
    judged = judge()
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [list(vars(o).values()) for o in judged.outcomes]
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps({"outcomes": rows, "grave": judged.grave, "good": judged.good}), encoding="utf-8")
    part.replace(path)
    return judged
