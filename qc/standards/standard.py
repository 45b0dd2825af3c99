"""ExportStandard: what "good enough to export" means for a product and buyer: data, versioned, never changed in use."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from qc.standards.aql_tables import Edition, Level, aql_tables
from qc.standards.checks import CheckName, CheckRule
from qc.standards.defect_rules import Band, CodeRule, DefectRule, resolve
from qc.standards.evidence import View
from qc.standards.marked_yaml import fault_at, parse
from qc.standards.taxonomy import Code, taxonomy
from qc.standards.vocabulary import GRADES, Bilingual, Grade, Written

Kind = Literal[
    "basket", "tray", "mat", "placemat", "bag", "box", "hat", "lamp", "vase", "furniture", "footwear", "other"
]  # fmt: skip
Material = Literal[
    "water_hyacinth", "mendong", "pandan", "bamboo", "rattan", "seagrass", "banana_fibre", "other_plant", "synthetic"
]  # fmt: skip


class Tolerance(Written):
    """Allowed deviation from a nominal size: the larger of the two."""

    share: float = Field(ge=0, le=0.5)
    mm: float = Field(ge=0, le=1000)


class Product(Written):
    """What the standard is for. An empty list of kinds or materials means any."""

    sku: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9.-]{1,39}$")] | None = None
    kinds: tuple[Kind, ...] = ()
    materials: tuple[Material, ...] = ()
    size_mm: dict[CheckName, Annotated[float, Field(gt=0, le=10_000)]] = Field(
        default_factory=dict, description="Nominal sizes by dimension, such as height or top_diameter."
    )
    tolerance: Tolerance | None = None

    @property
    def longest_mm(self) -> float | None:
        """The longest nominal size, to which a defect's length share is applied."""
        return max(self.size_mm.values(), default=None)


class Views(Written):
    """Which photos of a piece are asked for."""

    required: tuple[View, ...] = ()
    disjoint: bool = Field(
        default=False, description="No part of the piece shows in two views, so counts and areas add."
    )


class PhotoRules(Written):
    """When a photo must be taken again."""

    min_side_px: int = Field(ge=1, le=20_000, description="Of the shorter side.")
    min_sharpness: float = Field(ge=0, description="In the unit of Quality.sharpness.")
    exposure: tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
    max_clipped_share: float = Field(ge=0, le=1)
    framing: Literal["whole", "any"] = Field(description="`whole`: the whole piece must be in the picture.")
    min_piece_share: float = Field(default=0, ge=0, le=1, description="Of the frame; for `whole` framing.")
    max_piece_share: float = Field(default=1, gt=0, le=1)
    several_pieces: bool = Field(default=False, description="Whether a photo may show more than one piece.")
    smallest_defect_mm: float | None = Field(default=None, gt=0, description="The model must promise to see this size.")

    @model_validator(mode="after")
    def _ranges_are_in_order(self) -> Self:
        if self.exposure[0] >= self.exposure[1]:
            raise fault_at(("exposure",), f"got {list(self.exposure)}; wanted the darkest below the brightest")
        if self.min_piece_share >= self.max_piece_share:
            raise fault_at(("min_piece_share",), f"{self.min_piece_share} is not below max_piece_share")
        return self


class Bands(Written):
    """When the model is believed. A bundle that brings its own bands replaces these."""

    default: Band = Field(description="Of a detection's probability, for codes without a band of their own.")
    woven: Band = Field(description="Of `woven`: below refer there is no woven piece, below act a person looks.")
    defect: Band | None = Field(
        description="Of the whole photo's defect probability: from refer on a doubt. Null: unused."
    )


class GradeRule(Written):
    """A grade, and the most faults a piece may have for it.

    Conditions are maxima and nothing else, and a worse fault also counts among the milder ones (max_minor limits all
    faults). So no further fault and no worse severity can ever lead to a better grade.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{1,39}$")]
    grade: Grade
    max_critical: int | None = Field(default=None, ge=0)
    max_major: int | None = Field(default=None, ge=0)
    max_minor: int | None = Field(default=None, ge=0)
    max_structural_major: int | None = Field(default=None, ge=0, description="Major faults that weaken the piece.")
    max_mendable_major: int | None = Field(default=None, ge=0, description="Major faults that mending would remove.")
    max_unfixable: int | None = Field(default=None, ge=0, description="Faults to be rejected or quarantined for.")

    def maxima(self) -> dict[str, int]:
        """The conditions that are set, by what they count."""
        fields = self.model_dump(exclude={"id", "grade"}, exclude_none=True)
        return {name.removeprefix("max_"): most for name, most in fields.items()}


def _column(aql: float) -> float:
    columns = aql_tables().aqls
    if aql not in columns:
        raise ValueError(f"no AQL of the tables, wanted one of {', '.join(f'{a:g}' for a in columns if a <= 10)}")
    return aql


Aql = Annotated[float, Field(gt=0, le=10), AfterValidator(_column)]
"""Percent defective. Above 10 an AQL means defects per hundred pieces, which is not what a standard states here."""


class Acceptance(Written):
    """Lot acceptance by ISO 2859-1: acceptable quality limits by class of defect."""

    edition: Edition = Field(description="Never the bare number: tables differ by edition.")
    level: Level
    critical: Literal[0] | Aql = Field(description="0 is no AQL column: it means accept on none, reject on one.")
    major: Aql
    minor: Aql


class Approved(Written):
    """The approved sample (`contoh acuan`): photos of good pieces, learnt into a memory that is kept by its hash."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Of the file approved/<sha256>.qcs in the folder of standards."
    )
    model: str = Field(min_length=1, max_length=80, description="The bundle that learnt it; another must learn again.")
    photos: int = Field(ge=5, le=30, description="How many photos it was learnt from.")


