"""The released model for phones that grade without a signal: bundle.json, and what a phone needs, by hash."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from qc import errors
from qc.api.deps import StationDep
from qc.api.models import Models
from qc.api.problems import answers
from qc.api.security import CanReadStandards
from qc.errors import BadBundle, NotFound
from qc.inspection import Station
from qc.model.bundle import SPEC_FILE, read_spec
from qc.model.bundle_spec import BundleSpec

router = APIRouter(prefix="/v1/bundle", tags=["model"])


class BundleOut(BaseModel):
    """The bundle in force."""

    sha256: str = Field(description="Of bundle.json: it lists the hash of every other file.")
    text: str = Field(description="bundle.json, as it lies in the bundle.")


@router.get("", responses=answers(errors.NotFound))
def get_bundle(caller: CanReadStandards, station: StationDep) -> BundleOut:
    """The bundle that this service judges with."""
    model = station.serving.present
    if model.folder is None:
        raise NotFound(f"{model.title} has no bundle to hand out")
    content = (model.folder / SPEC_FILE).read_bytes()
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
    """A file of the bundle by its sha256: the network that phones run, and what novelty is measured against.

    Those of other bundles that are kept are handed out too: a phone may have asked for the bundle a moment before
    another came into service, or have asked another replica.
    """
    for folder, spec in _bundles(request, station):
        for name in (spec.phone_file, spec.novelty.file):
            if spec.files[name] == digest:
                return _send(request, folder / name, digest)
    raise NotFound(f"no bundle that is kept here hands out a file {digest} to phones")


def _send(request: Request, path: Path, digest: str) -> Response:
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{digest}"',
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(_compressed(path, digest), media_type="application/octet-stream", headers=headers)
    return Response(path.read_bytes(), media_type="application/octet-stream", headers=headers)


@lru_cache(maxsize=4)
def _compressed(path: Path, digest: str) -> bytes:
    """The file in gzip, once for each content: a bundle holds nothing but its own files, so it is kept in memory."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _bundles(request: Request, station: Station) -> Iterator[tuple[Path, BundleSpec]]:
    """What serves first, then what else the registry keeps."""
    serving = station.serving.present.bundle
    if serving is not None:
        yield serving.path, serving.spec
    models: Models = request.app.state.models
    if models.registry is None:
        return
    for name in models.registry.bundles():
        folder = models.registry.folder / name
        with suppress(BadBundle):  # one that cannot be read serves nobody, phones neither
            yield folder, read_spec(folder)
