"""Examination of a 12 MP phone JPEG on one core, against the least it could cost: scaled decode + bare network.

Processor time of one thread, both taken in turns in one run: what else the machine does counts as little as it can. The
ratio is of medians. Target: at most 1.5. The stages are wall time.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import thread_time

import cv2
import numpy as np
import onnxruntime as ort
import simplejpeg

from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.judged import LONG_SIDE
from qc.model.registry import bundle_in_force
from qc.settings import Settings

ROUNDS = 25
TARGET = 1.5
WIDTH, HEIGHT = 4000, 3000


def phone_photo(seed: int = 1) -> bytes:
    """A woven surface with sensor noise as a phone stores it: 12 MP, 4:2:0, quality 90."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    over = np.sign(np.sin(x / 70)) * np.sign(np.sin(y / 70))
    light = 150 + 35 * np.where(over > 0, np.cos(x / 35), np.cos(y / 35)) + (x + y) / 200
    light += rng.normal(0, 6, light.shape).astype(np.float32)
    rgb = np.clip(light[..., None] * np.array([1.0, 0.82, 0.58], np.float32), 0, 255).astype(np.uint8)
    jpeg: bytes = simplejpeg.encode_jpeg(rgb, quality=90, colorspace="RGB", colorsubsampling="420")
    return jpeg


def main() -> None:
    """Print medians and their ratio."""
    cv2.setNumThreads(1)
    bundle = Bundle.load(bundle_in_force(Settings()))
    data = phone_photo()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(bundle.read_model(), options, providers=["CPUExecutionProvider"])
    side = bundle.spec.preprocess.size
    image = np.random.default_rng(0).normal(0, 0.5, (1, 3, side, side)).astype(np.float32)

    def least() -> None:
        simplejpeg.decode_jpeg(data, min_width=WIDTH // 2, min_height=HEIGHT // 2)
        session.run(None, {bundle.spec.outputs.input: image})

    with Grader(bundle) as grader:
        stages: list[dict[str, float]] = []
        times: dict[str, list[float]] = {"examine": [], "least": []}
        calls: dict[str, Callable[[], object]] = {
            "examine": lambda: stages.append(grader.examine(data).ms),
            "least": least,
        }
        for call in calls.values():
            call()
        stages.clear()
        for _ in range(ROUNDS):
            for name, call in calls.items():
                began = thread_time()
                call()
                times[name].append((thread_time() - began) * 1000)

    examine, floor = (statistics.median(times[name]) for name in ("examine", "least"))
    size = f"{WIDTH} x {HEIGHT}, {len(data) / 1e6:.1f} MB"
    print(f"{bundle.spec.title}, input {side} px; photo {size}, judged at {LONG_SIDE} px")
    for stage in stages[0]:
        print(f"  {stage:10} {statistics.median(s[stage] for s in stages):7.1f} ms")
    print(f"  {'examine':10} {examine:7.1f} ms")
    print(f"  {'least':10} {floor:7.1f} ms  (scaled decode + bare network)")
    verdict = "met" if examine <= TARGET * floor else "MISSED"
    print(f"  {'ratio':10} {examine / floor:7.2f}     (target at most {TARGET}: {verdict})")


if __name__ == "__main__":
    main()
