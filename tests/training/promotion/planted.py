"""Corrections planted in made pictures: what a person would have said of them is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import simplejpeg
from onnx import numpy_helper

from qc.model.bundle import Bundle
from qc.model.golden import EXPECTED_FILE, seal
from training.backgrounds import panoramas
from training.calibrate import answers, by_graph, calibrate
from training.dataset import over_ground
from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Record, Split
from training.feedback.snapshot import Snapshot
from training.feedback.writing import SnapshotWriter
from training.sample import CHANNELS, Sample
from training.surface.composite import composite

ROOT = Path(__file__).resolve().parents[3]
HDRI = ROOT / "datasets" / "hdri"


BAND = {"refer": 0.3, "act": 0.7, "guarantee": "none: a bundle for tests, that finds enough to lose something"}


@dataclass(frozen=True)
class Plan:
    """So many photos with a code on them, or good ones (code None)."""

    split: Split
    code: str | None
    count: int


@dataclass(frozen=True)
class Planted:
    """A photo of a piece with what a person would say of it: the box of the defect, None where it is good."""

    number: int
    plan: Plan
    sample: Sample
    jpeg: bytes
    width: int
    height: int
    box: tuple[float, float, float, float] | None


def planted(pieces: dict[Split, list[Sample]], plans: Sequence[Plan], first: int = 1) -> Iterator[Planted]:
    """Photos of good pieces on which defects were put; each has a number of its own, from `first` on."""
    views = panoramas(HDRI)
    number = first - 1
    for plan in plans:
        good = pieces[plan.split]
        made = 0
        while made < plan.count:
            number += 1
            sample = good[number % len(good)]
            picture = over_ground(np.random.default_rng([9, number]), sample, views)
            box = None
            if plan.code is not None:
                picture, mask = composite(picture, sample.alpha, plan.code, number)
                if not mask.any():
                    continue  # nobody could see it there
                rows, columns = np.nonzero(mask)
                box = (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
            made += 1
            data = bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(picture), quality=90, colorspace="RGB"))
            yield Planted(number, plan, sample, data, picture.shape[1], picture.shape[0], box)


def plant(
    into: Path, pieces: dict[Split, list[Sample]], plans: Sequence[Plan], flipped: str | None = None, first: int = 1
) -> Snapshot:
    """A snapshot of good pieces on which defects were put, each labelled as a person would.

    Args:
        into: Folder of snapshots.
        pieces: Good pieces of each split.
        plans: What is on them.
        flipped: A code of which every label says the opposite: on good photos that it is there, on its own that not.
        first: Number of the first photo; others than another snapshot's where they shall not share any.
    """
    with SnapshotWriter(
        into, organisation="planted", filters={"flipped": flipped}, licence="CC0-1.0", consent=()
    ) as out:
        for each in planted(pieces, plans, first):
            record = _record(each, flipped)
            out.add(record, {record.photos[0][0].photo: each.jpeg}.__getitem__)
        return out.finish()


def _record(each: Planted, flipped: str | None) -> Record:
    number, plan, meta = each.number, each.plan, each.sample.meta
    photo, piece = sha256(each.jpeg).hexdigest(), f"piece{number:011d}"
    labels: tuple[LabelRow, ...] = ()
    good = plan.code is None
    if plan.code is not None:
        place = None if number % 3 == 0 and plan.split == "train" else each.box
        labels = (LabelRow(photo, plan.code, place, plan.code != flipped, "major", "review", 1.0),)
        good = plan.code == flipped
    elif flipped is not None:
        labels, good = (LabelRow(photo, flipped, None, True, "major", "review", 1.0),), False
    row = PhotoRow(photo, piece, None, each.width, each.height, good, "review", None, "anyaman-0.2.0", "{}")
    about = PieceRow(
        piece, f"weaver{number % 40}", f"BTL-0{number % 2 + 1}", f"phone{number % 3}", "2026-W47", "SKU-1", "basket/1",
        meta["kind"], meta["material"], plan.split,
    )  # fmt: skip
    return Record(about, ((row, labels),))


def weakened(bundle: Bundle, code: str, held: list[Sample], into: Path) -> Bundle:
    """A bundle that is blind to a code: its channel of the defect map says the same everywhere.

    It is calibrated on the same held-out pieces as the bundles that will be fine-tuned from it.
    """
    (into / "golden").mkdir(parents=True)
    for photo in (bundle.path / "golden").glob("*.jpg"):
        (into / "golden" / photo.name).write_bytes(photo.read_bytes())
    assert not (into / EXPECTED_FILE).exists()
    spec = bundle.spec
    said = answers(by_graph(bundle.path / "model.onnx"), held, spec.preprocess, HDRI, seed=3)
    calibration = calibrate(said, fitted_on="made-val")
    model = onnx.load_from_string(bundle.read_model())
    for constant in model.graph.initializer:
        if constant.name in ("defects.weight", "defects.bias"):
            values = np.array(numpy_helper.to_array(constant))
            values[CHANNELS.index(code)] = 0.0 if constant.name == "defects.weight" else -3.0
            constant.CopyFrom(numpy_helper.from_array(values, constant.name))
    onnx.save(model, into / "model.onnx")
    np.save(into / "novelty.npy", bundle.centroids)
    (into / "card.md").write_text("# Weak\n")
    fields = spec.model_dump(exclude={"files", "phone"}) | {
        "name": "weak", "version": "0.0.1", "calibration": calibration.model_dump(),
        "thresholds": spec.thresholds.model_dump() | {"codes": dict.fromkeys(CHANNELS, BAND)},
    }  # fmt: skip
    return seal(into, fields)
