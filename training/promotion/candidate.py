"""What is up for promotion: a finished run with its bundle, or a bundle alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qc.errors import BadInput
from qc.model.bundle import MODEL_FILE, Bundle
from training.feedback.snapshot import Snapshot
from training.network import Network
from training.promotion.config import RunConfig
from training.promotion.fine_tune import LAST
from training.promotion.gates import taught_network
from training.promotion.record import RECORD, RunRecord
from training.promotion.weights import network_of


@dataclass(frozen=True)
class Candidate:
    """A bundle, and the run that it came of where there is one."""

    bundle: Bundle
    run: Path | None
    given: dict[str, Any]

    @classmethod
    def at(cls, path: Path) -> Candidate:
        """A run's folder, or a bundle's.

        Raises:
            BadInput: The run is not finished, or its bundle is not the one that it wrote.
            BadBundle: The bundle is not whole.
        """
        if not (path / RECORD).exists():
            return cls(Bundle.load(path, check=True), None, {})
        record = RunRecord(path).read()
        if record["finished"] is None:
            raise BadInput(f"{path} is not finished; go on with `qc-train run`")
        bundle = Bundle.load(path / "bundle", check=True)
        if bundle.spec.files[MODEL_FILE] != record["result"]["model"]:
            raise BadInput(f"{path / 'bundle'} is not the bundle that the run wrote; run it again")
        return cls(bundle, path, record["given"])

    def snapshots(self) -> list[Snapshot]:
        """What the run learnt from.

        Raises:
            BadInput: A snapshot of the run is gone or changed.
        """
        return [Snapshot.open(folder) for folder in self.config.snapshots]

    def learnt_photos(self) -> frozenset[str]:
        """sha256 of every photo that the run learnt from: no frozen set may hold them.

        Raises:
            BadInput: A snapshot of the run is gone or changed.
        """
        if self.run is None:
            return frozenset()
        return frozenset(row.photo for snapshot in self.snapshots() for _, row, _ in snapshot.photos("train"))

    @property
    def config(self) -> RunConfig:
        """The run's config; that of its bundle where it comes without a run.

        Raises:
            BadInput: The bundle does not come of `qc-train run`.
        """
        document = self.given["config"] if self.run else self.bundle.spec.training.config
        if "made" not in document:
            raise BadInput(f"{self.bundle.spec.title} does not say which made pieces it is measured on; name a config")
        return RunConfig.model_validate(document)

    def network(self) -> Network:
        """The network that was taught, from the run's own weights where it is there, to hold the graph to."""
        return taught_network(network_of(self.bundle), self.run / LAST if self.run else None)
