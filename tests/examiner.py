"""An examiner without a model: it tells from a picture's colour what the model would have seen.

It stands at the seam where a station is given its grader, for tests of ledger and HTTP. Decoding, judging, marking and
everything behind them is real.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qc.model.approved import ApprovedSample
from qc.model.judged import JudgedPhoto
from qc.model.network import Floats
from qc.standards.evidence import Detection, Evidence, PhotoEvidence, Quality, View


class ColourExaminer:
    """Green is good, red has a hole, blue may have one, dark is not woven."""

    model = "colours-1.0.0"

    def __init__(self) -> None:
        self.examined = 0

    def judge(self, data: bytes) -> JudgedPhoto:
        return JudgedPhoto.make(data)

    def examine_piece(
        self, photos: Sequence[tuple[bytes | JudgedPhoto, View | None]], sample: ApprovedSample | None = None
    ) -> Evidence:
        self.examined += 1
        seen = tuple(
            self.examine(photo if isinstance(photo, JudgedPhoto) else self.judge(photo), view) for photo, view in photos
        )
        return Evidence(photos=seen, model=self.model)

    def heat(self, photo: JudgedPhoto, sample: ApprovedSample | None = None) -> Floats:
        seen = self.examine(photo)
        found = max((each.probability for each in seen.detections), default=0.0)
        heat = np.zeros((8, 8), np.float32)
        heat[2:4, 2:4] = found
        return heat

    def close(self) -> None:
        pass

    def examine(self, photo: JudgedPhoto, view: View | None = None) -> PhotoEvidence:
        red, green, blue = (float(x) for x in photo.photo.rgb.reshape(-1, 3).mean(axis=0))
        woven = 0.99 if max(red, green, blue) > 60 else 0.02
        hole = 0.97 if red > max(green, blue) and woven > 0.5 else 0.5 if blue > green and woven > 0.5 else 0.0
        width, height = photo.width, photo.height
        box = (width // 4, height // 4, width // 2, height // 2)
        holes = (Detection(code="HOLE", probability=hole, box=box, area_share=0.06, length_share=0.25),)
        return PhotoEvidence(
            view=view,
            sha256=photo.photo.sha256,
            width=width,
            height=height,
            woven=woven,
            kind="basket",
            kind_probability=0.9,
            material="water_hyacinth",
            material_probability=0.9,
            defect_probability=0.05 if hole != 0.97 else 0.97,
            detections=holes if hole else (),
            quality=Quality(
                sharpness=900,
                exposure=0.5,
                clipped_share=0.01,
                piece_found=woven > 0.5,
                piece_share=0.5 if woven > 0.5 else 0,
                pieces=1 if woven > 0.5 else 0,
                smallest_defect_px=4,
            ),
            novelty=0.5,
            ms={"network": 1.0},
        )
