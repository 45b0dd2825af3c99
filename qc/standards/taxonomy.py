"""Defect codes: what can be wrong with a woven piece, and who can tell. The data is taxonomy.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from qc.errors import BadStandard
from qc.standards.evidence import View
from qc.standards.marked_yaml import read
from qc.standards.vocabulary import Bilingual, Disposition, Severity, Written

TAXONOMY_FILE = Path(__file__).with_name("taxonomy.yaml")

EvalLabel = Literal[
    "hole", "tear", "broken_strand", "missing_strand", "loose_weave", "stain", "abrasion", "contamination", "knot",
    "mould", "frayed_edge", "other",
]  # fmt: skip
"""The words of the evaluation sets' boxes."""


class Defect(Written):
    """One defect code."""

    name: Bilingual
    severity: Severity = Field(description="Default; a standard may set its own.")
    disposition: Disposition = Field(description="What usually becomes of a piece with it.")
    structural: bool = Field(description="Whether the piece is weaker for it, or only looks worse.")
    photo: Literal["yes", "partly", "no"] = Field(
        description="Whether a photo decides it. `partly`: a photo can raise it, a hand or an instrument clears it."
    )
    views: tuple[View, ...] = Field(default=(), description="Views of which one is needed to see it; empty: any view.")
    model_channel: int | None = Field(ge=0, le=15, description="Channel of the model's defect map, or null.")
    eval_labels: tuple[EvalLabel, ...] = Field(description="Words for it in the evaluation sets.")
    hint: Bilingual = Field(description="What the weaver can do about it.")
    source: str = Field(min_length=1, description="Where severity and disposition come from.")


class Taxonomy(Written):
    """All defect codes."""

    edition: int = Field(ge=1)
    defects: dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{2,31}$")], Defect] = Field(min_length=1)

    @model_validator(mode="after")
    def _channels_are_0_to_n(self) -> Self:
        channels = sorted(d.model_channel for d in self.defects.values() if d.model_channel is not None)
        if channels != list(range(len(channels))):
            raise ValueError(f"model channels must be 0, 1, 2, ... once each, got {channels}")
        return self

    def defect(self, code: str) -> Defect:
        """The defect of that code; BadStandard for a code that does not exist."""
        try:
            return self.defects[code]
        except KeyError:
            raise BadStandard(f"got defect code {code!r}, wanted one of {', '.join(self.defects)}") from None

    def model_codes(self) -> tuple[str, ...]:
        """The codes that the model looks for, in the order of its channels."""
        channels = {d.model_channel: code for code, d in self.defects.items() if d.model_channel is not None}
        return tuple(channels[k] for k in sorted(channels))


def load_taxonomy(path: Path = TAXONOMY_FILE) -> Taxonomy:
    """The taxonomy written in `path`; BadStandard names file and line of every fault."""
    return read(path).validated(Taxonomy)


@cache
def taxonomy() -> Taxonomy:
    """The shipped taxonomy, read once."""
    return load_taxonomy()


def _known(code: str) -> str:
    if code not in taxonomy().defects:
        raise ValueError(f"unknown defect code, wanted one of {', '.join(taxonomy().defects)}")
    return code


Code = Annotated[str, AfterValidator(_known)]
"""A defect code of the taxonomy."""
