"""Export standards, to read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.schemas.standards import StandardList, StandardOut
from qc.api.security import CanReadStandards
from qc.standards.standard import ExportStandard

router = APIRouter(prefix="/v1/standards", tags=["standards"])


@router.get("", responses=answers())
def list_standards(caller: CanReadStandards, station: StationDep) -> StandardList:
    """The latest version of every standard: what it is for, the photos and hand checks that it asks for."""
    return StandardList(items=[StandardOut.of(standard) for standard in station.library])


@router.get("/{name}", responses=answers(errors.UnknownStandard))
def get_standard(
    name: Annotated[str, Path(max_length=60)], caller: CanReadStandards, station: StationDep
) -> ExportStandard:
    """The latest version of a standard, whole: what a phone needs to judge by the same rules."""
    return station.library.named(name)
