"""Where approved samples are kept: in `approved/` beside the standards that name them, each by its hash."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from qc.errors import Unavailable
from qc.model.approved import LARGEST_FILE, ApprovedSample
from qc.standards.standard import ExportStandard

FOLDER, SUFFIX = "approved", ".qcs"


class SampleStore:
    """Approved samples of a folder of standards. Reads each once.

    Args:
        standards: the exporter's folder of standards; None where there is none.
    """

    def __init__(self, standards: Path | None) -> None:
        self._folder = None if standards is None else standards / FOLDER
        self._read = lru_cache(maxsize=32)(self._read_file)  # 2 MB each

    def of(self, standard: ExportStandard) -> ApprovedSample | None:
        """The sample that a standard names, None where it names none.

        Raises:
            Unavailable: the file is not there.
            BadStandard: it is another file than the standard names.
        """
        return None if standard.approved is None else self._read(standard.approved.sha256)

    def put(self, sample: ApprovedSample) -> str:
        """Keep a sample; its sha256.

        Raises:
            Unavailable: there is no folder, or it cannot be written.
        """
        data = sample.to_bytes()
        digest = sha256(data).hexdigest()
        place = self._place(digest)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = place.with_suffix(".part")
            draft.write_bytes(data)
            draft.replace(place)
        except OSError as wrong:
            raise Unavailable(f"{place} cannot be written: {wrong.strerror}; make room or set QC_STANDARDS") from wrong
        return digest

    def _place(self, digest: str) -> Path:
        if self._folder is None:
            raise Unavailable("there is no folder of standards for approved samples; create one and set QC_STANDARDS")
        return self._folder / f"{digest}{SUFFIX}"

    def _read_file(self, digest: str) -> ApprovedSample:
        place = self._place(digest)
        try:
            with place.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError as wrong:
            raise Unavailable(
                f"{place} cannot be read: {wrong.strerror}; the standard judges by this approved sample: "
                "copy it from where it was learnt, or learn it again"
            ) from wrong
        return ApprovedSample.from_bytes(data, digest, str(place))
