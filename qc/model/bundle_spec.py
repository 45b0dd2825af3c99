"""bundle.json: everything about a released model that is not a weight, readable and changeable without retraining."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from qc.model.preprocess import PreprocessSpec
from qc.standards.defect_rules import Band as VerdictBand
from qc.standards.grading import WHOLE_PHOTO, WOVEN

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """A value: unchangeable, and strict about fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Labels(Part):
    """Names of the network's outputs, in the order of its channels."""

    kinds: tuple[Label, ...] = Field(min_length=1)
    materials: tuple[Label, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = Field(min_length=1, description="Defect codes of the defect map, channel 0 first.")


class Outputs(Part):
    """Names of the tensors of the ONNX graph. Input: float32 [N, 3, S, S], normalised. Logits are raw, no sigmoid."""

    input: str = "image"
    woven: str = Field(default="woven", description="[N] logit: the photo shows something woven.")
    defect: str = Field(default="defect", description="[N] logit: the photo shows at least one defect.")
    kind: str = Field(default="kind", description="[N, K] logits over labels.kinds.")
    material: str = Field(default="material", description="[N, M] logits over labels.materials.")
    defects: str = Field(
        default="defects", description="[N, C, h, w] logits over labels.channels; a cell is S/w pixels."
    )
    piece: str = Field(default="piece", description="[N, h, w] logits: the cell lies on the woven piece.")
    embedding: str = Field(default="embedding", description="[N, D], L2-normalised, for novelty.")
    patches: str | None = Field(
        default=None,
        description="[N, F, h/2, w/2], each place L2-normalised: what an approved sample is compared by. Null: none.",
    )


class Platt(Part):
    """probability = sigmoid(a * logit + b); chosen on held-out pieces (Platt 1999)."""

    a: float = Field(default=1.0, gt=0)
    b: float = 0.0


class DefectCalibration(Part):
    """Probability that a photo shows at least one defect: sigmoid(head * defect logit + peak * L + bias).

    L is the calibrated logit of the most probable detection of the photo, or that of `detection.levels[-1]` when there
    is none. With peak 0 the photo's own head decides alone.
    """

    head: float = Field(default=1.0, ge=0)
    peak: float = Field(default=0.0, ge=0)
    bias: float = 0.0


class Calibration(Part):
    """From logits to probabilities."""

    woven: Platt = Platt()
    defect: DefectCalibration = DefectCalibration()
    kind_temperature: float = Field(default=1.0, gt=0, description="softmax(logits / temperature).")
    material_temperature: float = Field(default=1.0, gt=0)
    channels: dict[Channel, Platt] = Field(description="One per channel: a detection's probability from its logit.")
    fitted_on: str = Field(min_length=1, description="Name of the held-out set, one of `datasets`.")


class Band(Part):
    """What a probability leads to: from `act` on the rules apply, from `refer` on a person looks."""

    refer: Share
    act: Share
    guarantee: str = Field(min_length=1, description="What the thresholds were chosen for, and on which set.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.refer > self.act:
            raise ValueError(f"refer is {self.refer}, above act {self.act}; wanted refer <= act")
        return self


class Thresholds(Part):
    """Decision thresholds. They stay outside the graph so that they can be read and changed."""

    woven: Band
    defect: Band = Field(description="On the photo's probability of at least one defect.")
    kind: Share = Field(description="Least probability at which a kind is named.")
    material: Share = Field(description="Least probability at which a material is named.")
    codes: dict[Channel, Band] = Field(description="One per channel.")


class DetectionSpec(Part):
    """How boxes are read from the defect map.

    Per channel, cells at or above a level, connected by sides or corners, are one place; levels go from high to low,
    and a place found at a higher level is not found again. A place reaches as far as its cells at or above
    `reach` times its own peak. Its logit is the mean of its `top_cells` highest.
    """

    levels: tuple[Share, ...] = Field(default=(0.5, 0.2, 0.05), min_length=1)
    reach: Share = 0.5
    top_cells: int = Field(default=1, ge=1)
    on_piece_only: bool = Field(default=True, description="Ignore cells off the piece, where a piece is found.")
    margin_cells: int = Field(default=2, ge=0, description="Cells around the piece that still count: loose ends.")
    smallest_cells: float = Field(default=2.0, gt=0, description="Smallest defect that is promised, in cells across.")

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if any(high <= low for high, low in zip(self.levels, self.levels[1:], strict=False)) or self.levels[-1] <= 0:
            raise ValueError(f"levels are {self.levels}; wanted descending probabilities above 0")
        return self


class PieceSpec(Part):
    """How the piece is read from the piece map."""

    threshold: Share = Field(default=0.5, description="Probability from which a cell lies on the piece.")
    least_share: Share = Field(default=0.02, description="Share of the frame from which a piece is found.")
    separate_share: Share = Field(default=0.4, description="Of the largest piece's area: from here on a further piece.")


class NoveltySpec(Part):
    """Distance of a photo to the training set: (1 - largest cosine to a centroid of novelty.npy [C, D]) / reference."""

    file: str = "novelty.npy"
    reference: float = Field(gt=0, description="The 99th percentile of that distance over held-out pieces.")


class TilesSpec(Part):
    """How a photo with pixels to spare is looked at more closely: the whole view, then overlapping tiles of it.

    A tile is as large as the network's input and shows a `factor`-th of the whole view's side.
    """

    factor: int = Field(default=2, ge=2, le=4, description="How many times finer than the whole view.")
    overlap: Share = Field(default=0.2, le=0.5, description="Least overlap of neighbouring tiles, share of their side.")
    discount: float = Field(
        default=0.0,
        ge=0,
        description="Taken off what tiles say, in calibrated logits: many tiles have many chances to be wrong.",
    )


class DeviationSpec(Part):
    """How the distance to an approved sample moves the defect map.

    To every channel's calibrated logit: weight * clip((distance - usual) / spread, least, most), where `usual` and
    `spread` are the sample's own: how far its photos are from one another.
    """

    weight: float = Field(default=1.0, ge=0)
    least: float = Field(default=-1.0, le=0)
    most: float = Field(default=3.0, ge=0)


class GoldenSpec(Part):
    """The photos in golden/ that a bundle must decide as it did when it was released."""

    tolerance: float = Field(default=0.02, gt=0, lt=0.5, description="Largest difference of a probability.")


Precision = Literal["int8", "float16", "float32"]


class PhoneSpec(Part):
    """The model that phones run: the same graph, its weights in fewer bits, and how like it decides."""

    file: str = Field(
        min_length=1, description="One of `files`; model.onnx itself where nothing smaller is good enough."
    )
    precision: Precision = Field(description="Of the large weights. Everything is computed in float32.")
    images: int = Field(gt=0, description="Judged images on which both were compared.")
    alike: int = Field(ge=0, description="Images with the same status and grade.")
    reversed: int = Field(ge=0, description="Images on which an export grade became a rejection, or the other way.")


class Dataset(Part):
    """What the model was trained, calibrated or measured on."""

    name: str = Field(min_length=1)
    role: Literal["train", "validation", "calibration", "test"]
    samples: int = Field(gt=0)
    sha256: Sha256 = Field(description="Of the manifest that lists the set's samples and their hashes.")


class Training(Part):
    """How the weights came to be."""

    config: dict[str, Any] = Field(description="The training configuration, whole.")
    code_revision: str = Field(min_length=1, description="Git revision of the training code.")
    seed: int
    finished: datetime


class Licence(Part):
    """An input of the model and the licence that lets it be used."""

    input: str = Field(min_length=1)
    licence: str = Field(min_length=1, description="SPDX identifier where there is one.")
    source: str = Field(min_length=1)


class BundleSpec(Part):
    """bundle.json as a whole."""

    format: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+([-+.][0-9A-Za-z.-]+)?$")
    created: datetime
    labels: Labels
    preprocess: PreprocessSpec
    outputs: Outputs = Outputs()
    calibration: Calibration
    thresholds: Thresholds
    detection: DetectionSpec = DetectionSpec()
    piece: PieceSpec = PieceSpec()
    tiles: TilesSpec | None = Field(default=None, description="Null: the whole view alone.")
    deviation: DeviationSpec = DeviationSpec()
    novelty: NoveltySpec
    golden: GoldenSpec = GoldenSpec()
    phone: PhoneSpec | None = Field(default=None, description="What phones run; null: model.onnx itself.")
    datasets: tuple[Dataset, ...] = Field(min_length=1)
    training: Training
    metrics: dict[str, Any] = Field(description="Figures as measured, with their sets; shown in the card.")
    licences: tuple[Licence, ...] = Field(min_length=1)
    files: dict[str, Sha256] = Field(description="sha256 of every other file of the bundle, by its relative path.")

    @property
    def bands(self) -> dict[str, VerdictBand]:
        """The decision bands as `qc.standards.verdict.apply` takes them: by code, and by "woven" and "defect"."""
        named = {**self.thresholds.codes, WOVEN: self.thresholds.woven, WHOLE_PHOTO: self.thresholds.defect}
        return {name: VerdictBand(refer=band.refer, act=band.act) for name, band in named.items()}

    @property
    def phone_file(self) -> str:
        """The file of the network that phones run."""
        return "model.onnx" if self.phone is None else self.phone.file

    @property
    def title(self) -> str:
        """Name and version, such as anyaman-0.1.0."""
        return f"{self.name}-{self.version}"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted = set(self.labels.channels)
        for field, given in (
            ("calibration.channels", self.calibration.channels),
            ("thresholds.codes", self.thresholds.codes),
        ):
            if set(given) != wanted:
                odd = ", ".join(sorted(wanted ^ set(given)))
                raise ValueError(f"{field} must name each of labels.channels once; missing or unknown: {odd}")
        names = {d.name for d in self.datasets}
        if self.calibration.fitted_on not in names:
            raise ValueError(
                f"calibration.fitted_on is {self.calibration.fitted_on!r}, not one of datasets {sorted(names)}"
            )
        needed = {"model.onnx", self.phone_file, self.novelty.file, "card.md", "golden/expected.json"}
        if missing := sorted(needed - set(self.files)):
            raise ValueError(f"files does not list {', '.join(missing)}")
        stray = re.compile(r"^/|\\|(^|/)\.\.?(/|$)")
        if odd_paths := [path for path in self.files if stray.search(path)]:
            raise ValueError(f"files names {odd_paths[0]!r}; wanted a plain path below the bundle's folder")
        return self
