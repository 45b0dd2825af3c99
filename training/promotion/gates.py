"""The gates between a fine-tuned bundle and service. Each says what it got and what it wanted; one closed is enough.

Here are those that look at the network itself; those that look at codes and at escapes have files of their own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.calibration import calibrated, most_probable, probability
from qc.model.grader import Grader
from qc.model.preprocess import prepare
from training.calibrate import by_graph, by_torch
from training.network import Network


class Policy(BaseModel):
    """What a promotion asks. A deployment may be stricter, in a YAML file of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    escapes: float = Field(default=0.01, gt=0, lt=1, description="Share of grave defects that may be accepted unseen.")
    least_grave: int = Field(
        default=300,
        ge=20,
        description="Held-out grave pieces without which nothing is promised: of 300 two may be missed under 1 %.",
    )
    forgotten: float = Field(default=0.05, ge=0, lt=1, description="AUROC of a code that may be lost.")
    slower: float = Field(default=1.25, ge=1, description="Times the milliseconds of the bundle in service.")
    ms: float = Field(default=60, gt=0, description="Milliseconds of a photo that are fast enough on one thread.")
    larger: float = Field(default=1.2, ge=1, description="Times the bytes of the model in service.")
    alike: int = Field(default=40, ge=4, description="Pictures on which ONNX and torch must decide alike.")


@dataclass(frozen=True)
class Gate:
    """One gate: what it got, what it wanted, and whether it is open."""

    name: str
    open: bool
    got: str
    wanted: str
    figures: dict[str, Any]


def onnx_as_torch(bundle: Bundle, network: Network, pictures: Sequence[np.ndarray[Any, np.dtype[np.uint8]]]) -> Gate:
    """The graph decides every picture as the network that was taught does, and no logit is a hundredth apart."""
    ask, torch_ask = by_graph(bundle.path / MODEL_FILE), by_torch(network)
    otherwise, apart = 0, 0.0
    for picture in pictures:
        image, _ = prepare(picture, bundle.spec.preprocess)
        graph_says, torch_says = list(ask(image))[:7], list(torch_ask(image))[:7]
        apart = max([apart, *(float(np.abs(a - b).max()) for a, b in zip(graph_says, torch_says, strict=True))])
        otherwise += _decisions(bundle, graph_says) != _decisions(bundle, torch_says)
    return Gate(
        "ONNX decides as torch", otherwise == 0 and apart <= 0.01,
        f"{otherwise} of {len(pictures)} pictures decided otherwise, logits at most {apart:.5f} apart",
        "none, at most 0.01", {"otherwise": otherwise, "pictures": len(pictures), "apart": apart},
    )  # fmt: skip


def _decisions(bundle: Bundle, said: Sequence[np.ndarray[Any, np.dtype[np.float32]]]) -> tuple[object, ...]:
    """Woven, kind, material and every code of one picture, as the thresholds take them."""
    spec = bundle.spec
    woven, _, kind, material, defects = (part[0] for part in said[:5])
    gate = spec.thresholds.woven
    likely = probability(float(woven), spec.calibration.woven)
    found = []
    for channel, code in enumerate(spec.labels.channels):
        top = float(calibrated(defects[channel], spec.calibration.channels[code]).max())
        band = spec.thresholds.codes[code]
        found.append((top >= band.refer, top >= band.act))
    kinds = most_probable(kind, spec.calibration.kind_temperature)[0]
    materials = most_probable(material, spec.calibration.material_temperature)[0]
    return (likely >= gate.refer, likely >= gate.act, kinds, materials, *found)


def speed(champion: Bundle, candidate: Bundle, policy: Policy, rounds: int = 6) -> Gate:
    """A photo takes no longer than in the bundle in service, or is fast enough: the least of several, by turns."""
    photos = [p.read_bytes() for p in sorted((champion.path / "golden").glob("*.jpg"))]
    least = [float("inf"), float("inf")]
    with Grader(champion) as one, Grader(candidate) as other:
        for _ in range(rounds):
            for k, grader in enumerate((one, other)):
                for photo in photos[:2]:
                    began = time.perf_counter()
                    grader.examine(photo)
                    least[k] = min(least[k], 1000 * (time.perf_counter() - began))
    limit = max(policy.ms, policy.slower * least[0])
    return Gate(
        "speed", least[1] <= limit, f"{least[1]:.1f} ms a photo, in service {least[0]:.1f}", f"at most {limit:.1f} ms",
        {"ms": least[1], "ms_before": least[0]},
    )  # fmt: skip


def size(champion: Bundle, candidate: Bundle, policy: Policy) -> Gate:
    """The files that a server and a phone load are hardly larger than those in service."""
    got = {}
    for name, bundle in (("before", champion), ("after", candidate)):
        got[name] = [(bundle.path / file).stat().st_size for file in (MODEL_FILE, bundle.spec.phone_file)]
    held = all(after <= policy.larger * before for before, after in zip(got["before"], got["after"], strict=True))
    told, wanted = (
        " and ".join(f"{b / 1e6:.1f}" for b in sizes)
        for sizes in (got["after"], [policy.larger * b for b in got["before"]])
    )
    return Gate(
        "size", held, f"{told} MB", f"at most {wanted} MB", {"bytes": got["after"], "bytes_before": got["before"]}
    )


def taught_network(start: Network, last: Path | None) -> Network:
    """The network as the run left it: the start's with the heads of its last.pt on it."""
    if last is not None:
        start.load_state_dict(torch.load(last, weights_only=True)["model"], strict=False)
    return start.eval()
