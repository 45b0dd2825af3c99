"""Photo bytes to Evidence.

>>> grader = Grader(Bundle.load("models/current"))                        # doctest: +SKIP
>>> grader.examine(Path("basket.jpg").read_bytes(), view="front").woven    # doctest: +SKIP
0.98
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter
from typing import Self

import cv2

from qc.errors import BadRequest
from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.calibration import defect_probability, most_probable, probability
from qc.model.detections import find_defects
from qc.model.judged import JudgedPhoto
from qc.model.network import Network, NetworkOutput
from qc.model.photo import PhotoLimits
from qc.model.piece import silhouette
from qc.model.preprocess import prepare
from qc.model.quality import measure_quality
from qc.standards.evidence import Evidence, PhotoEvidence, View

MOST_PHOTOS = 12
"""Photos of one piece."""


class Grader:
    """Examines photos with the model of one bundle. Safe to share between threads.

    Args:
        bundle: the released model.
        threads: photos examined at the same time by `examine_piece`.
        limits: what is refused unread.
        reduced: whether large JPEGs are decoded at reduced scale (see `JudgedPhoto.make`).
        phone: judge with the phone's variant of the network, as a phone without a signal does.
    """

    def __init__(
        self,
        bundle: Bundle,
        threads: int = 1,
        limits: PhotoLimits = PhotoLimits(),
        reduced: bool = True,
        phone: bool = False,
    ) -> None:
        cv2.setNumThreads(1)  # photos run side by side already; OpenCV's own threads would only fight for the cores
        self.bundle = bundle
        self.limits = limits
        self.reduced = reduced
        self._network = Network(bundle, bundle.spec.phone_file if phone else MODEL_FILE)
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix="examine")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the worker threads go."""
        self._workers.shutdown()

    @property
    def model(self) -> str:
        """Name and version of the bundle, as in `Evidence.model`."""
        return self.bundle.spec.title

    def judge(self, data: bytes) -> JudgedPhoto:
        """The judged image of a photo as sent, under this grader's limits.

        Raises:
            BadPhoto: the bytes are no photo, or one over a limit.
        """
        return JudgedPhoto.make(data, self.limits, self.reduced)

    def examine(self, photo: bytes | JudgedPhoto, view: View | None = None) -> PhotoEvidence:
        """What the model sees in one photo, in pixels of the photo as sent.

        Raises:
            BadPhoto: the bytes are no photo, or one over a limit.
        """
        clock = _Clock()
        judged = photo if isinstance(photo, JudgedPhoto) else self.judge(photo)
        clock.stop("decode")
        image, placement = prepare(judged.photo.rgb, self.bundle.spec.preprocess)
        placement = replace(placement, photo=(judged.width, judged.height))
        clock.stop("prepare")
        output = self._network.run(image)
        clock.stop("network")

        spec = self.bundle.spec
        piece = silhouette(output.piece, placement, spec.piece)
        detections = find_defects(output.defects, piece, placement, spec)
        clock.stop("boxes")
        quality = measure_quality(judged.photo.rgb, piece, placement, spec.detection.smallest_cells)
        clock.stop("quality")

        kind, kind_probability = most_probable(output.kind, spec.calibration.kind_temperature)
        material, material_probability = most_probable(output.material, spec.calibration.material_temperature)
        peak = detections[0].probability if detections else spec.detection.levels[-1]
        return PhotoEvidence(
            view=view,
            sha256=judged.photo.sha256,
            width=judged.width,
            height=judged.height,
            woven=probability(output.woven, spec.calibration.woven),
            kind=spec.labels.kinds[kind] if kind_probability >= spec.thresholds.kind else None,
            kind_probability=kind_probability,
            material=spec.labels.materials[material] if material_probability >= spec.thresholds.material else None,
            material_probability=material_probability,
            defect_probability=defect_probability(output.defect, peak, spec.calibration.defect),
            detections=tuple(detections),
            quality=quality,
            novelty=self._novelty(output),
            ms=clock.stages,
        )

    def examine_piece(self, photos: Sequence[tuple[bytes | JudgedPhoto, View | None]]) -> Evidence:
        """What the model sees in the photos of one piece, each with its view; several at the same time.

        Raises:
            BadRequest: no photo, or more than twelve.
            BadPhoto: one of them is no photo, or over a limit.
        """
        if not 1 <= len(photos) <= MOST_PHOTOS:
            raise BadRequest(f"got {len(photos)} photos of one piece, wanted 1 to {MOST_PHOTOS}")
        seen = self._workers.map(lambda pair: self.examine(*pair), photos)
        return Evidence(photos=tuple(seen), model=self.model)

    def _novelty(self, output: NetworkOutput) -> float:
        cosine = float((self.bundle.centroids @ output.embedding).max())
        return max(0.0, 1 - cosine) / self.bundle.spec.novelty.reference


class _Clock:
    """Milliseconds since the last stop, by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last = perf_counter()

    def stop(self, stage: str) -> None:
        now = perf_counter()
        self.stages[stage] = round((now - self._last) * 1000, 2)
        self._last = now
