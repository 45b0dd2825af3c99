"""Export standards, to read."""

from __future__ import annotations

from fastapi import APIRouter

from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.schemas.standards import StandardList, StandardOut
from qc.api.security import CanReadStandards

router = APIRouter(prefix="/v1/standards", tags=["standards"])


@router.get("", responses=answers())
def list_standards(caller: CanReadStandards, station: StationDep) -> StandardList:
    """The latest version of every standard: what it is for, the photos and hand checks that it asks for."""
    return StandardList(items=[StandardOut.of(standard) for standard in station.library])
