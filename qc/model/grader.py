"""Photo bytes to Evidence.

>>> grader = Grader(Bundle.load("models/current"))                        # doctest: +SKIP
>>> grader.examine(Path("basket.jpg").read_bytes(), view="front").woven    # doctest: +SKIP
0.98
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Self

import cv2
import numpy as np

from qc.errors import BadBundle, BadRequest, BadStandard
from qc.model.approved import ApprovedSample
from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.calibration import calibrated, defect_probability, most_probable, probability, slopes
from qc.model.detections import find_defects
from qc.model.judged import JudgedPhoto
from qc.model.network import Floats, Network, NetworkOutput
from qc.model.photo import PhotoLimits
from qc.model.piece import Mask, Silhouette, silhouette
from qc.model.preprocess import Placement, prepare
from qc.model.quality import measure_quality
from qc.model.tiles import enlarged, finer, fits, merged
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
        phone: judge as a phone without a signal does: with its variant of the network, on the whole view alone.
            Tiles would take it ten runs of the network, and an approved sample stays with the service.
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
        self._tiles = None if phone else bundle.spec.tiles
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

    @property
    def cell(self) -> float:
        """Side of a cell of the whole view's maps, in pixels of the network's input."""
        return self._network.cell

    def judge(self, data: bytes) -> JudgedPhoto:
        """The judged image of a photo as sent, under this grader's limits.

        Raises:
            BadPhoto: the bytes are no photo, or one over a limit.
        """
        return JudgedPhoto.make(data, self.limits, self.reduced)

    def examine(
        self, photo: bytes | JudgedPhoto, view: View | None = None, sample: ApprovedSample | None = None
    ) -> PhotoEvidence:
        """What the model sees in one photo, in pixels of the photo as sent.

        Args:
            photo: as sent, or judged already.
            view: as the caller names it.
            sample: of good pieces; what deviates from it is the more suspicious.

        Raises:
            BadPhoto: the bytes are no photo, or one over a limit.
            BadStandard: the sample was learnt with another network.
        """
        clock = _Clock()
        judged = photo if isinstance(photo, JudgedPhoto) else self.judge(photo)
        clock.stop("decode")
        spec = self.bundle.spec
        seen = self._look(judged, sample, clock)
        output, piece = seen.output, seen.piece
        detections = find_defects(seen.defects, piece, seen.placement, spec)
        clock.stop("boxes")
        quality = measure_quality(judged.photo.rgb, piece, seen.placement, spec.detection.smallest_cells)
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
            defect_probability=defect_probability(seen.head, peak, spec.calibration.defect),
            detections=tuple(detections),
            quality=quality,
            novelty=self._novelty(output),
            ms=clock.stages,
        )

    def examine_piece(
        self, photos: Sequence[tuple[bytes | JudgedPhoto, View | None]], sample: ApprovedSample | None = None
    ) -> Evidence:
        """What the model sees in the photos of one piece, each with its view; several at the same time.

        Raises:
            BadRequest: no photo, or more than twelve.
            BadPhoto: one of them is no photo, or over a limit.
            BadStandard: the sample was learnt with another network.
        """
        if not 1 <= len(photos) <= MOST_PHOTOS:
            raise BadRequest(f"got {len(photos)} photos of one piece, wanted 1 to {MOST_PHOTOS}")
        seen = self._workers.map(lambda pair: self.examine(pair[0], pair[1], sample), photos)
        return Evidence(photos=tuple(seen), model=self.model)

    def heat(self, photo: JudgedPhoto, sample: ApprovedSample | None = None) -> Floats:
        """Where the model sees anything wrong: the highest probability over the codes, [h, w], laid over the photo."""
        seen = self._look(photo, sample, _Clock())
        channels = zip(seen.defects, self.bundle.spec.labels.channels, strict=True)
        highest = np.max([calibrated(x, self.bundle.spec.calibration.channels[code]) for x, code in channels], axis=0)
        rows, columns = seen.piece.photo.any(1), seen.piece.photo.any(0)
        on_photo: Floats = highest[np.ix_(rows, columns)]
        return on_photo

    def silhouette(self, photo: JudgedPhoto) -> Mask:
        """Where the piece is, bool [h, w], laid over the photo; everywhere where none is found."""
        piece = self._look(photo, None, _Clock()).piece
        on_photo: Mask = piece.cells[np.ix_(piece.photo.any(1), piece.photo.any(0))]
        return on_photo

    def learn(self, photos: Sequence[JudgedPhoto]) -> ApprovedSample:
        """An approved sample from photos of good pieces.

        Raises:
            BadBundle: the model's graph gives no patches to compare by.
            BadRequest: as `ApprovedSample.learn`.
        """
        if self.bundle.spec.outputs.patches is None:
            raise BadBundle(
                f"{self.model} learns no approved sample: its graph has no output of patches; "
                "release a model whose bundle.json names outputs.patches"
            )
        known = self._workers.map(self._patches, photos)
        return ApprovedSample.learn(list(known), self.bundle.spec)

    def held_to(self, sample: ApprovedSample) -> ApprovedSample:
        """The sample, if this grader's network made it.

        Raises:
            BadStandard: another one did: distances between patches of two networks mean nothing.
        """
        if sample.network != self.bundle.spec.files[MODEL_FILE]:
            raise BadStandard(
                f"the approved sample was learnt with {sample.model}, this is {self.model} or another build of it; "
                "learn it again with `qc standard learn`"
            )
        return sample

    def _look(self, judged: JudgedPhoto, sample: ApprovedSample | None, clock: _Clock) -> _Look:
        """Whole view, tiles where the photo has the pixels, and the approved sample, in one map."""
        spec = self.bundle.spec
        image, inside = prepare(judged.photo.rgb, spec.preprocess)
        placement = replace(inside, photo=(judged.width, judged.height))
        clock.stop("prepare")
        output = self._network.run(image, patches=sample is not None)
        clock.stop("network")
        piece, defects = silhouette(output.piece, placement, spec.piece), output.defects
        head = output.defect
        slope = slopes(spec.labels, spec.calibration)
        if self._tiles is not None and fits(inside, self._tiles):
            run = self._network.run
            defects, tiled = merged(judged.photo.rgb, defects, piece, inside, spec.preprocess, self._tiles, slope, run)
            head = max(head, tiled)
            piece = finer(piece, self._tiles.factor)
            clock.stop("tiles")
        if sample is not None and output.patches is not None:
            shift = self.held_to(sample).shift(output.patches, spec.deviation)
            defects = defects + enlarged(shift, defects.shape[-1]) / slope
            clock.stop("sample")
        return _Look(output, placement, piece, defects, head)

    def _patches(self, judged: JudgedPhoto) -> tuple[str, Floats]:
        """The sha256 of the judged bytes, and the patches on the piece [P, F]."""
        image, placement = prepare(judged.photo.rgb, self.bundle.spec.preprocess)
        output = self._network.run(image, patches=True)
        assert output.patches is not None
        piece = silhouette(output.piece, placement, self.bundle.spec.piece)
        side = output.patches.shape[-1]
        block = piece.cells.shape[0] // side
        on_piece = piece.cells.reshape(side, block, side, block).any((1, 3))
        return judged.photo.sha256, np.ascontiguousarray(output.patches[:, on_piece].T)

    def _novelty(self, output: NetworkOutput) -> float:
        cosine = float((self.bundle.centroids @ output.embedding).max())
        return max(0.0, 1 - cosine) / self.bundle.spec.novelty.reference


@dataclass(frozen=True, eq=False)
class _Look:
    """What was seen before anything is read from it.

    `piece` and `defects` are in the same cells; `head` is the highest logit of a defect, of whole view and tiles.
    """

    output: NetworkOutput
    placement: Placement
    piece: Silhouette
    defects: Floats
    head: float


class _Clock:
    """Milliseconds since the last stop, by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last = perf_counter()

    def stop(self, stage: str) -> None:
        now = perf_counter()
        self.stages[stage] = round((now - self._last) * 1000, 2)
        self._last = now
