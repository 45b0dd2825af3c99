"""A released model: networks, bundle.json, novelty.npy, card.md, golden/. Nothing unverified runs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from qc.errors import BadBundle
from qc.model.bundle_spec import BundleSpec

__all__ = ["Bundle", "BundleSpec", "hash_files", "read_spec", "write_spec"]

SPEC_FILE = "bundle.json"
MODEL_FILE = "model.onnx"
PHONE_FILE = "model.phone.onnx"


@dataclass(frozen=True)
class Bundle:
    """A verified bundle.

    Attributes:
        path: its folder, links resolved: `models/current` may move while a service runs.
        spec: bundle.json.
        centroids: float32 [C, D], rows of length 1: what novelty is measured against.
    """

    path: Path
    spec: BundleSpec
    centroids: NDArray[np.float32]

    @classmethod
    def load(cls, path: Path | str, check: bool = False) -> Bundle:
        """Read a bundle and verify every hash; with `check`, also that it decides its golden photos as expected.

        Raises:
            BadBundle: a file is missing, unlisted or altered (the sentence names it), bundle.json breaks its schema, or
                a golden photo is decided differently.
        """
        folder = Path(path).resolve()
        spec = read_spec(folder)
        _verify_hashes(folder, spec)
        bundle = cls(folder, spec, _read_centroids(folder, spec))
        if check:
            from qc.model.golden import check_golden  # grading them takes a Bundle: the one import that points back

            check_golden(bundle)
        return bundle

    def read_model(self, name: str = MODEL_FILE) -> bytes:
        """A network of the bundle, the very bytes whose hash is right.

        Args:
            name: its file; `spec.phone_file` is the phone's.

        Raises:
            BadBundle: the file was removed or altered since the bundle was loaded.
        """
        try:
            model = (self.path / name).read_bytes()
        except OSError as wrong:
            raise BadBundle(f"{self.path / name} cannot be read: {wrong.strerror}", file=name) from wrong
        _hold_to_hash(self.path / name, hashlib.sha256(model).hexdigest(), name, self.spec)
        return model


def hash_files(folder: Path) -> dict[str, str]:
    """sha256 of every file under a bundle's folder but bundle.json itself, by relative path: `BundleSpec.files`."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / SPEC_FILE)
    return {p.relative_to(folder).as_posix(): _sha256(p) for p in found}


def read_spec(folder: Path) -> BundleSpec:
    """bundle.json alone; nothing of the bundle is verified.

    Raises:
        BadBundle: it is missing or breaks its schema.
    """
    path = folder / SPEC_FILE
    try:
        return BundleSpec.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadBundle(
            f"{folder} holds no {SPEC_FILE}; wanted a released bundle such as models/current (set QC_MODEL_BUNDLE)",
            file=SPEC_FILE,
        ) from None
    except OSError as wrong:
        raise BadBundle(f"{path} cannot be read: {wrong.strerror}; let this account read it", file=SPEC_FILE) from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise BadBundle(f"{path} is not valid at {place}: {first['msg']}", file=SPEC_FILE) from wrong


def _verify_hashes(folder: Path, spec: BundleSpec) -> None:
    for name in spec.files:
        path = folder / name
        if not path.is_file():
            raise BadBundle(f"{path} is missing; copy the bundle again, whole", file=name)
        _hold_to_hash(path, _sha256(path), name, spec)
    listed = set(spec.files) | {SPEC_FILE}
    if strays := sorted({p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - listed):
        raise BadBundle(
            f"{folder / strays[0]} is not listed in bundle.json; a bundle holds nothing else", file=strays[0]
        )


def _hold_to_hash(path: Path, got: str, name: str, spec: BundleSpec) -> None:
    if got != (wanted := spec.files[name]):
        raise BadBundle(
            f"{path} has sha256 {got[:12]}..., bundle.json says {wanted[:12]}...; "
            "the file was altered or cut: copy the bundle again",
            file=name,
        )


def _read_centroids(folder: Path, spec: BundleSpec) -> NDArray[np.float32]:
    path = folder / spec.novelty.file
    try:
        centroids: NDArray[np.float32] = np.load(path, allow_pickle=False)
    except ValueError as wrong:
        raise BadBundle(f"{path} is no array: {wrong}", file=spec.novelty.file) from wrong
    if centroids.ndim != 2 or centroids.dtype != np.float32 or not centroids.size:
        raise BadBundle(
            f"{path} is {centroids.dtype} {list(centroids.shape)}; wanted float32 [centroids, embedding]",
            file=spec.novelty.file,
        )
    if not np.allclose(np.linalg.norm(centroids, axis=1), 1, atol=1e-3):
        raise BadBundle(f"{path} holds rows that are not of length 1; normalise them", file=spec.novelty.file)
    return centroids


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as wrong:
        raise BadBundle(f"{path} cannot be read: {wrong.strerror}; let this account read it", file=path.name) from wrong


def write_spec(folder: Path, spec: BundleSpec) -> None:
    """Write bundle.json, the last file of a bundle: its hashes cover all others."""
    document = spec.model_dump(mode="json")
    (folder / SPEC_FILE).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