class ExportStandard(Written):
    """A versioned export standard."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]
    version: int = Field(ge=1)
    title: Bilingual
    buyer: str | None
    product: Product
    views: Views
    photo: PhotoRules
    bands: Bands
    novelty_limit: float = Field(gt=0, description="Beyond this distance to the training set a person looks.")
    defects: dict[Code, DefectRule] = Field(default_factory=dict)
    grades: tuple[GradeRule, ...] = Field(min_length=1)
    export_grades: tuple[Grade, ...] = Field(default=("A",), min_length=1)
    checks: dict[CheckName, CheckRule] = Field(default_factory=dict)
    sampling: Acceptance | None
    approved: Approved | None = Field(default=None, description="Deviation from this sample is evidence. Null: none.")

    @model_validator(mode="after")
    def _rules_fit_together(self) -> Self:
        for code, rule in self.defects.items():
            try:
                resolve(code, rule)
            except ValueError as error:
                raise fault_at(("defects", code, "beyond"), str(error)) from error
            in_mm = [s for s in (rule.limits, rule.tolerated) if s is not None and s.length_mm is not None]
            if in_mm and self.product.longest_mm is None:
                raise fault_at(("defects", code), "length_mm needs product.size_mm; give it, or use length_share")
        if self.photo.smallest_defect_mm is not None and self.product.longest_mm is None:
            raise fault_at(("photo", "smallest_defect_mm"), "needs product.size_mm; give it, or leave this out")
        for name, check in self.checks.items():
            if self.rules[check.code].severity == "none":
                raise fault_at(
                    ("checks", name, "code"), f"this standard does not mind {check.code}; leave the check out"
                )
            if check.dimension is not None and (
                check.dimension not in self.product.size_mm or self.product.tolerance is None
            ):
                raise fault_at(
                    ("checks", name, "dimension"), f"{check.dimension!r} needs product.size_mm and product.tolerance"
                )
        return self

    @model_validator(mode="after")
    def _grades_go_down_to_reject(self) -> Self:
        order = [GRADES.index(rule.grade) for rule in self.grades]
        if order != sorted(order):
            raise fault_at(("grades",), f"rules go from best to worst, got {[r.grade for r in self.grades]}")
        last = self.grades[-1]
        if last.grade != "reject" or last.maxima():
            place = ("grades", len(self.grades) - 1)
            raise fault_at(place, "the last rule must be reject without conditions, so that every piece gets a grade")
        ids = [rule.id for rule in self.grades]
        if len(set(ids)) != len(ids):
            raise fault_at(("grades",), f"rules need different ids, got {ids}")
        if not {"rework", "reject"}.isdisjoint(self.export_grades):
            raise fault_at(("export_grades",), f"got {list(self.export_grades)}; only A and B may be exported")
        return self

    def __copy__(self) -> Self:
        """A copy that works its rules out anew: a changed copy must not judge by the rules of the original."""
        copied = super().__copy__()
        for name in ("rules", "fingerprint"):
            copied.__dict__.pop(name, None)
        return copied

    @property
    def logs(self) -> bool:
        """Whether accepted pieces may enter a batch: only a standard for a SKU logs."""
        return self.product.sku is not None

    def exports(self, grade: Grade | None) -> bool:
        """Whether a piece of that grade meets the standard."""
        return grade in self.export_grades

    @cached_property
    def rules(self) -> dict[str, CodeRule]:
        """Every code's rule with the taxonomy's defaults, by code."""
        return {code: resolve(code, self.defects.get(code)) for code in taxonomy().defects}

    def check_limits(self, name: str) -> tuple[float | None, float | None]:
        """Lowest and highest value that passes a measured check, in its unit; None where there is no such limit."""
        check = self.checks[name]
        if check.dimension is None or self.product.tolerance is None:
            return check.min, check.max
        nominal = self.product.size_mm[check.dimension]
        deviation = max(nominal * self.product.tolerance.share, self.product.tolerance.mm)
        return nominal - deviation, nominal + deviation

    @cached_property
    def fingerprint(self) -> str:
        """sha256 of everything that decides, taxonomy defaults included: equal fingerprints judge alike."""
        rules = {code: {**asdict(r), "band": r.band and r.band.model_dump()} for code, r in self.rules.items()}
        content = {**self.model_dump(mode="json"), "defects": rules}
        if self.approved is None:
            del content["approved"]  # standards without one keep the fingerprint they had before there were any
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def parse_standard(text: str, source: str) -> ExportStandard:
    """A standard from YAML text; BadStandard names `source` and line of every fault."""
    return parse(text, source).validated(ExportStandard)
