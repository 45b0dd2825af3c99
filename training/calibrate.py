"""From logits to probabilities that mean what they say, fitted on held-out pieces.

Every fit is Platt's (1999): probability = sigmoid(a * logit + b), by maximum likelihood with his smoothed targets. A
channel with too few right or too few wrong places to fit takes the fit over all channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
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


def answers(network: Network, samples: Sequence[Sample], spec: PreprocessSpec, hdri: Path, seed: int) -> Answers:
    """Ask the network about samples as they are, each before a background of its own where it has none."""
    views = panoramas(hdri)
    parts: list[tuple[Floats, ...]] = []
    with torch.inference_mode():
        for k, sample in enumerate(samples):
            picture = over_ground(np.random.default_rng([seed, k]), sample, views)
            image, _ = prepare(picture, spec)
            parts.append(tuple(t.numpy() for t in network(torch.from_numpy(image))))
    woven, defect, kind, material, defects, piece, embedding = (np.concatenate(p) for p in zip(*parts, strict=True))
    targets = [plain_target(s, spec) for s in samples]
    return Answers(list(samples), targets, woven, defect, kind, material, defects, piece, embedding)


def fit_platt(
    logits: Sequence[float] | Floats, right: Sequence[bool] | NDArray[np.bool_], ridge: float = 1e-2
) -> Platt:
    """Platt's fit by Newton's method; the slope is kept positive, so that more evidence never lowers a probability."""
    x, y = np.asarray(logits, np.float64), np.asarray(right, bool)
    positive, negative = int(y.sum()), int((~y).sum())
    wanted = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    theta = np.array([1.0, 0.0])
    rows = np.stack([x, np.ones_like(x)], 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(rows @ theta, -40, 40)))
        gradient = rows.T @ (p - wanted) + ridge * (theta - [1, 0])
        curvature = (rows * (p * (1 - p))[:, None]).T @ rows + ridge * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        theta = theta - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-7:
            break
    return Platt(a=float(max(theta[0], 0.05)), b=float(theta[1]))


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
    return fitted.model_copy(update={"defect": _photo_level(said, woven)})


def _photo_level(said: Answers, woven: NDArray[np.bool_]) -> DefectCalibration:
    """The photo's own head decides alone: it has read the tops of the defect map already."""
    defective = np.array([bool(t.defect) for t in said.targets])
    fit = fit_platt(said.defect[woven], defective[woven])
    return DefectCalibration(head=fit.a, peak=0.0, bias=fit.b)


def expected_error(probabilities: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and frequency over bins of equal width, by their size."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = 0.0
    for k in range(bins):
        inside = index == k
        if inside.any():
            total += inside.sum() * abs(float(probabilities[inside].mean()) - float(right[inside].mean()))
    return total / len(probabilities)


def defect_probabilities(said: Answers, calibration: Calibration) -> Floats:
    """Calibrated probability of at least one defect, [N]."""
    return sigmoid(calibration.defect.head * said.defect + calibration.defect.bias)
