"""A fine-tuning, described in one YAML file. What cannot be used is told with file and line.

name: anyaman
version: 0.3.0
start: models/current
snapshots: [snapshots/snapshot-3fa9c2d41b07]
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qc.errors import BadInput
from training.losses import Weights


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Made(_Part):
    """The made pieces that are drawn beside the photos, so that nothing is forgotten; measured on its held-out ones."""

    rendered: tuple[Path, ...] = Field(description="Folders of rendered pieces.")
    hdri: Path = Path("datasets/hdri")
    surfaces: dict[Literal["train", "val", "test"], int] = Field(
        default={"train": 1200, "val": 300, "test": 300}, description="Made surfaces of each split."
    )
    empty: float = Field(default=0.05, ge=0, le=1, description="Share of pictures without any piece.")
    spoilt: float = Field(default=0.5, ge=0, le=1, description="Share of good pieces that get defects as drawn.")


class FieldWeights(_Part):
    """Weight of each loss on photos from the field."""

    present: float = Field(default=1.0, ge=0, description="A defect that a person saw, in its box or somewhere.")
    absent: float = Field(default=1.0, ge=0, description="A defect that a person says is not there.")
    defect: float = Field(default=0.5, ge=0, description="Whether the photo shows any defect.")
    woven: float = Field(default=0.1, ge=0)
    kind: float = Field(default=0.1, ge=0)
    material: float = Field(default=0.1, ge=0)


class Field_(_Part):  # noqa: N801 `Field` is pydantic's
    """How the photos of the snapshots are drawn."""

    share: float = Field(default=0.4, ge=0, le=1, description="Share of the pictures of a batch.")
    loss: FieldWeights = FieldWeights()


class RunConfig(_Part):
    """A fine-tuning and the bundle that comes of it, whole."""

    name: str = Field(default="anyaman", pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+([-+.][0-9A-Za-z.-]+)?$")
    seed: int = 1
    start: Path = Field(default=Path("models/current"), description="The bundle that is fine-tuned.")
    snapshots: tuple[Path, ...] = Field(default=(), description="Labelled snapshots; their `train` split is learnt.")
    made: Made
    field: Field_ = Field_()
    window: int = Field(default=256, ge=96, multiple_of=32, description="Side of the windows that are learnt from.")
    learn: tuple[str, ...] = Field(
        default=("defects", "defect", "last", "join_fine", "from_fine", "from_finest"),
        min_length=1,
        description="Parts of the network that learn; never the trunk.",
    )
    epochs: int = Field(default=10, ge=1, le=1000)
    draws: int = Field(default=1024, ge=8, le=100_000, description="Pictures of an epoch, kept as trunk features.")
    fresh: float = Field(default=0.125, gt=0, le=1, description="Share of them that is drawn anew for each epoch.")
    batch: int = Field(default=16, ge=2, le=512)
    rate: float = Field(default=5e-4, gt=0, le=0.1)
    stay: float = Field(default=0.1, ge=0, description="Pull of what learns to what it was (L2-SP, Li et al. 2018).")
    loss: Weights = Weights(
        defects=1.0, place=1.0, piece=0.5, woven=0.5, kind=0.1, material=0.1, defect=0.5, remember=0.0
    )
    runs: Path = Field(default=Path("build/runs"), description="Folder of runs.")
    mlflow: str | None = Field(default=None, description="Tracking URI of an MLflow that is told too; null: none.")

    @property
    def folder(self) -> Path:
        """Where the run writes."""
        return self.runs / f"{self.name}-{self.version}"


def read_run_config(path: Path) -> RunConfig:
    """The run described in a YAML file.

    Raises:
        BadInput: The file is missing, is no YAML, names something unknown or wrong, or a path in it leads nowhere. The
            sentence names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); wanted a YAML file such as {EXAMPLE}") from None
    try:
        document, root = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        raise BadInput(f"{path}{place}: {getattr(error, 'problem', error)}; wanted YAML") from None
    if not isinstance(document, dict):
        raise BadInput(f"{path}, line 1: got {type(document).__name__}, wanted a mapping of settings such as {EXAMPLE}")
    try:
        config = RunConfig.model_validate(document)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        loc = tuple(first["loc"])
        raise BadInput(f"{path}, line {_line(root, loc)}: {_told(first['type'], loc, first['msg'])}") from None
    _hold_to_paths(path, config, root)
    return config


EXAMPLE = "training/configs/finetune.yaml"


def _hold_to_paths(path: Path, config: RunConfig, root: Any) -> None:
    named: list[tuple[tuple[str | int, ...], Path]] = [(("start",), config.start), (("made", "hdri"), config.made.hdri)]
    named += [(("snapshots", k), folder) for k, folder in enumerate(config.snapshots)]
    named += [(("made", "rendered", k), folder) for k, folder in enumerate(config.made.rendered)]
    for loc, folder in named:
        if not folder.is_dir():
            raise BadInput(
                f"{path}, line {_line(root, loc)}: {'.'.join(map(str, loc))} is {folder}, which is no folder"
            )


def _told(kind: str, loc: tuple[str | int, ...], message: str) -> str:
    place = ".".join(map(str, loc))
    if kind == "extra_forbidden":
        known = _known(loc[:-1])
        close = difflib.get_close_matches(str(loc[-1]), known, 1)
        return f"there is no setting {place}" + (f"; did you mean {close[0]}?" if close else f"; there are {known}")
    if kind == "missing":
        return f"the setting {place} is missing"
    return f"{place}: {message}"


def _known(loc: tuple[str | int, ...]) -> list[str]:
    model: Any = RunConfig
    for step in loc:
        model = model.model_fields[str(step)].annotation
    return sorted(model.model_fields)


def _line(node: Any, loc: tuple[str | int, ...]) -> int:
    """The line, from 1, of the place or of the innermost part around it that the file names."""
    line = int(node.start_mark.line) + 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == str(step)), None)
            if pair is None:
                return line
            line, node = int(pair[0].start_mark.line) + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = int(node.start_mark.line) + 1
        else:
            return line
    return line
