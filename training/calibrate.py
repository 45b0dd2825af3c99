"""From logits to probabilities that mean what they say, fitted on held-out pieces.

Every fit is Platt's (1999): probability = sigmoid(a * logit + b), by maximum likelihood with his smoothed targets. A
channel with too few right or too few wrong places to fit takes the fit over all channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from qc.model.bundle_spec import Calibration, DefectCalibration, Platt
from qc.model.calibration import sigmoid
from qc.model.preprocess import PreprocessSpec, prepare
from training.backgrounds import panoramas
from training.dataset import over_ground, plain_target
from training.labels import UNKNOWN, Target
from training.network import Network
from training.sample import CHANNELS, Sample

Floats = NDArray[np.float32]

LEAST = 12
"""Right and wrong places from which a channel gets a fit of its own."""


_FLOOR = float(np.log(0.05 / 0.95))  # the lowest detection level: what a photo without any detection counts as


@dataclass(frozen=True)
class Answers:
    """What a network said of samples, and what it should have said; N samples.

    woven, defect float32 [N]; kind [N, K]; material [N, M]; defects [N, C, h, w]; piece [N, h, w]; embedding [N, D].
    """

    samples: list[Sample]
    targets: list[Target]
    woven: Floats
    defect: Floats
    kind: Floats
    material: Floats
    defects: Floats
    piece: Floats
    embedding: Floats


Ask = Callable[[Floats], Sequence[Floats]]
"""From the network's input [1, 3, S, S] to its outputs, in the order of `training.network.Output`."""


def by_torch(network: Network) -> Ask:
    """Ask a network as it stands."""

    def ask(image: Floats) -> Sequence[Floats]:
        with torch.inference_mode():
            return [t.numpy() for t in network(torch.from_numpy(image))]

    return ask


def by_graph(path: Path) -> Ask:
    """Ask an exported graph, ten times as fast, and the very one that is released."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda image: session.run(None, {"image": image})


def answers(ask: Ask, samples: Sequence[Sample], spec: PreprocessSpec, hdri: Path, seed: int) -> Answers:
    """Ask about samples as they are, each before a background of its own where it has none."""
    views = panoramas(hdri)
    parts: list[tuple[Floats, ...]] = []
    for k, sample in enumerate(samples):
        picture = over_ground(np.random.default_rng([seed, k]), sample, views)
        image, _ = prepare(picture, spec)
        parts.append(tuple(ask(image)[:7]))  # all but the patches
    woven, defect, kind, material, defects, piece, embedding = (np.concatenate(p) for p in zip(*parts, strict=True))
    targets = [plain_target(s, spec) for s in samples]
    return Answers(list(samples), targets, woven, defect, kind, material, defects, piece, embedding)


def fit_logistic(rows: NDArray[np.float64], right: NDArray[np.bool_], ridge: float = 1e-2) -> list[float]:
    """Weights and, last, bias of a logistic regression [N, F] by Newton's method, with Platt's smoothed targets."""
    positive, negative = int(right.sum()), int((~right).sum())
    wanted = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    full = np.concatenate([rows, np.ones((len(rows), 1))], 1)
    start = np.zeros(full.shape[1])
    start[:-1] = 1 / rows.shape[1]
    theta = start.copy()
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(full @ theta, -40, 40)))
        gradient = full.T @ (p - wanted) + ridge * (theta - start)
        curvature = (full * (p * (1 - p))[:, None]).T @ full + ridge * np.eye(len(theta))
        step = np.linalg.solve(curvature, gradient)
        theta = theta - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-7:
            break
    return [float(value) for value in theta]


def fit_platt(
    logits: Sequence[float] | Floats | NDArray[np.float64],
    right: Sequence[bool] | NDArray[np.bool_],
    ridge: float = 1e-2,
) -> Platt:
    """Platt's fit; the slope is kept positive, so that more evidence never lowers a probability."""
    slope, bias = fit_logistic(np.asarray(logits, np.float64)[:, None], np.asarray(right, bool), ridge)
    return Platt(a=max(slope, 0.05), b=bias)


def fit_temperature(logits: Floats, wanted: NDArray[np.int64]) -> float:
    """The temperature of a softmax [N, K] with the highest likelihood of the wanted classes [N], from a fine grid."""
    known = wanted != UNKNOWN
    if known.sum() < LEAST:
        return 1.0
    grid = np.geomspace(0.3, 5, 60)
    x, y = logits[known].astype(np.float64), wanted[known]
    costs = []
    for temperature in grid:
        scaled = x / temperature
        scaled -= scaled.max(1, keepdims=True)
        costs.append(float((np.log(np.exp(scaled).sum(1)) - scaled[np.arange(len(y)), y]).mean()))
    return float(grid[int(np.argmin(costs))])


