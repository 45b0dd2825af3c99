"""Grading as a user would, scoring by the folder's own scorer, and the answers put beside the labels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.evaluation.curves import Scores
from training.evaluation.labelled import Labelled


def grade(photos: Sequence[Path], out: Path, bundle: Path, options: Sequence[str] = ()) -> None:
    """Grade photos with `qc grade`, each as a piece of its own, under the general standard.

    Raises:
        subprocess.CalledProcessError: The command failed; it has said why.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("qc")), "grade", "--jsonl", str(out), *options, *map(str, photos)]
    environment = {**os.environ, "QC_MODEL_BUNDLE": str(bundle.resolve())}
    environment.pop("QC_MODELS", None)  # what is in service there is not what is measured here
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)


def score(graded: Path, data: Path, scorer: Path, exclude: Path | None = None) -> dict[str, dict[str, Any]]:
    """The scorer's figures by name: value, n, and ci95 where there is an interval.

    Raises:
        subprocess.CalledProcessError: The scorer missed photos or failed; it has said why.
    """
    command = [sys.executable, str(scorer), str(graded), "--data", str(data), "--json"]
    if exclude is not None:
        command += ["--exclude", str(exclude)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures: dict[str, dict[str, Any]] = json.loads(told)["scores"]
    return figures


def as_table(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as the scorer prints them for people."""
    lines = []
    for name, figure in figures.items():
        interval = "  [{:.3f}, {:.3f}]".format(*figure["ci95"]) if "ci95" in figure else ""
        lines.append(f"{name:46s} {figure['value']:.3f}{interval}  n={figure['n']}")
    return "\n".join(lines)


def answers(graded: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    """What was said of each photo, by the last three parts of its path: set, images, name."""
    lines = graded.read_text(encoding="utf-8").splitlines()
    return {key_of(Path(record["photo"])): record for record in map(json.loads, lines)}


def key_of(path: Path) -> tuple[str, ...]:
    """By what a photo is matched."""
    return path.parts[-3:]


def populations(labels: Sequence[Labelled], said: dict[tuple[str, ...], dict[str, Any]]) -> list[Scores]:
    """Scores of every set that has both good and defective photos."""
    found = []
    for name in dict.fromkeys(label.population for label in labels):
        sides: dict[bool, list[float]] = {False: [], True: []}
        for label in labels:
            if label.population == name and label.defective is not None:
                sides[label.defective].append(said[key_of(label.path)]["defect_probability"])
        if sides[False] and sides[True]:
            found.append(Scores(name, np.array(sides[False]), np.array(sides[True])))
    return found
