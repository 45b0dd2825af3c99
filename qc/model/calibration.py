"""From the network's logits to probabilities that mean what they say."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from qc.model.bundle_spec import Calibration, DefectCalibration, Labels, Platt

Floats = NDArray[np.float32]

_EDGE = 1e-6  # probabilities are kept this far from 0 and 1 where their logit is taken


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)) of an array of any shape, without overflow."""
    halved: Floats = 0.5 * np.tanh(0.5 * logits) + 0.5
    return halved


def calibrated(logits: Floats, platt: Platt) -> Floats:
    """Probabilities of logits of any shape."""
    return sigmoid(platt.a * logits + platt.b)


def slopes(labels: Labels, calibration: Calibration) -> Floats:
    """Slope of every channel's calibration, in the order of the defect map: float32 [C, 1, 1]."""
    return np.array([calibration.channels[code].a for code in labels.channels], np.float32)[:, None, None]


def probability(logit: float, platt: Platt) -> float:
    """Probability of one logit."""
    return 0.5 * math.tanh(0.5 * (platt.a * logit + platt.b)) + 0.5


def most_probable(logits: Floats, temperature: float) -> tuple[int, float]:
    """Index and probability of the largest of the logits [K], by softmax at a temperature."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max())
    best = int(powers.argmax())
    return best, float(powers[best] / powers.sum())


def defect_probability(head: float, peak: float, calibration: DefectCalibration) -> float:
    """Probability of at least one defect from the photo's own logit and its most probable detection's probability."""
    kept = min(max(peak, _EDGE), 1 - _EDGE)
    logit = calibration.head * head + calibration.peak * math.log(kept / (1 - kept)) + calibration.bias
    return 0.5 * math.tanh(0.5 * logit) + 0.5
