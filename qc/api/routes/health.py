"""Whether the process lives, whether it can do its work, and what it counts."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from qc import errors
from qc.api import metrics
from qc.api.deps import StationDep
from qc.api.problems import MEDIA_TYPE, answers
from qc.errors import NotAuthenticated, NotFound, Unavailable
from qc.settings import Settings

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """Database, photo store, model and disk are as they should be."""

    status: str = "ready"
    model: str = Field(description="Name and version of the model that judges.")
    refused: str | None = Field(description="A bundle that was to judge and was refused: see the log or /v1/models.")


@router.get("/livez")
async def livez() -> Alive:
    """The process answers. Asks nothing of anything else."""
    return Alive()


@router.get("/readyz", responses={503: {"description": "`unavailable`", "content": {MEDIA_TYPE: {}}}})
def readyz(request: Request, station: StationDep) -> Ready:
    """Database and photo store answer, the model is loaded, and there is free space."""
    settings: Settings = request.app.state.settings
    station.ping()
    free = free_mb(settings.home)
    if free < settings.min_free_mb:
        raise Unavailable(
            f"{free} MB are free, wanted at least {settings.min_free_mb}: make room on the disk", retry_after_s=30
        )
    refused = station.serving.refused
    return Ready(model=station.model, refused=None if refused is None else refused.name)


@router.get("/metrics", response_class=Response, responses=answers(errors.NotFound))
def read_metrics(request: Request) -> Response:
    """Counts for Prometheus, of all organisations together: for the operator, who has set QC_METRICS_TOKEN."""
    settings: Settings = request.app.state.settings
    if settings.metrics_token is None:
        raise NotFound("there are no metrics here; the operator may set QC_METRICS_TOKEN")
    if not metrics.may_read(request.headers.get("authorization"), settings.metrics_token.get_secret_value()):
        raise NotAuthenticated("metrics are read with the operator's token: `Authorization: Bearer ...`")
    return Response(request.app.state.metrics.read(), media_type=metrics.MEDIA_TYPE)


def free_mb(folder: Path) -> int:
    """Free space, in MB (10^6 bytes), where a folder is or will be."""
    there = folder.resolve()
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free // 1_000_000