def peaks(said: Answers) -> dict[str, tuple[list[float], list[bool]]]:
    """By channel: the peak logit of every place that stands out, and whether that defect (or any other) is there.

    A place is right if a defect of any channel lies within a cell of its peak: naming a stain mould is a fault of the
    name, counted by the confusion table, while calling a good strand either is a false alarm.
    """
    found: dict[str, tuple[list[float], list[bool]]] = {code: ([], []) for code in CHANNELS}
    near = np.ones((3, 3), np.uint8)
    for k, target in enumerate(said.targets):
        if not target.woven:
            continue
        there = cv2.dilate(np.maximum(target.defects.max(0), 1 - target.certain), near) > 0
        for channel, code in enumerate(CHANNELS):
            heat = said.defects[k, channel]
            local = (heat >= cv2.dilate(heat, np.ones((5, 5), np.uint8))) & (heat > -5)
            for y, x in zip(*np.nonzero(local), strict=True):
                found[code][0].append(float(heat[y, x]))
                found[code][1].append(bool(there[y, x]))
    return found


def calibrate(said: Answers, fitted_on: str) -> Calibration:
    """All calibrations of a bundle."""
    places = peaks(said)
    everywhere = fit_platt([x for xs, _ in places.values() for x in xs], [r for _, rs in places.values() for r in rs])
    channels = {
        code: fit_platt(xs, rs) if min(sum(rs), len(rs) - sum(rs)) >= LEAST else everywhere
        for code, (xs, rs) in places.items()
    }
    woven = np.array([bool(t.woven) for t in said.targets])
    fitted = Calibration(
        woven=fit_platt(said.woven, woven),
        kind_temperature=fit_temperature(said.kind, np.array([t.kind for t in said.targets])),
        material_temperature=fit_temperature(said.material, np.array([t.material for t in said.targets])),
        channels=channels,
        fitted_on=fitted_on,
    )
    return fitted.model_copy(update={"defect": _photo_level(said, fitted)})


def _photo_level(said: Answers, fitted: Calibration) -> DefectCalibration:
    """Both voices on a whole photo, weighed by a logistic regression: its own head, and the top of its defect map.

    A voice that the fit would count against a defect is left out, so that no evidence of a defect lowers the figure.
    """
    woven = np.array([bool(t.woven) for t in said.targets])
    defective = np.array([bool(t.defect) for t in said.targets])[woven]
    head, peak = said.defect[woven].astype(np.float64), peak_logits(said, fitted)[woven].astype(np.float64)
    both = fit_logistic(np.stack([head, peak], 1), defective)
    if both[0] > 0 and both[1] > 0:
        return DefectCalibration(head=both[0], peak=both[1], bias=both[2])
    alone = fit_logistic(peak[:, None] if both[1] >= both[0] else head[:, None], defective)
    slope, bias = max(alone[0], 0.05), alone[1]
    weights = (0.0, slope) if both[1] >= both[0] else (slope, 0.0)
    return DefectCalibration(head=weights[0], peak=weights[1], bias=bias)


def peak_logits(said: Answers, calibration: Calibration) -> Floats:
    """Calibrated logit of the most probable cell of each photo's defect map, float32 [N]."""
    a = np.array([calibration.channels[c].a for c in CHANNELS])[None, :, None, None]
    b = np.array([calibration.channels[c].b for c in CHANNELS])[None, :, None, None]
    tops = (a * said.defects + b).reshape(len(said.defects), -1).max(1)
    return np.asarray(np.maximum(tops, _FLOOR), np.float32)


def expected_error(probabilities: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and frequency over bins, weighed by their size."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = 0.0
    for k in range(bins):
        inside = index == k
        if inside.any():
            total += inside.sum() * abs(float(probabilities[inside].mean()) - float(right[inside].mean()))
    return total / len(probabilities)


def defect_probabilities(said: Answers, calibration: Calibration) -> Floats:
    """Calibrated probability of at least one defect, [N]."""
    both = calibration.defect
    logits = both.head * said.defect + both.peak * peak_logits(said, calibration) + both.bias
    return sigmoid(np.asarray(logits, np.float32))
