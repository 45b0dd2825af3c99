"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from qc.api.deps import StationDep
from qc.api.problems import MEDIA_TYPE

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """Database, photo store and model answer."""

    status: str = "ready"
    model: str


@router.get("/livez")
async def livez() -> Alive:
    """The process answers. Asks nothing of anything else."""
    return Alive()


@router.get("/readyz", responses={503: {"description": "`unavailable`", "content": {MEDIA_TYPE: {}}}})
def readyz(station: StationDep) -> Ready:
    """Database, photo store and model answer."""
    station.ping()
    return Ready(model=station.model)
