"""How well a network does on held-out made pieces. It compares models; it says nothing of the field."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.model.bundle_spec import Calibration
from training.calibrate import Answers, defect_probabilities, expected_error
from training.labels import KINDS, MATERIALS, UNKNOWN
from training.sample import CHANNELS
from training.train import Config

Floats = NDArray[np.float32]


def auroc(negative: Floats, positive: Floats) -> float:
    """Probability that a positive outranks a negative; ties count half. NaN where either is empty."""
    if not len(negative) or not len(positive):
        return float("nan")
    _, inverse, counts = np.unique(np.concatenate([negative, positive]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, p = len(negative), len(positive)
    return float((ranks[n:].sum() - p * (p + 1) / 2) / (n * p))


def measure(said: Answers, calibration: Calibration, config: Config) -> dict[str, Any]:
    """Figures of a held-out split: gate, kind, material, defects by photo, by cell and by cause of false alarm."""
    woven = np.array([bool(t.woven) for t in said.targets])
    defective = np.array([bool(t.defect) for t in said.targets])
    probability = defect_probabilities(said, calibration)
    figures: dict[str, Any] = {
        "samples": len(woven),
        "gate_auroc": _rounded(auroc(said.woven[~woven], said.woven[woven])),
        "kind_accuracy": _accuracy(said.kind, np.array([t.kind for t in said.targets])),
        "material_accuracy": _accuracy(said.material, np.array([t.material for t in said.targets])),
        "kinds": list(KINDS),
        "materials": list(MATERIALS),
        "defect_auroc": _by_source(said, probability, woven, defective),
        "defect_ece": _rounded(expected_error(probability[woven], defective[woven])),
        "pointing": _pointing(said, defective),
        "recall_by_code": _recall(said, calibration, config),
        "false_alarms_by_cause": _alarms(said, probability, woven & ~defective, config.bands.defect[0]),
    }
    return figures


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _accuracy(logits: Floats, wanted: NDArray[np.int64]) -> float | None:
    known = wanted != UNKNOWN
    return _rounded(float((logits[known].argmax(1) == wanted[known]).mean())) if known.any() else None


def _by_source(
    said: Answers, probability: Floats, woven: NDArray[np.bool_], defective: NDArray[np.bool_]
) -> dict[str, Any]:
    groups: dict[str, list[int]] = {}
    for k, sample in enumerate(said.samples):
        if woven[k]:
            groups.setdefault("all", []).append(k)
            groups.setdefault(f"{sample.meta['source']}, {sample.meta['view']}", []).append(k)
    found = {}
    for name, members in sorted(groups.items()):
        bad = defective[members]
        figure = _rounded(auroc(probability[members][~bad], probability[members][bad]))
        found[name] = {"auroc": figure, "n": len(members)}
    return found


def _pointing(said: Answers, defective: NDArray[np.bool_]) -> float | None:
    """Share of defective pictures whose highest cell of the defect map lies on a defect, or beside it."""
    hits = []
    for k in np.flatnonzero(defective):
        heat = said.defects[k].max(0)
        y, x = np.unravel_index(int(heat.argmax()), heat.shape)
        hits.append(bool(cv2.dilate(said.targets[k].defects.max(0), np.ones((3, 3), np.uint8))[y, x]))
    return _rounded(float(np.mean(hits))) if hits else None


def _recall(said: Answers, calibration: Calibration, config: Config) -> dict[str, Any]:
    """By code: of pictures that show it, the share in which any channel reaches its refer threshold on it."""
    found: dict[str, list[bool]] = {code: [] for code in CHANNELS}
    limits = np.array([config.bands.codes.get(code, config.bands.code)[0] for code in CHANNELS])
    a = np.array([calibration.channels[c].a for c in CHANNELS])[:, None, None]
    b = np.array([calibration.channels[c].b for c in CHANNELS])[:, None, None]
    for k, target in enumerate(said.targets):
        seen = (1 / (1 + np.exp(-(a * said.defects[k] + b))) >= limits[:, None, None]).any(0)
        for channel, code in enumerate(CHANNELS):
            there = target.defects[channel]
            if there.any():
                found[code].append(bool((cv2.dilate(there, np.ones((3, 3), np.uint8)) * seen).any()))
    return {code: {"recall": _rounded(float(np.mean(f))), "n": len(f)} for code, f in found.items() if f}


def _alarms(said: Answers, probability: Floats, good: NDArray[np.bool_], limit: float) -> dict[str, Any]:
    """By cause of stumbling: the share of good pictures whose defect probability reaches the refer threshold."""
    groups: dict[str, list[bool]] = {}
    for k in np.flatnonzero(good):
        for cause in ("all", *(said.samples[k].meta["causes"] or ["none"])):
            groups.setdefault(cause, []).append(bool(probability[k] >= limit))
    return {cause: {"share": _rounded(float(np.mean(g))), "n": len(g)} for cause, g in sorted(groups.items())}
