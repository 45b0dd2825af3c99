"""A model in memory, with all that a verdict needs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol, Self

from qc.ledger.events import now
from qc.model.approved import ApprovedSample
from qc.model.bundle import SPEC_FILE, Bundle
from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.model.network import Floats
from qc.model.photo import PhotoLimits
from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence, PhotoEvidence, View


class Examiner(Protocol):
    """What judging needs of a grader."""

    @property
    def model(self) -> str:
        """Name and version of the model."""

    def judge(self, data: bytes) -> JudgedPhoto:
        """The judged image of a photo as sent."""

    def examine_piece(
        self, photos: Sequence[tuple[bytes | JudgedPhoto, View | None]], sample: ApprovedSample | None = None
    ) -> Evidence:
        """What the model sees in the photos of one piece."""

    def examine(self, photo: JudgedPhoto, view: View | None = None) -> PhotoEvidence:
        """What the model sees in one photo, on the thread that asks."""

    def heat(self, photo: JudgedPhoto, sample: ApprovedSample | None = None) -> Floats:
        """Where the model sees anything wrong: probabilities [h, w], laid over the photo."""

    def close(self) -> None:
        """Let go of what it holds."""


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """An examiner with the decision bands that belong to it: the two always change together.

    Attributes:
        examiner: photos to evidence.
        bands: the model's own decision bands; empty where the standards' are to be used.
        bundle: where it came from; None for an examiner that has no files.
        sha256: of bundle.json, which lists the hash of every other file; None without a bundle.
        since: when this process had it in memory.
    """

    examiner: Examiner
    bands: Mapping[str, Band]
    bundle: Bundle | None = None
    sha256: str | None = None
    since: datetime = field(default_factory=now)

    @classmethod
    def load(cls, folder: Path, threads: int, limits: PhotoLimits, *, check: bool = False) -> Self:
        """Read a bundle, verify every hash and bring its network into memory.

        Args:
            folder: the bundle.
            threads: photos examined at the same time.
            limits: of photos.
            check: also see that it decides its golden photos as it did when it was released.

        Raises:
            BadBundle: one of these does not hold; nothing stays in memory.
        """
        bundle = Bundle.load(folder, check=check)
        digest = sha256((bundle.path / SPEC_FILE).read_bytes()).hexdigest()
        return cls(Grader(bundle, threads, limits), bundle.spec.bands, bundle, digest)

    @property
    def title(self) -> str:
        """Name and version."""
        return self.examiner.model

    @property
    def folder(self) -> Path | None:
        """Where its bundle lies, links resolved."""
        return None if self.bundle is None else self.bundle.path
