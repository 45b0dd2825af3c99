"""Labelled boxes of a set of defects."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

Box = tuple[float, float, float, float]


def boxes_of(photo: Path) -> tuple[Box, ...]:
    """The labelled defects of a photo in `<set>/images/`, in its pixels; none where the set has no boxes."""
    return _boxes(photo.parent.parent / "boxes.csv").get(photo.name, ())


@lru_cache(maxsize=16)
def _boxes(path: Path) -> dict[str, tuple[Box, ...]]:
    found: dict[str, tuple[Box, ...]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                box = (float(row["x0"]), float(row["y0"]), float(row["x1"]), float(row["y1"]))
                found[row["file"]] = (*found.get(row["file"], ()), box)
    return found
