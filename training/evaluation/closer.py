"""Whether tiles help a model: the same photos with tiles and without, where the photos have the pixels for them.

`python -m training.evaluation.closer DATA [--only SOURCE,...] [--bundle FOLDER]` composites every code on the good
products of DATA that are large enough, adds made surfaces of 960 px, and prints for the whole view alone and for each
setting of tiles: AUROC, defects found on the spot, and good photos that reach the refer threshold. Tiles go into a
bundle (`tiles` in its configuration) only if they raise the first and not the last.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from qc.model.bundle import Bundle
from qc.model.bundle_spec import TilesSpec
from qc.model.grader import Grader
from qc.model.preprocess import place
from qc.model.registry import bundle_in_force
from qc.model.tiles import fits
from qc.settings import Settings
from qc.standards.library import Library
from training.evaluation.composites import Pair, as_stored, pairs
from training.evaluation.curves import auroc
from training.evaluation.labelled import only, read_labels
from training.surface.generate import pair as made_pair

SETTINGS = (None, TilesSpec(factor=2), TilesSpec(factor=2, discount=1.0), TilesSpec(factor=2, discount=2.0))
LARGE, FIRST_SEED = 960, 7_000_000  # seeds of surfaces that training never draws


def large_enough(photos: Sequence[tuple[Path, str]], grader: Grader, spec: TilesSpec) -> list[tuple[Path, str]]:
    """The photos that have the pixels for tiles."""

    def has(path: Path) -> bool:
        rgb = grader.judge(path.read_bytes()).photo.rgb
        return fits(place(rgb.shape[1], rgb.shape[0], grader.bundle.spec.preprocess), spec)

    return [(path, group) for path, group in photos if has(path)]


def surfaces(grader: Grader, count: int) -> Iterator[tuple[float, float]]:
    """Probability of a defect of made surfaces without and with defects."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        good, bad = (grader.examine(as_stored(sample.rgb)).defect_probability for sample in made_pair(seed, LARGE))
        yield good, bad


def line(name: str, good: Sequence[float], bad: Sequence[float], refer: float, made: Sequence[Pair] = ()) -> str:
    """One row of the table."""
    area = auroc(np.array(good), np.array(bad))
    alarms = float(np.mean([p >= refer for p in good])) if good else float("nan")
    found = f"{np.mean([pair.found for pair in made]):.3f}" if made else "-"
    return f"| {name} | {len(good)} | {len(bad)} | {area:.3f} | {found} | {alarms:.3f} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", help="sources of products, by commas")
    parser.add_argument("--bundle", type=Path, help="default: the one in service")
    parser.add_argument("--per-code", type=int, default=30)
    parser.add_argument("--surfaces", type=int, default=40)
    args = parser.parse_args(arguments)
    bundle = Bundle.load(args.bundle or bundle_in_force(Settings()))
    with tempfile.TemporaryDirectory() as scratch:
        data = only(args.data, args.only.split(","), Path(scratch)) if args.only else args.data
        labels = [label for label in read_labels(data) if label.population == "products" and label.woven]
        good = [(label.path.resolve(), label.group) for label in labels]
    standard, refer = Library.load().named("woven-general"), bundle.spec.thresholds.defect.refer
    print("| photos, tiles | good | defective | AUROC | found on the spot | good ones referred |")
    print("| --- | --- | --- | --- | --- | --- |")
    for tiles in SETTINGS:
        name = "none" if tiles is None else f"{tiles.factor} x, discount {tiles.discount:g}"
        with Grader(replace(bundle, spec=bundle.spec.model_copy(update={"tiles": tiles}))) as grader:
            photos = large_enough(good, grader, SETTINGS[1] or TilesSpec())
            made = list(pairs(photos, grader, standard, args.per_code, seed=11))
            before = {pair.photo: pair.before for pair in made}
            after = [pair.after for pair in made]
            print(line(f"products, {name}", list(before.values()), after, refer, made), flush=True)
            both = list(surfaces(grader, args.surfaces))
            print(line(f"made surfaces, {name}", [g for g, _ in both], [b for _, b in both], refer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
