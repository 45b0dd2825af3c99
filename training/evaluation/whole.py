"""The whole report, section by section, from graded photos and composites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from training.evaluation import report
from training.evaluation.boxes import boxes_of
from training.evaluation.composites import Pair
from training.evaluation.curves import Scores, auroc, confusion, recall_by_size, smallest_promised
from training.evaluation.graded import key_of
from training.evaluation.labelled import KINDS, MATERIALS, Labelled
from training.evaluation.pictures import Shown, of_pair, side_by_side

WORST = 24

Said = dict[tuple[str, ...], dict[str, Any]]


def write_report(
    path: Path, grader: Grader, figures: dict[str, dict[str, Any]], labels: Sequence[Labelled], said: Said,
    every: Sequence[Scores], made: Sequence[Pair],
) -> None:  # fmt: skip
    """Write the report.

    Args:
        path: report.html.
        grader: of the bundle that graded; draws heat maps.
        figures: the scorer's.
        labels: of all photos.
        said: what was said of each.
        every: scores of the sets that have good and defective photos.
        made: the composites.
    """
    spec = grader.bundle.spec
    page = report.Page(
        f"{spec.title} on labelled photos",
        f"{len(labels)} photos, none trained on, and {len(made)} composites. Cloth stands in for woven goods.",
    )
    if made:
        every = [*every, composite_scores(made)]
    report.scorer_table(page, figures)
    if every:
        report.curves(page, every, (spec.thresholds.defect.refer, spec.thresholds.defect.act))
    if made:
        classes = recall_by_size([pair.size for pair in made], [pair.found for pair in made])
        cell = grader.cell
        report.by_size(page, classes, smallest_promised(classes), cell)
        report.by_code(page, list(_by_code(made)))
    for name, wanted in (("kind", KINDS), ("material", MATERIALS)):
        asked = [label for label in labels if getattr(label, name) is not None]
        if asked:
            page.heading(f"{name.capitalize()} of woven products")
            got = [said[key_of(label.path)][name] for label in asked]
            columns, counts = confusion([getattr(label, name) for label in asked], got, wanted)
            page.confusion(wanted, columns, counts)
    report.causes(page, spec.metrics)
    misses, alarms = _worst(labels, said, made, grader)
    for title, note, shown in (
        ("Worst misses", "Defective, and least suspicious to the model. Left: where the defect is.", misses),
        ("Worst false alarms", "Good, and most suspicious to the model.", alarms),
    ):
        page.heading(title, note + " Right: grey where nothing is seen, yellow to red where a defect is.")
        page.pictures((side_by_side(each, grader), f"{each.probability:.3f}  {each.title}") for each in shown)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.html(), encoding="utf-8")


def composite_scores(made: Sequence[Pair]) -> Scores:
    """Each good product once, and every composite on it."""
    good = {pair.photo: pair.before for pair in made}
    return Scores("composites", np.array(list(good.values())), np.array([pair.after for pair in made]))


def composite_lines(made: Sequence[Pair]) -> list[str]:
    """The figures of composites for the card, in the scorer's columns."""
    if not made:
        return []
    scores = composite_scores(made)
    classes = recall_by_size([pair.size for pair in made], [pair.found for pair in made])
    smallest = smallest_promised(classes)
    lines = [
        f"{'composites/auroc':46s} {auroc(scores.good, scores.bad):.3f}  n={len(scores.good) + len(scores.bad)}",
        f"{'composites/raised':46s} {np.mean([p.after > p.before for p in made]):.3f}  n={len(made)}",
        f"{'composites/found_on_the_spot':46s} {np.mean([p.found for p in made]):.3f}  n={len(made)}",
        *(f"{f'composites/auroc[{code}]':46s} {area:.3f}  n={n}" for code, n, area, *_ in _by_code(made)),
        *(f"{f'composites/found[{c.low:g} to {c.high:g} px]':46s} {c.recall:.3f}  n={c.n}" for c in classes),
    ]
    promise = "none: no size is found in 4 of 5" if smallest is None else f"{smallest:g} px of the network's input"
    return [*lines, f"{'composites/smallest_defect_promised':46s} {promise}"]


def _by_code(made: Sequence[Pair]) -> Iterator[tuple[str, int, float, float, float, float]]:
    for code in dict.fromkeys(pair.code for pair in sorted(made, key=lambda p: p.code)):
        mine = [pair for pair in made if pair.code == code]
        before, after = np.array([p.before for p in mine]), np.array([p.after for p in mine])
        found, accepted = (float(np.mean([getattr(p, field) for p in mine])) for field in ("found", "accepted"))
        yield code, len(mine), auroc(before, after), float((after > before).mean()), found, accepted


def _worst(
    labels: Sequence[Labelled], said: Said, made: Sequence[Pair], grader: Grader
) -> tuple[list[Shown], list[Shown]]:
    """The defective photos and composites that the model suspects least, and the good ones that it suspects most."""
    misses: list[Shown] = []
    alarms: list[Shown] = []
    for label in labels:
        if label.defective is None:
            continue
        probability = said[key_of(label.path)]["defect_probability"]
        boxes = boxes_of(label.path) if label.defective else ()
        name = f"{label.population}/{label.path.name}"
        shown = Shown(name, probability, boxes, partial(_judged, grader, label.path))
        (misses if label.defective else alarms).append(shown)
    misses += [of_pair(pair, grader) for pair in made]
    misses.sort(key=lambda shown: shown.probability)
    alarms.sort(key=lambda shown: -shown.probability)
    return misses[:WORST], alarms[:WORST]


def _judged(grader: Grader, path: Path) -> JudgedPhoto:
    return grader.judge(path.read_bytes())
