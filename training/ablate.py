"""What each part of the training is worth: `python -m training.ablate training/configs/NAME.yaml [--cloth FOLDER ...]`.

Trains short variants of a run from ImageNet's weights, each with one part changed, and prints a table for
docs/training.md. All see the same pieces in the same order and are compared on held-out made pieces and, if given, on
folders of real cloth (laid out as those that `make evaluate` takes). Variants are kept in build/runs/ and resume.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from torch import Tensor

from qc.model.photo import Photo
from qc.model.preprocess import prepare
from training import network as net
from training.calibrate import Answers, answers, by_torch
from training.held_out import pieces
from training.measure import auroc
from training.network import Network
from training.train import Config, read_config, restore, surfaces_folder, train

EPOCHS, DRAWS = 3, 1024

CHANGES: dict[str, dict[str, object]] = {
    "all parts": {},
    "plain fine-tuning: upper trunk at the heads' rate, no distillation": {"trunk_rate": 0.002},
    "upper trunk at a tenth of the heads' rate, distillation": {"trunk_rate": 0.0002, "remember": 2.0},
    "without self-comparison": {"strangeness": False},
    "without defects put on as pieces are drawn": {"spoilt": 0.0},
    "without panels, straps and labels on good pieces": {"joined": 0.0},
}


def variant(config: Config, number: int, change: dict[str, object]) -> Config:
    """A short run with one part changed."""
    fields = {k: v for k, v in change.items() if k in Config.model_fields}
    weights = {k: v for k, v in change.items() if k in type(config.loss).model_fields}
    return config.model_copy(
        update={
            "name": f"ablation-{number}",
            "epochs": EPOCHS,
            "draws": DRAWS,
            "start": None,
            "loss": config.loss.model_copy(update=weights),
            **fields,
        }
    )


@contextmanager
def parts(change: dict[str, object]) -> Iterator[None]:
    """Self-comparison switched off where a variant goes without it."""
    if change.get("strangeness", True):
        yield
        return

    def alike(patches: Tensor) -> Tensor:
        return torch.zeros_like(patches[:, :1])

    with mock.patch.object(net, "strangeness", alike):
        yield


def on_made(network: Network, config: Config) -> dict[str, float]:
    """AUROC of the photo's defect logit on held-out made pieces, by source and view."""
    held = pieces("val", config.rendered, config.hdri, config.surfaces["val"], config.size, surfaces_folder())
    said = answers(by_torch(network), held, config.spec, config.hdri, seed=0)
    return {
        "rendered whole": _auroc(said, "blender", "whole"),
        "rendered close-up": _auroc(said, "blender", "closeup"),
        "surfaces": _auroc(said, "surface", None),
    }


def _auroc(said: Answers, source: str, view: str | None) -> float:
    inside = [
        k
        for k, s in enumerate(said.samples)
        if s.meta["source"] in (source, "composite") and s.meta["woven"] and view in (None, s.meta["view"])
        and str(s.meta["id"]).startswith("surface") == (source == "surface")
    ]  # fmt: skip
    bad = np.array([bool(said.targets[k].defect) for k in inside])
    return auroc(said.defect[inside][~bad], said.defect[inside][bad])


def on_cloth(network: Network, config: Config, folder: Path) -> float:
    """AUROC of the photo's defect logit, good against defective patches of real cloth."""
    said: dict[str, list[float]] = {"0": [], "1": []}
    for row in csv.DictReader((folder / "images.csv").open(encoding="utf-8")):
        if row["part"] == "patch":
            photo = Photo.decode((folder / "images" / row["file"]).read_bytes())
            with torch.inference_mode():
                output = network(torch.from_numpy(prepare(photo.rgb, config.spec)[0]))
            said[row["defective"]].append(float(output.defect))
    return auroc(np.array(said["0"], np.float32), np.array(said["1"], np.float32))


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--cloth", type=Path, nargs="*", default=[], help="defects/<set> folders of real cloth")
    arguments = parser.parse_args()
    config = read_config(arguments.config)
    for number, (name, change) in enumerate(CHANGES.items()):
        short = variant(config, number, change)
        with parts(change):
            train(short)
            network = restore(short)
            figures = on_made(network, short)
            figures |= {folder.name: on_cloth(network, short, folder) for folder in arguments.cloth}
        if number == 0:
            print("| variant | " + " | ".join(figures) + " |\n" + "| --- " * (len(figures) + 1) + "|")
        print(f"| {name} | " + " | ".join(f"{v:.3f}" for v in figures.values()) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
