"""The bundle of a fine-tuned network: calibrated anew, measured, checked against torch, sealed. Not yet in service.

It keeps what fine-tuning does not touch: labels, preprocessing, thresholds, golden photos. Its thresholds mean
what they meant, because the probabilities under them are calibrated anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from qc.errors import BadInput
from qc.model.bundle import Bundle
from qc.model.bundle_spec import Calibration
from qc.model.golden import EXPECTED_FILE, seal
from qc.model.photo import Photo
from qc.model.preprocess import PreprocessSpec, prepare
from training.calibrate import Answers, answers, by_graph, calibrate
from training.card import card
from training.dataset import fingerprint
from training.export import by_harm, hold_alike, novelty_reference, spread
from training.feedback.snapshot import Snapshot
from training.measure import measure
from training.network import Network
from training.phone_variant import add_phone_variant
from training.promotion.config import RunConfig
from training.promotion.field import FieldPhoto, field_photos
from training.promotion.field import fingerprint as photos_fingerprint
from training.promotion.graph import Graph
from training.promotion.held import held_out
from training.promotion.weights import write_taught
from training.risk import TooFewError, promise, what_if
from training.sample import Sample
from training.train import Bands, Config

_FIELD_CENTROIDS = 16
_EMBEDDED = 100  # photos among which they are chosen


def release(
    network: Network, config: RunConfig, start: Bundle, snapshots: list[Snapshot], revision: str, bars: Progress
) -> Path:
    """Write the run's bundle into its folder `bundle/`, whole or not at all; the folder.

    Raises:
        BadBundle: The graph decides otherwise than the network, or the bundle fails its golden photos.
        BadInput: There are no held-out pieces to calibrate by.
    """
    folder, draft = config.folder / "bundle", config.folder / ".bundle.part"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    shutil.copytree(start.path / "golden", draft / "golden")
    (draft / EXPECTED_FILE).unlink()
    write_taught(network, start, draft / "model.onnx")
    settings = as_training(config, start)
    golden = [Photo.decode(p.read_bytes()).rgb for p in sorted((draft / "golden").glob("*.jpg"))]
    hold_alike(network, draft / "model.onnx", golden, settings)

    held = {split: held_out(config.made, settings.size, split) for split in ("val", "test")}
    if not held["val"]:
        raise BadInput("no held-out made pieces to calibrate by; name rendered folders or surfaces in the config")
    graph = by_graph(draft / "model.onnx")
    bar = bars.add_task("measure", total=sum(map(len, held.values())))

    def ask(image: NDArray[np.float32]) -> Sequence[NDArray[np.float32]]:
        bars.advance(bar)
        return graph(image)

    said = {split: answers(ask, s, settings.spec, config.made.hdri, seed=3) for split, s in held.items() if s}
    calibration = calibrate(said["val"], fitted_on="made-val")
    photos = field_photos(snapshots, "train", PreprocessSpec(size=settings.size)) if snapshots else []
    centroids = _centroids(start, photos, settings.spec)
    np.save(draft / "novelty.npy", centroids)
    fields = start.spec.model_dump(exclude={"files", "phone"}) | {
        "name": config.name,
        "version": config.version,
        "created": datetime.now(UTC).replace(microsecond=0),
        "calibration": calibration.model_dump(),
        "novelty": {"reference": novelty_reference(said["val"], centroids)},
        "datasets": _datasets(held, snapshots, photos),
        "training": {
            "config": config.model_dump(mode="json"),
            "code_revision": revision,
            "seed": config.seed,
            "finished": datetime.now(UTC).replace(microsecond=0),
        },
        "metrics": {
            "fine_tuned_from": start.spec.title,
            **{f"made-{split}": measure(answer, calibration, settings) for split, answer in said.items()},
            "risk": _risk(said, calibration, start.spec.thresholds.defect.act),
        },
        "licences": _licences(start, snapshots),
    }
    (draft / "card.md").write_text(card(fields), encoding="utf-8")
    seal(draft, fields)
    if start.spec.phone is not None:
        add_phone_variant(draft, [p.read_bytes() for p in sorted((draft / "golden").glob("*.jpg"))])
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return folder


def as_training(config: RunConfig, start: Bundle) -> Config:
    """The run as the measuring code of training takes it: sizes of the start, thresholds of the start."""
    thresholds = start.spec.thresholds
    codes = {code: (band.refer, band.act) for code, band in thresholds.codes.items()}
    bands = Bands(
        woven=(thresholds.woven.refer, thresholds.woven.act),
        defect=(thresholds.defect.refer, thresholds.defect.act),
        code=next(iter(codes.values())),
        codes=codes,
        kind=thresholds.kind,
        material=thresholds.material,
        guarantee=thresholds.defect.guarantee,
    )
    return Config(
        name=config.name, version=config.version, seed=config.seed, rendered=config.made.rendered,
        hdri=config.made.hdri, surfaces={**config.made.surfaces}, size=start.spec.preprocess.size,
        window=config.window, epochs=config.epochs, draws=config.draws, batch=config.batch,
        empty=config.made.empty, spoilt=config.made.spoilt, heads_rate=config.rate, trunk_rate=0.0,
        weight_decay=0.0, loss=config.loss, bands=bands,
    )  # fmt: skip


def _centroids(start: Bundle, photos: Sequence[FieldPhoto], spec: PreprocessSpec) -> NDArray[np.float32]:
    """The start's centroids and some of the photos that were learnt: they are strange no longer.

    The embedding is the trunk's, which does not learn, so old centroids stay where they are.
    """
    if not photos:
        return start.centroids
    trunk = Graph(start).trunk()
    rows = []
    for photo in photos[:: max(1, len(photos) // _EMBEDDED)]:
        *_, middle, coarse = trunk.run(None, {"image": prepare(photo.rgb, spec)[0]})
        rows.append(np.concatenate([coarse.mean((2, 3)), middle.mean((2, 3))], 1)[0])  # as training.network.Network
    embeddings = np.stack(rows)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.concatenate([start.centroids, spread(embeddings, _FIELD_CENTROIDS)])


def _risk(said: dict[str, Answers], calibration: Calibration, act: float) -> dict[str, Any]:
    """What thresholds cost; nothing where too few defective pieces are held out to say."""
    harm = {f"made-{split}": by_harm(answer, calibration) for split, answer in said.items()}
    try:
        promised = promise(*harm["made-val"])
    except TooFewError:
        return {}
    return {"promise": asdict(promised), "what_if": {name: what_if(*each, act) for name, each in harm.items()}}


def _datasets(
    held: dict[str, list[Sample]], snapshots: Sequence[Snapshot], photos: Sequence[FieldPhoto]
) -> list[dict[str, Any]]:
    """What was learnt first, then what it was calibrated and measured on."""
    found = [
        {
            "name": s.manifest.name,
            "role": "train",
            "samples": s.manifest.counts["photos"],
            "sha256": s.manifest.content_sha256,
        }
        for s in snapshots
    ]
    if photos:
        found.insert(
            0, {"name": "photos", "role": "train", "samples": len(photos), "sha256": photos_fingerprint(photos)}
        )
    roles = {"val": "calibration", "test": "test"}
    return found + [
        {"name": f"made-{split}", "role": roles[split], "samples": len(samples), "sha256": fingerprint(samples)}
        for split, samples in held.items()
        if samples
    ]


def _licences(start: Bundle, snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    """The start's, and those of the photos."""
    own = [licence.model_dump() for licence in start.spec.licences]
    return own + [
        {"input": f"photos of {s.manifest.name}", "licence": s.manifest.licence, "source": "labelled snapshot"}
        for s in snapshots
    ]
