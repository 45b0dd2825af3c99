"""Our side of `bench.peers`: one JSON question on standard input, one answer on standard output."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.registry import bundle_in_force
from qc.settings import Settings


def answer(question: dict[str, Any]) -> dict[str, object]:
    """Scores by photo, milliseconds of each, seconds to learn the sample, peak memory in MB."""
    scores: dict[str, float] = {}
    ms = []
    with Grader(Bundle.load(bundle_in_force(Settings()))) as grader:
        began = perf_counter()
        shown = [grader.judge(Path(path).read_bytes()) for path in question["sample"]]
        sample = grader.learn(shown) if shown else None
        learnt = perf_counter() - began
        for path in question["photos"]:
            began = perf_counter()
            scores[path] = grader.examine(Path(path).read_bytes(), sample=sample).defect_probability
            ms.append((perf_counter() - began) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"scores": scores, "ms": ms, "learn_s": learnt, "peak_mb": peak}


if __name__ == "__main__":
    print(json.dumps(answer(json.load(sys.stdin))))
