"""The gates between a fine-tuned bundle and service. Each says what it got and what it wanted; one closed is enough."""

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
from training.promotion.compare import Line, compare
from training.promotion.outcomes import ANY, Judged


class Policy(BaseModel):
    """What a promotion asks. A deployment may be stricter, in a YAML file of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    escapes: float = Field(default=0.01, gt=0, lt=1, description="Share of grave defects that may be accepted unseen.")
    least_grave: int = Field(default=300, ge=20, description="Held-out grave pieces without which nothing is promised.")
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


def no_code_worse(champion: Judged, candidate: Judged) -> Gate:
    """No code's recall falls, and no code's false alarms rise, by more than the interval of the paired difference.

    A code whose recall rises beyond its interval may alarm more often; good pieces as a whole may not be alarmed more.
    """
    lines = [line for line in compare(champion.outcomes, candidate.outcomes) if line.group == "code"]
    found_more = {line.name for line in lines if line.figure == "recall" and line.verdict == "better"} - {ANY}
    worse = [
        line for line in lines if line.verdict == "worse" and (line.figure == "recall" or line.name not in found_more)
    ]
    better = [line for line in lines if line.verdict == "better"]
    told = "; ".join(_told(line) for line in worse) or f"none of {len(lines)} figures worse, {len(better)} better"
    return Gate(
        "no code worse", not worse, told, "no recall lower and no false alarms higher than the interval allows",
        {"lines": [line.document() for line in lines]},
    )  # fmt: skip


def _told(line: Line) -> str:
    return f"{line.name} {line.figure} {line.a:.3f} -> {line.b:.3f} ({line.low:+.3f} to {line.high:+.3f}, n = {line.n})"


def escape_bound(champion: Judged, candidate: Judged, policy: Policy, refer: tuple[float, float]) -> Gate:
    """The bound on accepted grave defects, recomputed at the bundles' own referral thresholds, is held.

    Conformal risk control as in training.risk: with n held-out defective pieces of which m lie below the threshold, the
    expected share that slips through is at most (m + 1) / (n + 1). Where the bundle in service itself is above what the
    policy wants, the candidate may not be above it, beyond the interval of their paired difference.
    """
    before, after = np.array(champion.grave), np.array(candidate.grave)
    n = len(after)
    figures: dict[str, Any] = {"n": n}
    wanted = f"at most {policy.escapes:.1%}, or what the bundle in service holds"
    if n < policy.least_grave:
        return Gate(
            "escape bound", False, f"{n} held-out pieces with a grave defect", f"at least {policy.least_grave}", figures
        )
    missed = np.stack([before < refer[0], after < refer[1]], 1)
    bounds = (missed.sum(0) + 1) / (n + 1)
    drawn = np.random.default_rng(0).integers(0, n, (2000, n))
    differences = (missed[:, 1].astype(int) - missed[:, 0])[drawn].mean(1)
    low = float(np.quantile(differences, 0.025))
    figures |= {
        "bound_before": float(bounds[0]),
        "bound": float(bounds[1]),
        "difference_low": low,
        "referral": refer[1],
    }
    held = bool(bounds[1] <= policy.escapes or bounds[1] <= bounds[0] or low <= 0)
    got = f"{bounds[1]:.1%} at a referral of {refer[1]:g}, in service {bounds[0]:.1%} (n = {n})"
    return Gate("escape bound", held, got, wanted, figures)


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
