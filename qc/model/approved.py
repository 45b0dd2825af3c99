"""An approved sample (`contoh acuan`): what good pieces of one product look like, as a memory of their patches.

A buyer approves a physical sample; photos of a few such pieces stand for it. Their patches, as the network sees them,
are kept; a patch of another photo that is far from all of them deviates from what was approved. Nothing is retrained.
The method is PatchCore's (Roth et al. 2022): greedy k-centre memory, distance to the nearest patch.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qc.errors import BadRequest, BadStandard
from qc.model.bundle_spec import BundleSpec, DeviationSpec

Floats = NDArray[np.float32]

FEWEST_PHOTOS, MOST_PHOTOS = 5, 30
MOST_PATCHES = 4000
LARGEST_FILE = 8_000_000
"""Bytes; 4,000 patches of 512 features would take half of it."""

_PROJECTED = 32  # features by which patches are spread; distances survive it (Johnson and Lindenstrauss), time does not
_FORMAT = 1


@dataclass(frozen=True, eq=False)
class ApprovedSample:
    """The memory of one approved sample.

    Attributes:
        patches: float32 [M, F], rows of length 1; values are those of float16.
        usual: distance to the other photos of the sample that 99 of 100 of its own patches keep.
        spread: how far that is above the middle one.
        network: sha256 of the network whose patches these are.
        model: its bundle, for people.
        photos: sha256 of the judged bytes that it was learnt from.
    """

    patches: Floats
    usual: float
    spread: float
    network: str
    model: str
    photos: tuple[str, ...]

    @classmethod
    def learn(cls, photos: Sequence[tuple[str, Floats]], spec: BundleSpec) -> Self:
        """A memory of the patches of good pieces.

        Args:
            photos: of each photo the sha256 of its judged bytes and the patches on the piece, float32 [P, F].
            spec: of the bundle whose network made them.

        Raises:
            BadRequest: fewer than 5 photos, more than 30, the same one twice, or one that shows no piece.
        """
        if not FEWEST_PHOTOS <= len(photos) <= MOST_PHOTOS:
            raise BadRequest(
                f"got {len(photos)} photos of good pieces, wanted {FEWEST_PHOTOS} to {MOST_PHOTOS}: fewer do not show "
                "how much good pieces differ"
            )
        names = [name for name, _ in photos]
        if len(set(names)) < len(names):
            raise BadRequest("the same photo is given twice; each must show something new")
        if any(not len(patches) for _, patches in photos):
            raise BadRequest("one of the photos shows no piece; leave it out")
        every = np.concatenate([patches for _, patches in photos])
        owner = np.repeat(np.arange(len(photos)), [len(patches) for _, patches in photos])
        kept = _spread_out(every, MOST_PATCHES)
        memory = every[kept].astype(np.float16).astype(np.float32)
        apart = np.concatenate([_distances(patches, memory[owner[kept] != k]) for k, (_, patches) in enumerate(photos)])
        middle, usual = (float(value) for value in np.quantile(apart, (0.5, 0.99)))
        return cls(memory, usual, max(usual - middle, 0.01), spec.files["model.onnx"], spec.title, tuple(names))

    def shift(self, patches: Floats, spec: DeviationSpec) -> Floats:
        """What deviation adds to the calibrated logits of the defect map.

        Args:
            patches: of a whole photo, float32 [F, h, w].
            spec: the bundle's rule.

        Returns:
            float32 [h, w].
        """
        features, height, width = patches.shape
        if features != self.patches.shape[1]:
            raise BadStandard(
                f"the approved sample holds patches of {self.patches.shape[1]} features, the model gives {features}; "
                "learn it again with `qc standard learn`"
            )
        far = _distances(patches.reshape(features, -1).T, self.patches).reshape(height, width)
        moved = np.clip((far - self.usual) / self.spread, spec.least, spec.most) * spec.weight
        shift: Floats = moved.astype(np.float32)
        return shift

    def to_bytes(self) -> bytes:
        """The file that is kept beside the standard; the same sample gives the same bytes."""
        facts = {
            "format": _FORMAT, "model": self.model, "network": self.network, "photos": list(self.photos),
            "usual": self.usual, "spread": self.spread,
        }  # fmt: skip
        array = io.BytesIO()
        np.save(array, self.patches.astype(np.float16), allow_pickle=False)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, data in (
                ("sample.json", json.dumps(facts, sort_keys=True).encode()),
                ("patches.npy", array.getvalue()),
            ):
                archive.writestr(zipfile.ZipInfo(name), data)  # ZipInfo's fixed date: no clock in the hash
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, digest: str, source: str) -> Self:
        """Read a sample and verify it.

        Args:
            data: the file.
            digest: the sha256 that the standard names.
            source: what errors call it.

        Raises:
            BadStandard: it is another file, or no approved sample.
        """
        if (got := sha256(data).hexdigest()) != digest:
            raise BadStandard(
                f"{source} has sha256 {got[:12]}..., the standard names {digest[:12]}...; restore the file"
            )
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > LARGEST_FILE:
                    raise BadStandard(
                        f"{source} unfolds to more than {LARGEST_FILE / 1e6:g} MB; learn the sample again"
                    )
                facts = json.loads(archive.read("sample.json"))
                patches = np.load(io.BytesIO(archive.read("patches.npy")), allow_pickle=False)
            if facts["format"] != _FORMAT or patches.ndim != 2 or not 1 <= len(patches) <= MOST_PATCHES:
                raise ValueError(f"format {facts['format']}, patches of shape {list(patches.shape)}")
            return cls(
                patches.astype(np.float32), float(facts["usual"]), float(facts["spread"]),
                str(facts["network"]), str(facts["model"]), tuple(facts["photos"]),
            )  # fmt: skip
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as wrong:
            raise BadStandard(f"{source} is no approved sample ({wrong}); learn it with `qc standard learn`") from wrong


def _distances(patches: Floats, memory: Floats) -> Floats:
    """Cosine distance of each row of [P, F] to its nearest in [M, F]: float32 [P]."""
    nearest: Floats = 1 - (patches @ memory.T).max(1)
    return nearest


def _spread_out(patches: Floats, count: int) -> NDArray[np.int64]:
    """Indices of `count` rows of [P, F] that cover all of them (greedy k-centre on a random projection), ascending."""
    if len(patches) <= count:
        return np.arange(len(patches))
    projection = np.random.default_rng(16).standard_normal((patches.shape[1], _PROJECTED)).astype(np.float32)
    low = np.ascontiguousarray(patches @ projection)
    squares = (low * low).sum(1)
    chosen = np.empty(count, np.int64)
    chosen[0] = int((patches @ patches.mean(0)).argmax())
    nearest = np.full(len(low), np.inf, np.float32)
    for k in range(1, count):
        last = chosen[k - 1]
        np.minimum(nearest, squares + squares[last] - 2 * (low @ low[last]), out=nearest)
        chosen[k] = int(nearest.argmax())
    return np.sort(chosen)
