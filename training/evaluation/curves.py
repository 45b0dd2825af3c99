"""Curves and tables over scores: ROC, precision and recall, reliability, what a threshold costs, recall by size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REFER = (0.3, 0.5, 0.7, 0.8, 0.87, 0.9, 0.95, 0.98)
ACT = (0.7, 0.9, 0.97, 0.99)
SIZES = (0, 8, 12, 16, 24, 32, 48, 80, 10_000)
"""Edges of the classes of defect sizes, in pixels of the network's input."""

PROMISED, LEAST = 0.8, 20
"""Recall from which a size is promised, and the defects that it must be seen on."""


@dataclass(frozen=True)
class Scores:
    """Probabilities of a defect in good and in defective photos, and what they are called in the report."""

    name: str
    good: Floats
    bad: Floats


def auroc(good: Floats, bad: Floats) -> float:
    """Probability that a defective photo outranks a good one; ties count half. NaN where either is empty."""
    if not len(good) or not len(bad):
        return float("nan")
    ordered = np.sort(good)
    below = np.searchsorted(ordered, bad, "left")
    upto = np.searchsorted(ordered, bad, "right")
    return float((below + upto).mean() / 2 / len(good))


def roc(scores: Scores) -> tuple[Floats, Floats]:
    """False alarm rate and recall at every threshold, from (0, 0) to (1, 1)."""
    limits = np.unique(np.concatenate([scores.good, scores.bad]))[::-1]
    alarms = np.array([0.0, *((scores.good >= limit).mean() for limit in limits)])
    recall = np.array([0.0, *((scores.bad >= limit).mean() for limit in limits)])
    return alarms, recall


def precision_recall(scores: Scores) -> tuple[Floats, Floats]:
    """Recall and precision at every threshold."""
    limits = np.unique(np.concatenate([scores.good, scores.bad]))[::-1]
    hits = np.array([(scores.bad >= limit).sum() for limit in limits])
    alarms = np.array([(scores.good >= limit).sum() for limit in limits])
    return hits / max(1, len(scores.bad)), hits / np.maximum(1, hits + alarms)


def reliability(scores: Scores, bins: int = 10) -> tuple[Floats, Floats, NDArray[np.int64], float]:
    """Per bin of equal width that is not empty: mean probability, share defective, photos; and the expected error."""
    p = np.concatenate([scores.good, scores.bad])
    y = np.concatenate([np.zeros(len(scores.good)), np.ones(len(scores.bad))])
    which = np.minimum((p * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    filled = count > 0
    said = np.bincount(which, p, bins)[filled] / count[filled]
    true = np.bincount(which, y, bins)[filled] / count[filled]
    error = float((np.abs(said - true) * count[filled]).sum() / max(1, len(p)))
    return said, true, count[filled], error


@dataclass(frozen=True)
class Cost:
    """What a pair of thresholds costs: shares of the defective, the good and the good photos."""

    refer: float
    act: float
    escapes: float
    false_rejects: float
    referred: float


def what_if(scores: Scores, refer: Sequence[float] = REFER, act: Sequence[float] = ACT) -> list[Cost]:
    """Escapes (defective below refer), false rejects (good from act on), referrals (good between) of each pair."""
    return [
        Cost(
            r, a, float((scores.bad < r).mean()) if len(scores.bad) else float("nan"),
            float((scores.good >= a).mean()) if len(scores.good) else float("nan"),
            float(((scores.good >= r) & (scores.good < a)).mean()) if len(scores.good) else float("nan"),
        )
        for r in refer for a in act if r <= a
    ]  # fmt: skip


@dataclass(frozen=True)
class SizeClass:
    """Recall of defects of one class of sizes, in pixels of the network's input."""

    low: float
    high: float
    recall: float
    n: int


def recall_by_size(sizes: Sequence[float], found: Sequence[bool], edges: Sequence[float] = SIZES) -> list[SizeClass]:
    """Recall in every class that has a defect."""
    size, hit = np.asarray(sizes, float), np.asarray(found, bool)
    classes = []
    for low, high in pairwise(edges):
        inside = (size >= low) & (size < high)
        if inside.any():
            classes.append(SizeClass(low, high, float(hit[inside].mean()), int(inside.sum())))
    return classes


def smallest_promised(classes: Sequence[SizeClass]) -> float | None:
    """The smallest size, in pixels of the input, from which on every class has the recall to be promised, or None."""
    promised = None
    for each in sorted(classes, key=lambda c: -c.low):
        if each.n >= LEAST and each.recall < PROMISED:
            break
        if each.n >= LEAST:
            promised = each.low
    return promised


def confusion(
    wanted: Sequence[str], got: Sequence[str | None], labels: Sequence[str]
) -> tuple[list[str], NDArray[np.int64]]:
    """Columns (the labels, other answers, "unsure") and counts of photos [wanted, got]."""
    columns = [*labels, *sorted({g for g in got if g is not None} - set(labels)), "unsure"]
    table = np.zeros((len(labels), len(columns)), np.int64)
    for want, have in zip(wanted, got, strict=True):
        table[labels.index(want), columns.index(have or "unsure")] += 1
    return columns, table
