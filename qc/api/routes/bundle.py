"""The released model for phones that grade without a signal: bundle.json, and what a phone needs, by hash."""

from __future__ import annotations

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from qc import errors
from qc.api.deps import StationDep
from qc.api.problems import answers
from qc.api.security import CanReadStandards
from qc.errors import NotFound, Unavailable
from qc.inspection import Station
from qc.model.bundle import SPEC_FILE, BundleSpec

router = APIRouter(prefix="/v1/bundle", tags=["model"])


class BundleOut(BaseModel):
    """The bundle in force."""

    sha256: str = Field(description="Of bundle.json: it lists the hash of every other file.")
    text: str = Field(description="bundle.json, as it lies in the bundle.")


@router.get("", responses=answers(errors.NotFound))
def get_bundle(request: Request, caller: CanReadStandards, station: StationDep) -> BundleOut:
    """The bundle that this service judges with."""
    _, content = _in_force(request, station)
    return BundleOut(sha256=sha256(content).hexdigest(), text=content.decode())


@router.get(
    "/files/{digest}",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        **answers(errors.NotFound),
    },
)
def get_file(
    request: Request,
    digest: Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$")],
    caller: CanReadStandards,
    station: StationDep,
) -> Response:
    """A file of the bundle by its sha256: the network that phones run, and what novelty is measured against."""
    folder, content = _in_force(request, station)
    spec = BundleSpec.model_validate_json(content)
    for name in (spec.phone_file, spec.novelty.file):
        if spec.files[name] == digest:
            headers = {
                "Cache-Control": "private, max-age=31536000, immutable",
                "ETag": f'"{digest}"',
                "Vary": "Accept-Encoding",
            }
            path = folder / name
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                return Response(_compressed(path, digest), media_type="application/octet-stream", headers=headers)
            return Response(path.read_bytes(), media_type="application/octet-stream", headers=headers)
    raise NotFound(f"the bundle {spec.title} hands out no file {digest} to phones")


@lru_cache(maxsize=4)
def _compressed(path: Path, digest: str) -> bytes:
    """The file in gzip, once for each content: a bundle holds nothing but its own files, so it is kept in memory."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _in_force(request: Request, station: Station) -> tuple[Path, bytes]:
    """Folder and bundle.json of the bundle that judges here. `models/current` may have moved since the start."""
    folder = request.app.state.settings.bundle.resolve()
    try:
        content = (folder / SPEC_FILE).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"{folder} holds no bundle to hand out; set QC_MODEL_BUNDLE to the one that judges") from None
    if BundleSpec.model_validate_json(content).title != station.model:
        raise Unavailable(
            f"the service still judges with {station.model}; it must be restarted for the bundle in place"
        )
    return folder, content
