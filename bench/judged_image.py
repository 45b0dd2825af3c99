"""A judged image of 1600 px on one core: whole view, with tiles, with an approved sample; and a piece of three views.

Processor time of one thread for single photos, taken in turns; wall time for the piece. The floor is decoding, the bare
forwards and the memory search. Targets: whole view under 80 ms; with tiles at most 1.3 times the floor and
under 500 ms; three views on two cores under a second.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, thread_time

import cv2
import numpy as np
import simplejpeg

from bench.inspect_photo import phone_photo
from qc.model.approved import ApprovedSample
from qc.model.bundle import Bundle
from qc.model.bundle_spec import TilesSpec
from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.model.network import Network
from qc.model.piece import silhouette
from qc.model.preprocess import place
from qc.model.registry import bundle_in_force
from qc.model.tiles import tiles
from qc.settings import Settings
from qc.standards.evidence import View

ROUNDS = 15


def main() -> None:
    """Print medians and what the targets ask."""
    cv2.setNumThreads(1)
    bundle = Bundle.load(bundle_in_force(Settings()))
    spec = bundle.spec.tiles or TilesSpec()
    tiled = replace(bundle, spec=bundle.spec.model_copy(update={"tiles": spec}))
    plain = replace(bundle, spec=bundle.spec.model_copy(update={"tiles": None}))
    judged = JudgedPhoto.make(phone_photo())
    jpeg = judged.photo.data
    size = bundle.spec.preprocess.size
    image = np.random.default_rng(0).normal(0, 0.5, (1, 3, size, size)).astype(np.float32)
    network = Network(bundle)
    where = place(judged.photo.width, judged.photo.height, bundle.spec.preprocess)
    forwards = 1 + len(tiles(silhouette(np.ones_like(network.run(image).piece), where, bundle.spec.piece), spec))

    with Grader(plain, threads=2) as whole, Grader(tiled, threads=2) as both:
        sample = _sample(whole) if bundle.spec.outputs.patches else None

        def floor(times: int) -> None:
            simplejpeg.decode_jpeg(jpeg)
            said = network.run(image, patches=sample is not None)
            for _ in range(times - 1):
                network.run(image)
            if sample is not None and said.patches is not None:
                sample.shift(said.patches, bundle.spec.deviation)

        least = _in_turns(
            {
                "whole view": lambda: whole.examine(jpeg, sample=sample),
                "its floor": lambda: floor(1),
                "with tiles": lambda: both.examine(jpeg, sample=sample),
                "their floor": lambda: floor(forwards),
            }
        )
        views: tuple[View, ...] = ("front", "top", "base")
        began = perf_counter()
        both.examine_piece([(jpeg, view) for view in views], sample)
        three = (perf_counter() - began) * 1000
    state = "on" if bundle.spec.tiles else "off in this bundle, measured all the same"
    print(
        f"{bundle.spec.title}; {judged.photo.width} x {judged.photo.height} px; tiles {state}: {forwards} forwards; ",
        end="",
    )
    print(
        f"approved sample of {len(sample.patches)} patches"
        if sample
        else "no approved sample (the graph has no patches)"
    )
    for name, ms in least.items():
        print(f"  {name:12} {ms:7.1f} ms")
    ratio = least["with tiles"] / least["their floor"]
    print(f"  whole view under 80 ms: {_met(least['whole view'] < 80)}")
    print(f"  with tiles {ratio:.2f} x its floor, at most 1.3: {_met(ratio <= 1.3)}; under 500 ms: ", end="")
    print(_met(least["with tiles"] < 500))
    print(f"  three views with tiles, two threads: {three:.0f} ms wall, under 1000: {_met(three < 1000)}")


def _sample(grader: Grader) -> ApprovedSample:
    """A memory of the greatest size, from twelve made photos."""
    return grader.learn([JudgedPhoto.make(phone_photo(seed)) for seed in range(2, 14)])


def _in_turns(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in calls}
    for k in range(ROUNDS + 1):
        for name, call in calls.items():
            began = thread_time()
            call()
            if k:  # the first round warms caches
                times[name].append((thread_time() - began) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _met(fulfilled: bool) -> str:
    return "met" if fulfilled else "MISSED"


if __name__ == "__main__":
    main()
